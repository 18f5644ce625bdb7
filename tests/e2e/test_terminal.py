"""What people see on a terminal of their own (a pty), and what they see when they ask for plain text."""

import os
import pty
import re
import subprocess

import pytest
from harness import LAB, NETLAB

pytestmark = pytest.mark.native


@pytest.mark.parametrize("node", ["srv1", "pc1"])
def test_connect_logs_in_without_a_question_or_a_warning(learner, node):
    """What appears on a real terminal (a pty) from `netlab connect` to `exit`."""
    seen, code = on_a_terminal([NETLAB, "connect", node], learner.environment(), "hostname; tty; id -un; exit 7\r")
    lines = re.sub(r"\x1b\[[?0-9;]*[a-z]|\r", "\n", seen).splitlines()
    assert code == 7, seen
    assert {node, "/dev/pts/0", "root"} <= set(lines), seen
    assert not re.search("warning|authenticity|password|permanently added|denied|cannot|setlocale", seen, re.IGNORECASE)


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


def on_a_terminal(argv, environment, typed=""):
    """Everything a person sees on a terminal of its own, and the exit code."""
    ours, theirs = pty.openpty()
    os.write(ours, typed.encode())
    with subprocess.Popen(
        argv, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
    ) as it:
        os.close(theirs)
        seen = b"".join(iter(lambda: _read(ours), b""))
        code = it.wait(timeout=30)
    os.close(ours)
    return seen.decode(errors="replace"), code


def _read(descriptor):
    try:
        return os.read(descriptor, 4096)
    except OSError:  # EIO: nobody has the other end open any more
        return b""
