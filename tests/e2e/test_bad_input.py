"""Broken lab files: refused with file and line before anything is made."""

import re

import pytest
from harness import LAB

from netlab.errors import ExitCode

pytestmark = pytest.mark.native
LAB_YML = f"labs/{LAB}/lab.yml"
TOPOLOGY = f"topologies/{LAB}.clab.yml"
BRIEF = f"labs/{LAB}/brief.md"

LINES_OFF = 1  # YAML notices some mistakes only on the next line


def spoil(catalogue, file, old, new):
    """Put `new` in place of the first `old` in a file; returns the line (from 1) on which that is."""
    path = catalogue / file
    text = path.read_text("utf-8")
    path.write_text(text.replace(old, new, 1), "utf-8")
    return text[: text.index(old)].count("\n") + 1


MISTAKES = [
    (LAB_YML, "minutes: 45", "minutes: [45", "expected"),
    (LAB_YML, "minutes: 45", "minuets: 45", "does not know this key"),
    (LAB_YML, "minutes: 45", "minutes: soon", "a whole number"),
    (LAB_YML, "minutes: 45", "minutes: 45\nminutes: 46", "twice"),
    (LAB_YML, "S13, K14", "S99, K14", "S99"),
    (LAB_YML, "draw: subnet", "draw: sibnet", "parameters"),
    (LAB_YML, "customer | lower", "custmer | lower", "no parameter 'custmer'"),
    (LAB_YML, "customer | lower", "customer | lowr", "no filter 'lowr'"),
    (LAB_YML, "[reception, surgery]", "[receptoin, surgery]", "no parameter 'receptoin'"),
    (LAB_YML, "  srv1:\n", "  srv9:\n", "no node 'srv9'"),
    (LAB_YML, "slug: dhcp-basics", "slug: dhcp-basic", "this says 'dhcp-basic'"),
    (BRIEF, "{{ customer }}", "{{ custmer | lower }}", "no parameter 'custmer'"),
    (TOPOLOGY, '"srv1:eth1"', '"srv9:eth1"', "srv9:eth1"),
    (TOPOLOGY, '"srv1:eth1"', '"r1:eth3"', "taken"),
    (TOPOLOGY, "    pc1:\n", "    pc1:\n      ports: [80:80]\n", "ports: a lab's node cannot have this"),
    (TOPOLOGY, "    pc1:\n", "    pc1:\n      kind: srl\n", "linux"),
    (TOPOLOGY, "    pc1:\n", "\tpc1:\n", "tab|token"),
]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake[2].strip().replace("\n", " "))
def test_a_broken_file_is_named_with_its_line(netlab, catalogue, mistake):
    file, old, new, reason = mistake
    line = spoil(catalogue, file, old, new)
    for command in ("start", "info", "author check"):
        done = netlab(*command.split(), LAB, "--catalog", catalogue)
        assert (done.code, done.out) == (ExitCode.BAD_FILE, ""), done
        named = re.search(rf"{re.escape(str(catalogue / file))}:(\d+): (.*)", done.err)
        assert named, done
        assert re.search(reason, named[2]), done
        assert abs(int(named[1]) - line) <= LINES_OFF, done
        assert "Traceback" not in done.err
    assert netlab.run_folders() == []


@pytest.mark.parametrize("file", [TOPOLOGY, BRIEF])
def test_a_missing_file_is_named(netlab, catalogue, file):
    (catalogue / file).unlink()
    started = netlab("start", LAB, "--catalog", catalogue)
    assert started.code == ExitCode.BAD_FILE, started
    assert f"{catalogue / file}: this file is missing." in started.err
    assert netlab.run_folders() == []
    assert not netlab.processes()


@pytest.mark.parametrize("template", ["{{ receptoin }}", "{{ reception[", "{% for %}"])
def test_a_broken_template_among_the_start_files_leaves_nothing(netlab, catalogue, template):
    file = catalogue / f"labs/{LAB}/start/r1/etc/network/interfaces"
    file.write_text(f"auto eth1\n{template}\n", "utf-8")
    started = netlab("start", LAB, "--catalog", catalogue)
    assert started.code == ExitCode.BAD_FILE, started
    assert str(file) in started.err
    assert netlab.run_folders() == []


def test_a_lab_starts_beside_a_broken_neighbour(netlab, catalogue):
    (catalogue / "labs/broken").mkdir()
    (catalogue / "labs/broken/lab.yml").write_text("minutes: [45")
    assert netlab("start", LAB, "--catalog", catalogue).code == 0
    assert netlab("stop").code == 0


def test_a_broken_lab_can_still_be_stopped(netlab, catalogue):
    assert netlab("start", LAB, "--catalog", catalogue).code == 0
    spoil(catalogue, LAB_YML, "minutes: 45", "minutes: [45")
    assert netlab("list").code == 0
    assert netlab("brief").code == ExitCode.BAD_FILE
    assert netlab("stop").code == 0
    assert not netlab.processes()


def test_a_node_that_does_not_boot_is_named_and_nothing_is_left(netlab, catalogue):
    spoil(catalogue, TOPOLOGY, "    pc1:\n", "    pc1:\n      cmd: /no/such/init\n")
    started = netlab("start", LAB, "--catalog", catalogue)
    assert started.code == ExitCode.RUNTIME, started
    assert "pc1" in started.err
    assert netlab.run_folders() == []
    assert not netlab.processes()


SETTINGS = [
    ("net.ipv4.no_such_setting", "1", "does not exist"),
    ("net.ipv4.conf.eth9.forwarding", "1", "does not exist"),
    ("net.ipv4.ip_forward", "lots", "cannot be 'lots'"),
    ("net.ipv4.ip_forward", "ü", "cannot be 'ü'"),
    ("net.core.rmem_max", "1", "is not a node's own to set"),
]


@pytest.mark.parametrize(("name", "value", "reason"), SETTINGS)
def test_a_sysctl_that_is_not_possible_is_named_with_its_node(netlab, catalogue, name, value, reason):
    spoil(catalogue, TOPOLOGY, "    pc1:\n", f"    pc1:\n      sysctls: {{{name}: {value}}}\n")
    started = netlab("start", LAB, "--catalog", catalogue)
    assert started.code == ExitCode.RUNTIME, started
    message, next_step = started.err.splitlines()[-2:]
    assert message.startswith(f"netlab: The network failed: node pc1 did not come up: its sysctl {name} {reason}")
    assert message.count(name) == 1
    assert "`sysctls` in the topology" in next_step
    assert netlab.run_folders() == []


def test_a_folder_that_is_no_catalogue(netlab, tmp_path):
    listed = netlab("list", "--catalog", tmp_path)
    assert (listed.code, listed.out) == (ExitCode.USAGE, ""), listed
    assert str(tmp_path) in listed.err


@pytest.mark.parametrize("text", ["", "not hexadecimal", "5a" * 31])
def test_a_file_that_is_no_key(netlab, tmp_path, text):
    (tmp_path / "key").write_text(text)
    started = netlab("start", LAB, "--key", tmp_path / "key")
    assert started.code == ExitCode.USAGE, started
    assert "is not a key" in started.err
    assert netlab.run_folders() == []


def test_words_that_do_not_fit_together(netlab):
    for words in (["start"], ["no-such-command"], ["stop", LAB, "--all"], ["start", LAB, "--attempt", "0"]):
        done = netlab(*words)
        assert (done.code, done.out) == (ExitCode.USAGE, ""), done
        assert done.err.startswith("netlab: "), done
