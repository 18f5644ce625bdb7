"""`netlab cp`: files and folders both ways; what cannot be copied is one sentence with a next step."""

import os
import shlex
from pathlib import Path

import pytest

from netlab.errors import ExitCode

pytestmark = pytest.mark.native
# Root may read and write everywhere, unless these rights are taken away.
AS_OTHERS = ("setpriv", "--bounding-set=-dac_override,-dac_read_search") if os.geteuid() == 0 else ()


@pytest.fixture
def here(tmp_path):
    """A folder of the learner's: a file, a folder with a file, and a folder in which nobody may write."""
    (tmp_path / "file").write_text("mine\n")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/hosts").mkdir()
    (tmp_path / "locked").mkdir(mode=0o500)
    return tmp_path


def test_a_file_and_a_folder_go_both_ways(learner, tmp_path):
    (tmp_path / "site/deep").mkdir(parents=True)
    (tmp_path / "site/deep/one.conf").write_text("é\n", "utf-8")
    (tmp_path / "site/empty").write_bytes(b"")
    assert learner("cp", tmp_path / "site", "pc1:/srv/").code == 0
    assert learner.node("pc1", "cat /srv/site/deep/one.conf; stat -c %U:%G /srv/site").out == "é\nroot:root\n"
    assert learner("cp", "pc1:/srv/site", tmp_path / "back").code == 0
    assert (tmp_path / "back/deep/one.conf").read_text("utf-8") == "é\n"
    assert (tmp_path / "back/empty").read_bytes() == b""
    assert learner("cp", tmp_path / "site/deep/one.conf", "pc1:renamed.conf").code == 0
    assert learner.node("pc1", "cat /root/renamed.conf").out == "é\n"
    assert learner("cp", "pc1:/etc/hostname", tmp_path).code == 0
    assert (tmp_path / "hostname").read_text() == "pc1\n"


CANNOT = [
    ("pc1:/etc/hosts", "/proc/x", ExitCode.HOST, "/proc/x cannot be written: ", "may write in"),
    ("pc1:/etc/hosts", "folder/no-such/x", ExitCode.UNKNOWN_NAME, "folder/no-such is not a folder.", "Make it first"),
    ("pc1:/etc/hosts", "file/x", ExitCode.UNKNOWN_NAME, "file is not a folder.", "Make it first"),
    ("pc1:/etc/hosts", "folder", ExitCode.USAGE, "folder/hosts is a folder; a file cannot", "another name"),
    ("pc1:/etc/ssh", "file", ExitCode.USAGE, "file is a file; a folder cannot", "another name"),
    ("pc1:/no/such", "folder", ExitCode.UNKNOWN_NAME, "pc1:/no/such is not there.", "exec pc1 -- ls -l /no"),
    ("no-such", "pc1:/tmp", ExitCode.UNKNOWN_NAME, "no-such is not there.", "Check the path"),
    ("file", "pc1:/no/such/x", ExitCode.UNKNOWN_NAME, "pc1:/no/such is not a folder.", "exec pc1 -- mkdir -p /no/such"),
    ("file", "pc1:/proc/x", ExitCode.RUNTIME, "Copying to pc1:/proc failed: tar: ./x: Cannot open", "ls -ld /proc"),
    ("file", "stranger:/x", ExitCode.UNKNOWN_NAME, "no node 'stranger'", "Its nodes are: "),
    ("folder", "pc1:/etc/hostname", ExitCode.USAGE, "pc1:/etc/hostname is a file; a folder cannot", "another name"),
    ("pc1:/dev/zero", "folder", ExitCode.USAGE, "pc1:/dev/zero is neither a file nor a folder.", "Only files"),
    ("/dev/zero", "pc1:/tmp", ExitCode.USAGE, "/dev/zero is neither a file nor a folder.", "Only files"),
    ("pc1:/etc/hostname", "pc1:/tmp", ExitCode.USAGE, "only one, must be NODE:PATH", "For example"),
    ("file", "folder", ExitCode.USAGE, "only one, must be NODE:PATH", "For example"),
]


@pytest.mark.parametrize("case", CANNOT, ids=lambda case: f"{case[0]} {case[1]}")
def test_what_cannot_be_copied_is_one_sentence(learner, here, monkeypatch, case):
    source, target, code, message, next_step = case
    monkeypatch.chdir(here)
    done = learner("cp", source, target)
    assert (done.code, done.out) == (code, ""), done
    told = done.err.splitlines()
    assert message in told[0], done
    assert [next_step in line for line in told[1:]] == [True], done
    assert learner.node("pc1", "cat /etc/hostname").out == "pc1\n"


def test_files_that_one_may_not_write_or_read(learner, here):
    into = learner("cp", "pc1:/etc/hosts", here / "locked", under=AS_OTHERS)
    assert (into.code, f"{here}/locked/hosts cannot be written: Permission denied" in into.err) == (ExitCode.HOST, True)
    (here / "file").chmod(0)
    out = learner("cp", here / "file", "pc1:/tmp", under=AS_OTHERS)
    assert (out.code, f"{here}/file cannot be read: Permission denied" in out.err) == (ExitCode.HOST, True)


def test_a_path_that_ends_in_a_slash_is_the_folder(learner, tmp_path):
    assert learner("cp", "pc1:/etc/ssh/", tmp_path).code == 0
    assert (tmp_path / "ssh/sshd_config").is_file()


def test_names_with_a_colon_or_a_dash_in_front(learner, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("col:on").write_text("colon\n")
    assert learner("cp", "./col:on", "pc1:/tmp/-dash").code == 0
    assert learner("cp", "pc1:/tmp/-dash", "./back:again").code == 0
    assert Path("back:again").read_text() == "colon\n"
    learner.node("pc1", "mkdir -p /tmp/-folder; echo in >/tmp/-folder/-file")
    assert learner("cp", "pc1:/tmp/-folder", ".").code == 0
    assert Path("-folder/-file").read_text() == "in\n"


def test_a_link_that_is_named_is_followed_and_links_inside_are_said_to_be_left_out(learner, tmp_path):
    learner.node("pc1", "mkdir -p /srv/l; cd /srv/l; echo one >one; ln one twin; ln -s /etc/shadow away; mkfifo pipe")
    learner.node("pc1", "ln -sfn /srv/l/one /srv/alias; ln -sfn /srv/l /srv/way")
    assert learner("cp", "pc1:/srv/alias", tmp_path).code == 0
    assert (tmp_path / "alias").read_text() == "one\n"
    done = learner("cp", "pc1:/srv/way", tmp_path)
    assert (done.code, done.err) == (0, "Left out (links and special files): away, pipe.\n"), done
    assert {path.name: path.read_text() for path in (tmp_path / "way").iterdir()} == {"one": "one\n", "twin": "one\n"}
    (tmp_path / "local").symlink_to(tmp_path / "alias")
    assert learner("cp", tmp_path / "local", "pc1:/srv/").code == 0
    assert learner.node("pc1", "stat -c %F /srv/local; cat /srv/local").out == "regular file\none\n"


def test_what_is_larger_than_a_node_can_hold_is_not_taken(learner, tmp_path):
    learner.node("pc1", "truncate -s 2G /srv/sparse")
    done = learner("cp", "pc1:/srv/sparse", tmp_path)
    assert (done.code, "pc1:/srv/sparse is more than 1 GiB." in done.err) == (ExitCode.USAGE, True), done
    assert list(tmp_path.iterdir()) == []
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(2 << 30)
    done = learner("cp", tmp_path / "huge", "pc1:/srv")
    assert (done.code, "huge is more than 1 GiB; a node has no room for it." in done.err) == (ExitCode.USAGE, True), (
        done
    )


def test_a_node_that_sends_no_archive_or_the_wrong_one(learner, tmp_path):
    put = "mv /usr/bin/tar /usr/bin/tar.real; printf '#!/bin/sh\\n%s\\n' \"$0\" >/usr/bin/tar; chmod +x /usr/bin/tar"
    for lie, code in (
        ("echo no archive", ExitCode.RUNTIME),
        ("cat /dev/zero", ExitCode.RUNTIME),
        ("cd /; exec tar.real -c -P -f - /etc/../etc/hosts", ExitCode.USAGE),
        ("exec tar.real -c -f - /etc/hosts", ExitCode.USAGE),
    ):
        learner.node("pc1", f"sh -c {shlex.quote(put)} {shlex.quote(lie)}")
        done = learner("cp", "pc1:/etc/ssh", tmp_path)
        learner.node("pc1", "mv /usr/bin/tar.real /usr/bin/tar")
        assert (done.code, list(tmp_path.iterdir())) == (code, []), (lie, done)
