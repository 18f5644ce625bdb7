"""What people see on a terminal of their own (a pty), and what they see when they ask for plain text."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios

import pytest
from harness import LAB, NETLAB

from netlab.errors import ExitCode

pytestmark = pytest.mark.native
SILENT = 120  # seconds without a word from a command on a terminal


@pytest.mark.parametrize("node", ["srv1", "pc1"])
def test_connect_logs_in_without_a_question_or_a_warning(learner, node):
    """What appears on a real terminal (a pty) from `netlab connect` to `exit`."""
    seen, code = on_a_terminal([NETLAB, "connect", node], learner.environment(), "hostname; tty; id -un; exit 7\r")
    lines = re.sub(r"\x1b\[[?0-9;]*[a-z]|\r", "\n", seen).splitlines()
    assert code == 7, seen
    assert {node, "/dev/pts/0", "root"} <= set(lines), seen
    assert not re.search("warning|authenticity|password|permanently added|denied|cannot|setlocale", seen, re.IGNORECASE)


def test_a_node_has_the_manual_pages_of_its_programs(learner):
    for page in ("dnsmasq", "dhcrelay", "ip-address", "kea-dhcp4", "interfaces", "vtysh", "nft"):
        assert "NAME" in learner.node("srv1", f"MANPAGER=cat man {page}").out, page
    assert "relay" in learner.node("srv1", "man -k dhcrelay").out


@pytest.mark.parametrize("command", ["reboot", "shutdown -h now", "systemctl poweroff"])
def test_a_node_that_is_told_to_switch_itself_off_says_who_does_that(learner, command):
    done = learner.node("pc1", command)
    assert (done.code, done.out) == (1, ""), done
    assert "netlab restart pc1" in done.err


@pytest.mark.parametrize("command", [["list"], ["info", LAB], ["status"], ["brief"], ["doctor"], ["grade"]])
def test_plain_output_is_ascii_without_escapes(learner, command):
    done = learner(*command, "--plain")
    assert done.out.isascii(), done
    assert "\x1b" not in done.out + done.err


def test_colour_on_a_terminal_unless_no_color_is_set(learner):
    coloured, _ = on_a_terminal([NETLAB, "list"], learner.environment(TERM="xterm"))
    plain, _ = on_a_terminal([NETLAB, "list"], learner.environment(TERM="xterm", NO_COLOR="1"))
    assert "\x1b[" in coloured
    assert "\x1b[" not in plain
    assert "\x1b" not in learner("list").out


def answered(netlab, command, typed):
    """A command that asks, and somebody at a terminal who answers."""
    return on_a_terminal([NETLAB, *command], netlab.environment(TERM="xterm", NO_COLOR="1"), typed)


def test_at_a_terminal_stop_names_what_is_lost_and_asks_once(netlab):
    assert netlab("start", LAB).code == 0
    for no in ("n\r", "\r", "\x04"):
        seen, code = answered(netlab, ["stop"], no)
        assert (code, seen.count("Go on?")) == (ExitCode.INTERRUPTED, 1), seen
        assert "What was typed but not saved there, and the last result, are lost" in seen
        assert netlab.node("pc1", "true").code == 0
    seen, code = answered(netlab, ["stop"], "y\r")
    assert (code, f"Stopped: {LAB}" in seen) == (0, True), seen


def test_at_a_terminal_stop_with_yes_does_not_ask(netlab):
    assert netlab("start", LAB).code == 0
    seen, code = answered(netlab, ["stop", "-y"], "")
    assert (code, "Go on?" in seen) == (0, False), seen


def test_at_a_terminal_all_nodes_lose_their_power_only_after_a_yes(learner):
    learner.node("pc1", "touch /srv/unsaved")
    seen, code = answered(learner, ["restart"], "n\r")
    assert (code, "all nodes: r1 srv1" in seen) == (ExitCode.INTERRUPTED, True), seen
    assert learner.node("pc1", "ls /srv/unsaved").code == 0
    assert answered(learner, ["restart", "prn1"], "")[1] == 0, "who names a node has said which"
    assert answered(learner, ["restart", "--yes"], "")[1] == 0
    assert learner.node("pc1", "ls /srv/unsaved").code != 0


def test_a_brief_taller_than_the_screen_goes_through_the_pager(learner):
    paged = learner.environment(TERM="xterm", NO_COLOR="1", PAGER="sed s/^/PAGED:/")
    low, code = on_a_terminal([NETLAB, "brief"], paged, lines=24)
    assert (code, low.splitlines()[0][:6]) == (0, "PAGED:"), low
    assert "PAGED:" not in on_a_terminal([NETLAB, "brief"], paged, lines=500)[0]
    for plainly in (["brief", "--plain"], ["brief", "--json"]):
        assert "PAGED:" not in on_a_terminal([NETLAB, *plainly], paged, lines=24)[0]


def test_without_a_pager_the_brief_is_simply_printed(learner):
    seen, code = on_a_terminal([NETLAB, "brief"], learner.environment(TERM="xterm", PAGER="/no/such"), lines=24)
    assert (code, "What is checked" in seen) == (0, True), seen


def test_at_80_columns_no_row_of_a_brief_or_list_is_cut(learner):
    for command in (["brief"], ["list"], ["info", LAB], ["status"]):
        seen, _ = on_a_terminal([NETLAB, *command], learner.environment(TERM="xterm", NO_COLOR="1", PAGER="cat"))
        bare = re.sub(r"\x1b\[[0-9;]*m", "", seen)
        assert max(map(len, bare.splitlines())) <= 80, bare
        assert "…" not in bare


def test_exec_on_a_terminal_is_on_one_there_too(learner):
    script = "stty size; test -t 0 && test -t 1 && echo both; exit 7"
    seen, code = on_a_terminal(
        [NETLAB, "exec", "pc1", "--", "sh", "-c", script], learner.environment(), lines=33, columns=101
    )
    assert (seen.split(), code) == (["33", "101", "both"], 7)


def test_keys_typed_to_exec_mean_what_they_mean_there(learner):
    script = "trap 'echo caught; exit 3' INT; echo ready; while :; do sleep 0.1; done"
    argv = [NETLAB, "exec", "pc1", "--", "sh", "-c", script]
    seen, code = on_a_terminal(argv, learner.environment(), "\x03", when="ready")
    assert ("caught" in seen, code) == (True, 3), seen


def test_only_what_was_a_terminal_is_one_there(learner):
    done = learner("exec", "pc1", "--", "sh", "-c", "for i in 0 1 2; do test -t $i && echo $i; done; true", stdin="x")
    assert (done.code, done.out) == (0, "")


def on_a_terminal(  # noqa: PLR0913 - what a terminal has
    argv, environment, typed="", *, when="", lines=50, columns=80
):
    """Everything a person sees on a terminal of its own, and the exit code. They type when they see `when`."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    if not when:
        os.write(ours, typed.encode())
    with subprocess.Popen(
        argv, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
    ) as it:
        os.close(theirs)
        seen = b""
        while data := _read(ours, it):
            seen += data
            if when and when.encode() in seen:
                os.write(ours, typed.encode())
                when = ""
        code = it.wait(timeout=30)
    os.close(ours)
    return seen.decode(errors="replace"), code


def _read(descriptor, process):
    if not select.select([descriptor], [], [], SILENT)[0]:
        process.kill()  # a test that fails, in place of one that never ends
    try:
        return os.read(descriptor, 4096)
    except OSError:  # EIO: nobody has the other end open any more
        return b""
