"""What is copied onto a node, and environment files."""

import io
import os
import tarfile

import pytest

from netlab.clab import binds, envfile, standins


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "conf/deep").mkdir(parents=True)
    (tmp_path / "conf/a.conf").write_text("a\n")
    (tmp_path / "conf/deep/run.sh").write_text("#!/bin/sh\n")
    (tmp_path / "conf/deep/run.sh").chmod(0o755)
    (tmp_path / "conf/link").symlink_to("a.conf")
    return tmp_path


def content(archive):
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return {one.name: (one.type, oct(one.mode), one.uid, one.linkname) for one in tar.getmembers()}


def test_a_folder_is_copied_with_all_that_is_in_it_and_belongs_to_the_nodes_root(folder):
    found = content(binds.archive([binds.parse("conf:/srv/x:ro", folder)], [], {}))
    assert {name: fact[0] for name, fact in found.items()} == {
        "srv/x": tarfile.DIRTYPE,
        "srv/x/a.conf": tarfile.REGTYPE,
        "srv/x/deep": tarfile.DIRTYPE,
        "srv/x/deep/run.sh": tarfile.REGTYPE,
        "srv/x/link": tarfile.SYMTYPE,
    }
    assert found["srv/x/deep/run.sh"][1:3] == ("0o755", 0)
    assert found["srv/x/link"][3] == "a.conf"


def test_a_file_that_is_a_link_is_copied_as_what_it_leads_to(folder):
    assert content(binds.archive([binds.parse("conf/link:/etc/x", folder)], [], {}))["etc/x"][0] == tarfile.REGTYPE


def test_what_cannot_be_copied_is_left_out_of_a_folder(folder):
    os.mkfifo(folder / "conf/pipe")
    assert "srv/pipe" not in content(binds.archive([binds.parse("conf:/srv", folder)], [], {}))


def test_too_much_is_refused(folder, monkeypatch):
    monkeypatch.setattr(binds, "MAX_FILES", 3)
    with pytest.raises(binds.BindError, match="more than 3 files"):
        binds.archive([binds.parse("conf:/srv", folder)], [], {})


def test_home_is_ones_own(monkeypatch, folder):
    monkeypatch.setenv("HOME", str(folder))
    assert binds.parse("~/conf:/x", folder / "conf").source == folder / "conf"


@pytest.mark.parametrize("source", ["/lib/modules", "/lib/modules/6.1", "/dev/net/tun"])
def test_some_binds_make_no_difference(source, folder):
    assert binds.parse(f"{source}:{source}", folder).useless


@pytest.mark.parametrize(
    ("text", "found"),
    [("/data", "/data"), ("name:/data:ro", "/data"), ("name", None), ("a:/x/../../y", None)],
)
def test_a_volume_is_a_folder_on_the_node(text, found):
    if found:
        assert binds.volume(text) == found
    else:
        with pytest.raises(binds.BindError):
            binds.volume(text)


def test_an_environment_file_has_names_and_values(tmp_path):
    path = tmp_path / "env"
    path.write_text("# a comment\n\nA=1\nexport B = two words \nC='quoted'\nD=\"x=y\"\nE=\n")
    assert envfile.read(path) == {"A": "1", "B": "two words", "C": "quoted", "D": "x=y", "E": ""}


def test_a_line_that_is_neither_is_named(tmp_path):
    (tmp_path / "env").write_text("A=1\nnothing\n")
    with pytest.raises(ValueError, match="line 2"):
        envfile.read(tmp_path / "env")


@pytest.mark.parametrize(
    ("image", "fits"),
    [
        ("", True),
        ("alpine:3", True),
        ("quay.io/frrouting/frr:10.5.1", True),
        ("registry.example:5000/team/network-multitool", True),
        ("nginx:stable-alpine", True),
        ("prom/prometheus", False),
        ("grafana/grafana:11", False),
        ("ghcr.io/nokia/srlinux", False),
    ],
)
def test_the_node_image_stands_in_for_routers_hosts_and_tools(image, fits):
    assert standins.fits(image) is fits


def test_frr_is_known_by_its_image_or_its_configuration():
    assert standins.is_frr("my/frr:1", [])
    assert standins.is_frr("debian", ["/etc/frr/frr.conf"])
    assert not standins.is_frr("debian", ["/etc/hosts"])
