"""`netlab connect` on a real terminal: colour, window size, completion, full-screen programs, users and sudo."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from contextlib import contextmanager

import pytest
from harness import NETLAB

pytestmark = pytest.mark.native

ESCAPES = re.compile(r"\x1b\[[0-9;?>=]*[a-zA-Z]|\x1b[()][AB0]|\x1b[=>]|\x1b\][^\x07]*\x07|\r")


class Terminal:
    """A person's terminal with a login on it."""

    def __init__(self, process, descriptor):
        self.process, self._descriptor = process, descriptor
        self.raw = ""

    def type(self, text):
        os.write(self._descriptor, text.encode())

    def sees(self, pattern, timeout=15):
        """Wait until the pattern is on the screen; what came before is forgotten. The raw text it was in."""
        deadline = time.monotonic() + timeout
        while not (found := re.search(pattern, ESCAPES.sub("", self.raw))):
            assert time.monotonic() < deadline, f"not seen: {pattern}\n{self.raw[-3000:]!r}"
            if select.select([self._descriptor], [], [], 0.1)[0]:
                self.raw += os.read(self._descriptor, 65536).decode(errors="replace")
        raw, self.raw = self.raw, ESCAPES.sub("", self.raw)[found.end() :]
        return raw

    def resize(self, rows, columns):
        fcntl.ioctl(self._descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


@contextmanager
def login(learner, node, term="xterm-256color"):
    ours, theirs = pty.openpty()
    argv = [NETLAB, "connect", node]
    environment = learner.environment(TERM=term)

    def take_terminal():
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    with subprocess.Popen(
        argv,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment,
        preexec_fn=take_terminal,  # noqa: PLW1509 - the test has one thread
    ) as process:
        os.close(theirs)
        terminal = Terminal(process, ours)
        terminal.resize(24, 80)
        terminal.sees(rf"{node}:~# $")
        try:
            yield terminal
        finally:
            os.close(ours)
            process.wait(timeout=20)


def test_window_size_follows(learner):
    with login(learner, "pc1") as screen:
        screen.resize(41, 133)
        screen.type("stty size\n")
        screen.sees("41 133")
        tell = 'call append(0, &lines . "x" . &columns) | redraw'
        screen.type(f"vim -c 'autocmd VimResized * {tell}' -c '{tell}'\n")
        screen.sees("41x133")
        screen.resize(30, 100)
        screen.sees("30x100")
        screen.type(":q!\n")
        screen.sees(r"pc1:~# $")


@pytest.mark.parametrize(
    "term", ["xterm-256color", "screen", "tmux-256color", "xterm-kitty", "alacritty", "xterm-ghostty"]
)
def test_any_terminal_has_colour_and_full_screen_programs(learner, term):
    with login(learner, "pc1", term) as screen:
        screen.type("ip -br link show lo; echo done $(tput colors)\n")
        assert "\x1b[" in screen.sees(r"done (8|256)\s")
        screen.type("seq 500 | less\n")
        assert "not fully functional" not in screen.sees(r"23\s*\n?:")
        screen.type("G")
        screen.sees("500")
        screen.type("q")
        screen.type("clear; echo fine\n")
        screen.sees("fine")


def test_utf8_goes_through(learner):
    with login(learner, "pc1") as screen:
        screen.type("echo caf\N{LATIN SMALL LETTER E WITH ACUTE} | tr a-z A-Z | wc -m; locale | head -1\n")
        screen.sees("5")
        screen.sees("UTF-8")


def test_completion_of_commands_and_services(learner):
    with login(learner, "srv1") as screen:
        screen.type("ip addr")
        screen.type("e\t")
        screen.sees("ip address ")
        screen.type("\x15systemctl stat\tdnsm\t")
        screen.sees("systemctl status dnsmasq ")
        screen.type("\x15journalctl -u kea-dhcp4\t")
        screen.sees("journalctl -u kea-dhcp4-server ")


def test_interactive_programs_end_as_they_should(learner):
    with login(learner, "r1") as screen:
        screen.type("ping 127.0.0.1\n")
        screen.sees("icmp_seq=2")
        screen.type("\x03")
        screen.sees("packet loss")
        screen.type("tcpdump -ni lo\n")
        screen.sees("listening on lo")
        screen.type("\x03")
        screen.sees("packets captured")
        screen.type("systemctl start frr && vtysh\n")
        screen.sees("r1# $")
        screen.type("show int\tbrief\n")
        screen.sees("eth1")
        screen.type("exit\n")
        screen.sees("r1:~# $")
        screen.type("exit 5\n")
        assert screen.process.wait(timeout=20) == 5


def test_a_user_of_ones_own_may_ping_and_use_sudo(learner):
    made = learner.node(
        "pc2",
        "useradd -m -s /bin/bash ann && echo ann:secret1 | chpasswd && gpasswd -a ann sudo >/dev/null",
    )
    assert made.code == 0, made
    with login(learner, "pc2") as screen:
        screen.type("su - ann\n")
        screen.sees(r"pc2:~\$ $")
        screen.type("ping -c 1 127.0.0.1; mtr -rnc1 127.0.0.1; sudo -k id\n")
        screen.sees("1 received")
        screen.sees(r"127.0.0.1 +0.0%")
        screen.sees("password for ann: $")
        screen.type("secret1\n")
        raw = screen.sees(r"uid=0\(root\)")
        assert not re.search("unable|warning|denied", raw, re.IGNORECASE)


def test_service_is_systemctl(learner):
    done = learner.node("srv1", "service cron start; service cron status | head -3; service cron stop")
    assert "active (running)" in done.out
    assert done.err == ""
