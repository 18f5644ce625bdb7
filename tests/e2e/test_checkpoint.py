"""checkpoint, restore, reset, and the checkpoints that netlab makes by itself: nothing a learner did is ever lost."""

import contextlib
import json
import os
import signal

import pytest
from harness import LAB, finish, wait_for
from test_terminal import on_a_terminal

pytestmark = pytest.mark.native
NODES = ["r1", "srv1", "sw1", "pc1", "pc2", "prn1"]
WORK = "/etc/dnsmasq.d/mine.conf"


@pytest.fixture
def learner(spotless):
    """A user whose lab runs, alone."""
    assert spotless("start", LAB).code == 0
    yield spotless
    assert spotless("stop", "--all").code == 0


def work(netlab, text):
    assert netlab.node("srv1", f"echo '{text}' >{WORK}").code == 0


def done(netlab):
    return netlab.node("srv1", f"cat {WORK} 2>/dev/null").out.strip()


def names(netlab):
    listed = netlab("checkpoint", "--list", "--json")
    assert listed.code == 0, listed
    return [one["name"] for one in listed.json]


def test_save_change_and_go_back(learner):
    work(learner, "# one")
    learner.node("srv1", "systemctl enable dnsmasq")
    saved = learner("checkpoint", "one")
    assert (saved.code, "netlab restore one" in saved.out) == (0, True), saved
    learner.node("pc1", "touch /run/unsaved")
    work(learner, "# two")
    learner.node("srv1", "systemctl disable dnsmasq; touch /etc/dnsmasq.d/later.conf")
    (one,) = learner("checkpoint", "--list", "--json").json
    changed = {(change["node"], change["path"], change["change"]) for change in one["changed_since"]}
    assert ("srv1", WORK, "changed") in changed
    assert ("srv1", "/etc/dnsmasq.d/later.conf", "new") in changed
    assert not one["automatic"]
    back = learner("restore", "one", "--json")
    assert back.code == 0, back
    assert (back.json["back_at"], back.json["restarted"]) == ("one", NODES)
    assert {"node": "srv1", "path": "/etc/dnsmasq.d/later.conf", "change": "gone"} in back.json["changed"]
    assert done(learner) == "# one"
    assert learner.node("srv1", "systemctl is-active dnsmasq; ls /etc/dnsmasq.d/later.conf").out == "active\n"
    assert learner.node("pc1", "ls /run/unsaved").code, "what runs is what was saved, on every node"
    undone = learner("restore", back.json["undo"])
    assert (undone.code, done(learner)) == (0, "# two"), undone


def test_some_nodes_only(learner):
    work(learner, "# one")
    learner("checkpoint", "one")
    work(learner, "# two")
    learner.node("r1", "echo x >/etc/dnsmasq.d/r1.conf")
    assert learner("restore", "one", "r1", "--json").json["restarted"] == ["r1"]
    assert done(learner) == "# two"
    assert learner.node("r1", "ls /etc/dnsmasq.d/r1.conf").code
    assert learner("reset", "srv1", "--json").json["restarted"] == ["srv1"]
    assert not done(learner)
    assert learner("restore", "one", "stranger").code == 4


def test_reset_is_as_at_the_start_and_can_be_undone(learner):
    untouched = learner("reset", "--json").json
    assert (untouched["changed"], untouched["undo"]) == ([], None)
    work(learner, "# mine")
    reset = learner("reset")
    assert (reset.code, done(learner)) == (0, ""), reset
    assert "To undo it:   netlab restore before-reset-" in reset.out
    assert learner("restore", "last").code == 0
    assert done(learner) == "# mine"


def test_a_checkpoint_is_made_before_grade_when_something_changed(learner):
    learner("grade")
    assert names(learner) == [], "nothing was done yet"
    work(learner, "# mine")
    learner("grade")
    learner("grade")
    (name,) = names(learner)
    assert name.startswith("before-grade-")
    assert learner("author", "apply", "solution").code == 0
    assert len(names(learner)) == 1, "the files were still those of the newest checkpoint"
    work(learner, "# other")
    assert learner("author", "apply", "solution").code == 0
    assert names(learner)[0].startswith("before-apply-")


def test_stop_and_start_again_and_everything_is_there(learner):
    work(learner, "# mine")
    stopped = learner("stop", "--json").json
    assert stopped["saved"][LAB].startswith("before-stop-")
    other = learner("start", LAB, "--attempt", "2", "--json").json
    assert other["saved"] is None, "another attempt is another network"
    assert learner("stop", "--json").json["saved"] == {}, "nothing was done"
    started = learner("start", LAB)
    assert "You have saved work from" in started.out
    assert "netlab restore last" in started.out
    assert not done(learner)
    assert learner("restore", "last").code == 0
    assert done(learner) == "# mine"
    assert learner("grade", "--json").json["score"]["max"] == 60, "the new run's own key still lets the grader in"
    assert not [check for check in learner("grade", "--json").json["checks"] if check["verdict"] == "error"]


def test_stop_without_saving_when_asked(learner):
    work(learner, "# mine")
    assert learner("stop", "--discard", "--json").json == {"stopped": [LAB], "saved": {}}


def test_stop_after_a_restart_of_the_computer_saves_too(learner):
    work(learner, "# mine")
    learner.kill_all()
    assert learner("stop", "--json").json["saved"][LAB].startswith("before-stop-")
    assert learner("start", LAB).code == 0
    assert learner("restore", "last").code == 0
    assert done(learner) == "# mine"


def test_too_much_to_keep_loses_nothing(learner):
    work(learner, "# mine")
    learner.node("srv1", "truncate -s 20M /root/large.pcap")
    refused = learner("stop")
    assert (refused.code, "/root/large.pcap" in refused.err, "--discard" in refused.err) == (9, True, True), refused
    assert done(learner) == "# mine"
    reset = learner("reset")
    assert (reset.code, "/root/large.pcap" in reset.err) == (9, True), reset
    learner.node("srv1", "rm /root/large.pcap")


def test_names_and_words_that_do_not_fit(learner):
    assert learner("checkpoint", "one").code == 0
    work(learner, "# two")
    again = learner("checkpoint", "one")
    assert (again.code, "--force" in again.err) == (5, True), again
    assert learner("checkpoint", "one", "--force").code == 0
    assert "No file has changed" in learner("checkpoint", "one").out
    assert "No file has changed" in learner("checkpoint").out
    assert learner("checkpoint", "last").code == 2
    assert learner("checkpoint", "../x").code == 2
    assert learner("checkpoint", "x", "--list").code == 2
    assert learner("checkpoint", "--force").code == 2
    unknown = learner("restore", "nix")
    assert (unknown.code, "There are: one." in unknown.err) == (4, True), unknown
    assert learner("checkpoint", "--remove", "one", "--json").json["removed"] == "one"
    assert names(learner) == []
    for command in (["checkpoint", "--list"], ["checkpoint", "x"], ["reset"]):
        assert learner(*command, "--plain").out.isascii()


def test_a_topology_without_a_lab_has_no_checkpoints(spotless, tmp_path):
    file = tmp_path / "bare.clab.yml"
    file.write_text("name: bare\ntopology:\n  nodes:\n    a: {kind: linux, image: debian}\n")
    up = spotless("topology", "up", file)
    assert up.code == 0, up
    for command in (["checkpoint", "x"], ["checkpoint", "--list"], ["restore", "last"], ["reset"]):
        refused = spotless(*command)
        assert (refused.code, "bare is a topology without a lab" in refused.err) == (5, True), refused
    stopped = spotless("stop")
    assert (stopped.code, stopped.out, stopped.err) == (0, "Stopped: bare.\n", "")


@pytest.mark.parametrize("command", [["restore", "one"], ["reset"]])
def test_at_a_terminal_it_asks_before_all_nodes_lose_power(learner, command):
    work(learner, "# one")
    assert learner("checkpoint", "one").code == 0
    work(learner, "# two")
    seen, code = on_a_terminal([*learner.command, *command], learner.environment(NO_COLOR="1"), "n\r")
    assert (code, "what was typed but not saved there is lost" in seen, done(learner)) == (130, True, "# two"), seen
    seen, code = on_a_terminal([*learner.command, *command, "--yes"], learner.environment(NO_COLOR="1"))
    assert (code, "Go on?" in seen, done(learner) == "# two") == (0, False, False), seen


# Moments of a restore, by what is on disk by then.
MOMENTS = {
    "at-once": lambda _: True,
    "saved": lambda run: list((run.parents[1] / "saved").glob("*/*/before-restore-*.zip")),
    "ordered": lambda run: (run / "unfinished.json").exists(),
    "laid-in": lambda run: list(run.glob("pod/nodes/prn1/incoming.tar")),
    "taken": lambda run: list(run.glob("pod/nodes/*/loading")),
    "half": lambda run: (
        not list(run.glob("pod/nodes/sw1/incoming.tar")) and list(run.glob("pod/nodes/prn1/incoming.tar"))
    ),
}


@pytest.mark.parametrize("agents_too", [False, True], ids=["command", "command-and-helpers"])
@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS)
def test_a_killed_restore_loses_nothing_and_is_completed(learner, moment, agents_too):
    work(learner, "# one")
    assert learner("checkpoint", "one").code == 0
    work(learner, "# two")
    run = learner.home / "runs" / LAB
    restoring = learner.begin("restore", "one")
    wait_for(lambda: moment(run) or restoring.poll() is not None, "the restore comes to this moment")
    helpers = [int(pid) for pid in _children(restoring.pid)] if agents_too else []
    restoring.kill()
    for pid in helpers:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    finish(restoring)
    begun = (run / "unfinished.json").exists()
    after = learner("status", "--json")
    assert after.code == 0, after
    if begun:
        assert "An earlier `netlab restore one` was cut off; it has been completed now." in after.err
    assert all(node["running"] for node in after.json[0]["nodes"])
    contents = {done(learner)}
    assert contents <= ({"# one"} if begun else {"# one", "# two"})
    for name in names(learner):
        assert learner("restore", name).code == 0
        contents.add(done(learner))
    assert contents == {"# one", "# two"}, "both can be had again"
    assert json.loads((run / "pod/nodes.json").read_text("ascii")).keys() == set(NODES)


def _children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:  # noqa: PTH123
            return file.read().split()
    except FileNotFoundError:
        return []
