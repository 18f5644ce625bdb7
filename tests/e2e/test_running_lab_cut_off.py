"""A running lab and what cuts in: a stop while nodes are busy, an interrupt while netlab works on it, a power cut."""

import json
import os
import signal
from pathlib import Path

import pytest
from harness import LAB, finish, wait_for

from netlab.errors import ExitCode
from netlab.processes import Process

pytestmark = pytest.mark.native


@pytest.fixture
def running(spotless):
    assert spotless("start", LAB).code == 0
    yield spotless
    assert spotless("stop", "--all").code == 0


def test_stop_ends_nodes_that_are_busy(running):
    running.node("pc1", "for i in 1 2 3; do (trap '' TERM HUP INT; while :; do :; done) >/dev/null 2>&1 & done")
    running.node(
        "srv1", "mkdir /srv/deep; mount -t tmpfs none /srv/deep; cd /srv/deep; setsid sleep 99 >/dev/null 2>&1 &"
    )
    shell = running.begin("exec", "srv1", "--", "tail", "-f", "/dev/null")
    wait_for(lambda: running.node("srv1", "pgrep -x tail").code == 0, "tail runs")
    assert running("stop").code == 0
    assert finish(shell).code != 0


def test_an_interrupted_grading_leaves_the_lab_as_it_was(running):
    grading = running.begin("grade")
    wait_for((running.home / "runs" / LAB / "last-result/grader.log").exists, "the grading process was started")
    grading.send_signal(signal.SIGINT)
    assert finish(grading).code == ExitCode.INTERRUPTED
    wait_for(lambda: not _grading_processes(running), "the grading process has ended")
    assert running("grade", "--json").json["score"]["max"] == 60


def test_an_interrupted_restart_is_finished_first(running):
    restarting = running.begin("restart")
    wait_for(lambda: _down(running), "a node is down")
    restarting.send_signal(signal.SIGINT)
    finish(restarting)
    assert not _down(running)
    assert running.node("srv1", "hostname").out == "srv1\n"


def test_a_killed_restart_can_be_done_again(running):
    restarting = running.begin("restart")
    wait_for(lambda: _down(running), "a node is down")
    restarting.kill()
    finish(restarting)
    again = wait_for(lambda: _unless_busy(running("restart")), "what the killed command began has ended")
    assert again.code == 0, again
    assert not _down(running)
    assert running.node("srv1", "ip -br -4 address show eth1").out


def test_when_the_whole_network_was_killed_that_is_said(running):
    for pid in running.processes():
        os.kill(pid, signal.SIGKILL)
    gone = running("connect", "pc1")
    assert (gone.code, "netlab stop" in gone.err or "netlab restart" in gone.err) == (ExitCode.RUNTIME, True), gone
    assert running("status").code == 0


def _unless_busy(done):
    return None if done.code == ExitCode.WRONG_STATE else done


def _down(netlab):
    """The nodes whose init is not there, read from netlab's own record: quicker than a command."""
    record = json.loads((netlab.home / "runs" / LAB / "pod/nodes.json").read_text("ascii"))
    return [name for name, process in record.items() if not Process.from_json(process).alive()]


def _grading_processes(netlab):
    folder = str(netlab.home).encode()
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes()
        except OSError:
            continue
        found += [path] if b"netlab.grading.session" in words and folder in words else []
    return found
