"""The files of a node that outlive a power cut, taken and put back in a child that chroots into a small root."""

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

CALL = """
import json, sys
from netlab.runtime.native import kept
getattr(kept, sys.argv[1])(*map(json.loads, sys.argv[2:]))
"""
WANTS = "etc/systemd/system/multi-user.target.wants"
# chroot(2) is for root: a plain user is that in a user namespace of its own.
PREFIX = [] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user"]


@pytest.fixture(scope="module", autouse=True)
def _may_chroot():
    if subprocess.run([*PREFIX, "chroot", "/", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody chroot here: no user namespaces")


class Node:
    """A root file system of a few files, and the tar that its kept files are in."""

    def __init__(self, folder, archive):
        self.root = folder
        self.archive = archive
        self.root.mkdir()

    def write(self, path, text="", mode=0o644):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)
        return file

    def enable(self, unit):
        (self.root / WANTS).mkdir(parents=True, exist_ok=True)
        (self.root / WANTS / unit).symlink_to(f"/usr/lib/systemd/system/{unit}")

    def _call(self, verb, patterns, archive):
        arguments = [json.dumps(one) for one in (str(self.root), patterns, str(archive))]
        argv = [*PREFIX, sys.executable, "-c", CALL, verb, *arguments]
        return subprocess.run(argv, capture_output=True, text=True, check=False).stderr

    def save(self, *patterns):
        """What it complains about; the tar is the node's from then on."""
        complaint = self._call("save", patterns, self.archive)
        Path(f"{self.archive}.new").replace(self.archive)
        return complaint

    def load(self, *patterns):
        return self._call("load", patterns, self.archive)

    def kept(self, *patterns):
        """The paths in the tar after a save."""
        assert self.save(*patterns) == ""
        with tarfile.open(self.archive) as tar:
            return tar.getnames()


@pytest.fixture
def node(tmp_path):
    return Node(tmp_path / "root", tmp_path / "kept.tar")


@pytest.mark.parametrize(
    ("patterns", "kept"),
    [
        pytest.param(["/etc/hosts"], ["etc/hosts"], id="one-file"),
        pytest.param(["/etc/dnsmasq.d/*"], ["etc/dnsmasq.d/.hidden", "etc/dnsmasq.d/a.conf"], id="a-folder"),
        pytest.param(["/etc/**"], ["etc/dnsmasq.d/.hidden", "etc/dnsmasq.d/a.conf", "etc/dnsmasq.d/sub/b.conf",
                                   "etc/hosts"], id="a-whole-tree"),
        pytest.param(["/etc/h*", "/etc/hosts", "/etc//hosts"], ["etc/hosts"], id="named-twice-kept-once"),
        pytest.param(["/etc/nothing", "/srv/*"], [], id="nothing-there"),
        pytest.param([], [], id="nothing-asked-for"),
    ],
)  # fmt: skip
def test_files_are_kept_by_their_patterns(node, patterns, kept):
    for path in ("etc/hosts", "etc/dnsmasq.d/a.conf", "etc/dnsmasq.d/.hidden", "etc/dnsmasq.d/sub/b.conf"):
        node.write(path)
    assert node.kept(*patterns) == kept


def test_enabled_units_are_always_kept(node):
    node.enable("dnsmasq.service")
    assert node.kept() == [f"{WANTS}/dnsmasq.service"]


def test_the_keys_of_one_run_are_neither_kept_nor_put_into_another(node):
    node.write("root/.ssh/authorized_keys", "this run's\n")
    node.write("root/.bashrc")
    assert node.kept("/root/**", "/etc/ssh/*") == ["root/.bashrc"]
    with tarfile.open(node.archive, "w") as tar:
        tar.add(node.write("elsewhere", "another run's\n"), "root/.ssh/authorized_keys")
    assert node.load("/root/**") == ""
    assert (node.root / "root/.ssh/authorized_keys").read_text() == "this run's\n"


def test_links_and_pipes_are_not_kept(node):
    node.write("etc/dnsmasq.d/a.conf")
    (node.root / "etc/dnsmasq.d/link.conf").symlink_to("a.conf")
    os.mkfifo(node.root / "etc/dnsmasq.d/pipe")
    assert node.kept("/etc/dnsmasq.d/*") == ["etc/dnsmasq.d/a.conf"]


@pytest.mark.parametrize("leads_to", ["../../outside", "{outside}"], ids=["climbing", "absolute"])
def test_a_link_leads_nowhere_outside_the_node(node, tmp_path, leads_to):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").touch()
    (node.root / "etc").mkdir()
    (node.root / "etc/dnsmasq.d").symlink_to(leads_to.format(outside=outside))
    assert node.kept("/etc/dnsmasq.d/*") == []


def test_a_node_gets_back_what_it_had_and_loses_what_it_made_since(node):
    node.write("etc/dnsmasq.d/rooms.conf", "dhcp-range=a\n", 0o600)
    node.write("etc/dnsmasq.d/ümlaut and space.conf", "x\n")
    node.write("var/log/syslog", "before\n")
    node.enable("dnsmasq.service")
    assert node.save("/etc/dnsmasq.d/*") == ""
    node.write("etc/dnsmasq.d/rooms.conf", "dhcp-range=b\n", 0o644)
    node.write("etc/dnsmasq.d/later.conf")
    node.write("var/log/syslog", "after\n")
    node.enable("kea.service")
    assert node.load("/etc/dnsmasq.d/*") == ""
    rooms = node.root / "etc/dnsmasq.d/rooms.conf"
    assert (rooms.read_text(), rooms.stat().st_mode & 0o777) == ("dhcp-range=a\n", 0o600)
    names = {path.name for path in rooms.parent.iterdir()}
    assert names == {"rooms.conf", "ümlaut and space.conf"}
    assert [path.name for path in (node.root / WANTS).iterdir()] == ["dnsmasq.service"]
    assert (node.root / WANTS / "dnsmasq.service").readlink() == Path("/usr/lib/systemd/system/dnsmasq.service")
    assert (node.root / "var/log/syslog").read_text() == "after\n"


def test_kept_files_are_put_into_a_fresh_root_with_their_folders(node, tmp_path):
    node.write("etc/kea/deep/er/kea.conf", "{}\n")
    node.save("/etc/kea/**")
    fresh = Node(tmp_path / "fresh", node.archive)
    assert fresh.load("/etc/kea/**") == ""
    assert (fresh.root / "etc/kea/deep/er/kea.conf").read_text() == "{}\n"


def _one_large(node):
    os.truncate(node.write("etc/kea/large"), (16 << 20) + 1)


def _many_small(node):
    for number in range(501):
        node.write(f"etc/kea/{number}")


def _large_together(node):
    for number in range(5):
        os.truncate(node.write(f"etc/kea/{number}"), 16 << 20)


@pytest.mark.parametrize("fill", [_one_large, _many_small, _large_together])
def test_too_much_is_refused_with_the_limits(node, fill):
    fill(node)
    complaint = node.save("/etc/kea/*")
    assert "/etc/kea/" in complaint
    assert "at most 500 files of 16 MiB are kept, 64 MiB together" in complaint
