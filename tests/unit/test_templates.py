"""Filling in the texts and file trees of a lab."""

import pytest

from netlab.errors import BadFileError
from netlab.templates import render, render_tree


@pytest.fixture
def template(tmp_path):
    def write(text):
        path = tmp_path / "brief.md"
        path.write_text(text, "utf-8")
        return path

    return write


def test_parameters_are_filled_in_and_nothing_else_changes(template):
    path = template("Room: {{ room }}\n{% if room == 'A' %}\n<b>first</b>\n{% endif %}\n\n")
    assert render(path, {"room": "A"}) == "Room: A\n<b>first</b>\n\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("one\n{% if x %}\n", r"brief\.md:\d: .*", id="an-if-never-ended"),
        pytest.param("one\n{{ x + }}\n", r"brief\.md:2: .*", id="half-an-expression"),
        pytest.param("{{ nobody }}", r"brief\.md:1: there is no parameter 'nobody'", id="an-unknown-parameter"),
        pytest.param(
            "{{ x.__class__.__mro__ }}", r"brief\.md:1: '__class__' may not be used", id="reaching-into-python"
        ),
        pytest.param("one\n{{ 1 // 0 }}", r"brief\.md:2: it divides by zero", id="a-division-by-zero"),
    ],
)
def test_a_broken_template_is_told_with_its_file(template, text, reason):
    with pytest.raises(BadFileError, match=reason) as told:
        render(template(text), {"x": 1})
    assert told.value.next_step


def test_a_template_that_is_not_there_is_named(tmp_path):
    with pytest.raises(BadFileError, match=r"brief\.md: this file is missing"):
        render(tmp_path / "brief.md", {})


@pytest.fixture
def trees(tmp_path):
    source = tmp_path / "source"
    (source / "etc").mkdir(parents=True)
    return source, tmp_path / "target"


def test_every_text_of_a_tree_is_filled_in_at_its_place(trees):
    source, target = trees
    (source / "etc/hostname").write_text("{{ name }}\n")
    (source / "empty").mkdir()
    render_tree(source, target, {"name": "r1"})
    assert (target / "etc/hostname").read_text() == "r1\n"
    assert (target / "empty").is_dir()


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755])
def test_modes_are_kept(trees, mode):
    source, target = trees
    (source / "etc/script").write_text("#!/bin/sh\n")
    (source / "etc/script").chmod(mode)
    render_tree(source, target, {})
    assert (target / "etc/script").stat().st_mode & 0o777 == mode


@pytest.mark.parametrize("leads_to", ["hostname", "/etc/nowhere", ".."])
def test_links_are_kept_as_links(trees, leads_to):
    source, target = trees
    (source / "etc/link").symlink_to(leads_to)
    render_tree(source, target, {})
    assert str((target / "etc/link").readlink()) == leads_to


def test_a_file_that_is_no_text_is_copied_as_it_is(trees):
    source, target = trees
    content = b"\x7fELF\xff\xfe {{ name }}"
    (source / "etc/tool").write_bytes(content)
    render_tree(source, target, {"name": "r1"})
    assert (target / "etc/tool").read_bytes() == content
