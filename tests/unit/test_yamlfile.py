"""What a person who edits a file of a lab is told when it is broken."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from netlab import yamlfile
from netlab.errors import BadFileError, ExitCode


class Cable(BaseModel):
    model_config = ConfigDict(extra="forbid")
    colour: str
    metres: int


class Drawer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    label: str
    cables: list[Cable] = []
    prices: dict[str, int] = {}


@pytest.fixture
def read(tmp_path):
    def drawer(content):
        path = tmp_path / "drawer.yml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return yamlfile.load(path, Drawer)

    return drawer


def test_a_good_file_becomes_the_model(read):
    text = "label: patch\ncables:\n  - {colour: blue, metres: 3}\nprices: {blue: 2}\n"
    assert read(text) == Drawer(label="patch", cables=[Cable(colour="blue", metres=3)], prices={"blue": 2})


def test_merge_keys_are_no_double_keys(read):
    text = (
        "label: patch\ncables:\n  - &one {colour: blue, metres: 3}\n"
        "  - &two {colour: red, metres: 3}\n  - {<<: *one, <<: *two}\n"
    )
    assert len(read(text).cables) == 3


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("label: patch\ncables: 'red\n", 3, id="a-quote-never-closed"),
        pytest.param("label: patch\ncables: [\n", 3, id="a-bracket-never-closed"),
        pytest.param("label: patch\n cables: []\n", 2, id="an-indent-too-many"),
        pytest.param("label: patch\n\tcables: []\n", 2, id="a-tab"),
        pytest.param("label: patch\n---\nlabel: other\n", 2, id="two-documents"),
        pytest.param("cables: []\nlabel: *nobody\n", 2, id="an-unknown-alias"),
        pytest.param("cables: []\nlabel: !!python/object:os.system x\n", 2, id="a-python-object"),
    ],
)
def test_broken_yaml_is_told_with_file_and_line(read, text, line):
    with pytest.raises(BadFileError, match=rf"drawer\.yml:{line}: \w.*\.$") as told:
        read(text)
    assert "indentation" in told.value.next_step


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("label: 2026-13-45\n", id="a-date-that-is-none"),
        pytest.param("label: !!int seven\n", id="a-number-that-is-none"),
        pytest.param("cables: &all [*all]\n", id="a-list-inside-itself"),
        pytest.param("label: \0\n", id="a-control-character"),
    ],
)
def test_yaml_that_no_value_can_be_made_of_is_told(read, text):
    with pytest.raises(BadFileError, match=r"drawer\.yml.*: \w"):
        read(text)


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        pytest.param("label: a\nprices: {}\nlabel: b\n", 3, "label", id="at-the-top"),
        pytest.param("label: a\nprices:\n  blue: 1\n  blue: 2\n", 4, "blue", id="in-a-mapping"),
        pytest.param(
            "label: a\ncables:\n  - colour: red\n    metres: 1\n    colour: blue\n", 5, "colour", id="in-a-list"
        ),
    ],
)
def test_a_key_written_twice_is_told_at_the_second(read, text, line, key):
    with pytest.raises(BadFileError) as told:
        read(text)
    assert f"drawer.yml:{line}: the key '{key}' is there twice" in told.value.message
    assert "Remove one" in told.value.next_step


@pytest.mark.parametrize(
    ("text", "line", "where", "reason"),
    [
        pytest.param("label: a\n\nlable: b\n", 3, "lable", "does not know this key", id="unknown-key"),
        pytest.param(
            "label: a\ncables:\n  - colour: red\n    metres: 1\n    meters: 1\n",
            5, "cables.0.meters", "does not know this key", id="unknown-key-in-a-list",
        ),
        pytest.param("cables: []\n", 1, "label", "this key is missing", id="missing-key"),
        pytest.param(
            "label: a\ncables:\n  - {colour: red, metres: 1}\n  - colour: red\n",
            4, "cables.1.metres", "this key is missing", id="missing-key-told-at-its-item",
        ),
        pytest.param("label: [a]\n", 1, "label", "must be text", id="a-list-for-a-text"),
        pytest.param("label: a\nprices:\n  blue: two\n", 3, "prices.blue", "whole number", id="a-word-for-a-number"),
        pytest.param("label: a\ncables: red\n", 2, "cables", "must be a list", id="a-text-for-a-list"),
        pytest.param("", 1, "the file", "keys with values", id="empty"),
        pytest.param("- label\n", 1, "the file", "keys with values", id="a-list-for-the-whole-file"),
    ],
)  # fmt: skip
def test_content_that_does_not_fit_is_told_with_its_place(read, text, line, where, reason):
    with pytest.raises(BadFileError) as told:
        read(text)
    assert f"drawer.yml:{line}: {where}: " in told.value.message
    assert reason in told.value.message
    assert told.value.next_step


def test_of_many_mistakes_an_unknown_key_is_told_first_and_the_others_counted(read):
    with pytest.raises(BadFileError, match=r"drawer\.yml:1: a: .*know this key.*\(2 more like this in the file\)"):
        read("a: 1\nb: 2\nlabel: [x]\n")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(BadFileError, match=r"nothing\.yml: this file is missing"):
        yamlfile.load(tmp_path / "nothing.yml", Drawer)


def test_a_folder_in_the_place_of_a_file_is_told(tmp_path):
    with pytest.raises(BadFileError, match="cannot be read"):
        yamlfile.load(tmp_path, Drawer)


def test_text_in_another_encoding_is_told(read):
    with pytest.raises(BadFileError, match=r"drawer\.yml:1: cannot be read: it is not UTF-8") as told:
        read("label: Müller\n".encode("latin-1"))
    assert "UTF-8" in told.value.next_step


def test_a_file_without_permission_is_told_what_to_do_about_that(read, monkeypatch):
    opened = Path.open

    def refuse(path, mode="r", *rest, **more):
        if mode == "rb":
            raise PermissionError(13, "Permission denied")
        return opened(path, mode, *rest, **more)

    monkeypatch.setattr("pathlib.Path.open", refuse)  # root may read everything
    with pytest.raises(BadFileError, match=r"drawer\.yml: cannot be read: you have no permission") as told:
        read("label: a\n")
    assert "chmod u+r" in told.value.next_step
    assert "UTF-8" not in told.value.next_step


def test_a_bad_file_has_an_exit_code_of_its_own(read):
    with pytest.raises(BadFileError) as told:
        read("")
    assert told.value.exit_code is ExitCode.BAD_FILE


SCRAPS = st.sampled_from(
    ["label", "cables", ": ", "- ", "\n", "  ", "{", "}", "[", "]", "&a ", "*a", "'", '"', "!!int "]
)


@settings(max_examples=400)
@given(st.lists(SCRAPS | st.text(max_size=3), max_size=25).map("".join))
def test_whatever_a_file_holds_is_read_or_refused(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "any.yml"
    path.write_bytes(text.encode())
    told = f"{path}: fine"
    try:
        yamlfile.load(path, Drawer)
    except BadFileError as refused:
        told = refused.message
    assert re.match(rf"{re.escape(str(path))}(:\d+)?: .", told)


def test_a_file_nested_deeper_than_its_readers_can_follow_is_told_with_its_line(read):
    with pytest.raises(BadFileError, match=r"drawer\.yml:2: this is nested too deep") as told:
        read("label: a\ncables: " + "[" * 100_000)
    assert "50 levels" in told.value.next_step


def test_aliases_that_swell_are_told_before_anything_is_made_of_them(read):
    words = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    words += [
        f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    with pytest.raises(BadFileError, match=r"drawer\.yml:8: the aliases .* make this too large"):
        read("\n".join(words))


def test_a_long_text_that_is_repeated_counts_as_often_as_it_is(read):
    with pytest.raises(BadFileError, match="too large"):
        read(f"label: &long {'a' * 1_000_000}\ncables: [{', '.join(['*long'] * 20)}]")


def test_a_file_without_end_is_not_read_to_its_end():
    with pytest.raises(BadFileError, match=r"/dev/zero: this is larger than 4 MiB"):
        yamlfile.read(Path("/dev/zero"))


def test_lines_that_end_as_on_windows_are_lines(read):
    assert read("label: patch\r\nprices:\r\n  blue: 2\r\n").prices == {"blue": 2}
