"""A running lab and what cuts in: a stop while nodes are busy, an interrupt while netlab works on it, a power cut."""

import json
import os
import signal
from pathlib import Path

import pytest
from harness import LAB, catches, finish, wait_for

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


def test_what_exec_has_begun_ends_with_a_netlab_that_is_killed(running):
    """As on a line that is cut: SIGHUP, so nohup(1) does what it says."""
    shell = running.begin("exec", "pc1", "--", "sh", "-c", "nohup sleep 984 >/dev/null 2>&1 & sleep 985; true")
    wait_for(lambda: running.node("pc1", "pgrep -f ^sleep.985").code == 0, "it runs")
    shell.kill()
    wait_for(lambda: running.node("pc1", "pgrep -f ^sleep.985").code == 1, "it is gone")
    assert running.node("pc1", "pgrep -f ^sleep.984; pkill sleep").code == 0
    finish(shell)


# Moments of a stop, by what is left of the run.
STOP_MOMENTS = {
    "nothing-done": Path.is_dir,
    "pod-killed": lambda run: not _pod_alive(run),
    "files-of-other-ids-left": lambda run: not (run / "pod/pod.json").exists(),
    "pod-gone": lambda run: not (run / "pod").exists(),
    "record-gone": lambda run: not (run / "run.json").exists(),
}


@pytest.mark.parametrize("moment", STOP_MOMENTS.values(), ids=STOP_MOMENTS)
@pytest.mark.parametrize("often", [False, True], ids=["once", "again-and-again"])
def test_an_interrupted_stop_has_not_begun_or_is_finished(running, moment, often):
    """On a terminal Ctrl-C goes to the whole group of processes."""
    run = running.home / "runs" / LAB
    running.node("srv1", "mkdir -p /srv/a/b && touch /srv/a/b/c && chown -R 33:33 /srv/a && chmod 700 /srv/a")
    stopping = running.begin("stop")
    wait_for(lambda: catches(stopping.pid, signal.SIGTERM), "netlab has taken interrupts in hand")
    wait_for(lambda: moment(run) or stopping.poll() is not None, "the stop comes to this moment")
    os.killpg(stopping.pid, signal.SIGINT)
    while often and stopping.poll() is None:
        os.killpg(stopping.pid, signal.SIGINT)
    done = finish(stopping)
    assert done.code in (ExitCode.OK, ExitCode.INTERRUPTED), done
    assert set(done.err.splitlines()) <= {"netlab: Interrupted; nothing half-done is left behind."}, done
    if running.run_folders():
        assert (done.out, running.node("srv1", "hostname").out) == ("", "srv1\n")
    elif done.out:
        assert done.out == f"Stopped: {LAB}.\n"


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
    running.kill_all()
    wait_for(lambda: not running.processes(), "everything has ended")
    gone = running("connect", "pc1")
    assert (gone.code, "netlab stop" in gone.err or "netlab restart" in gone.err) == (ExitCode.RUNTIME, True), gone
    assert "gone" in running("status").out
    assert {one["slug"]: one["status"] for one in running("list", "--json").json}[LAB] == "gone"
    assert running("restart").code == 0
    assert running.node("srv1", "hostname").out == "srv1\n"


def _pod_alive(run):
    try:
        return Process.from_json(json.loads((run / "pod/pod.json").read_text("ascii"))).alive()
    except FileNotFoundError:
        return False


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
            words, home = path.read_bytes(), path.with_name("environ").read_bytes()
        except OSError:
            continue
        found += [path] if b"netlab.grading.session" in words and b"HOME=" + folder in home else []
    return found


@pytest.mark.parametrize("sign", ["set aside", "network gone", "nodes gone"])
def test_a_killed_stop_is_finished_by_the_next_command_which_says_so(running, sign):
    runs = running.home / "runs"
    pod = json.loads((runs / LAB / "pod/pod.json").read_text("ascii"))
    signs = {
        "set aside": lambda: not (runs / LAB).exists(),
        "network gone": lambda: not Process.from_json(pod).alive(),
        "nodes gone": lambda: not list(runs.glob("*/pod/nodes/pc1")),
    }
    stopping = running.begin("stop", LAB)
    wait_for(signs[sign], sign)
    stopping.kill()
    finish(stopping)
    listed = running("list")
    assert "running" not in listed.out
    assert running.run_folders() == []
    if f"`netlab stop {LAB}` was cut off" not in listed.out + listed.err:
        assert sign == "nodes gone", "the kill came when everything was done"
