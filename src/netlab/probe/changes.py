"""Has anything changed on the nodes? Told by the kernel where it can, looked up twice a second where not.

Files below /etc, /root and /run, and the learner's answers; addresses, routes, rules and links; firewall rules; how
many sockets are open; what is typed in a session (packets on the management port). Nothing is asked of a node itself;
idle nodes cost next to nothing.
"""

import re
import select
import socket
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path

from netlab.probe.inotify import FolderWatch
from netlab.probe.inside import opened

LOOK = 0.4  # seconds between two looks at what the kernel does not tell
QUIET = 0.15  # seconds of silence after which a change is taken to be whole
LONGEST = 0.45  # seconds after which it is taken so in any case
FOLDERS = ("etc", "root", "run")
MOST_FOLDERS = 2000  # a node
_NETFILTER = 12
_NFTABLES = 1 << 6  # group 7
_ROUTING = 0x1 | 0x10 | 0x40 | 0x80 | 0x100 | 0x400  # links, IPv4 addresses, routes and rules, IPv6 addresses, routes
_IN_USE = re.compile(r"inuse \d+")  # the other numbers are the whole host's
_TABLES = ("sockstat", "sockstat6", "dev_mcast")
_IDLE_CHATTER = 1  # packets each way between two looks that nobody typed


class Changes:
    """A context manager. `nodes`: each node's pid on the host; `saved`: a folder of the host's to watch as well."""

    def __init__(self, nodes: Mapping[str, int], saved: str = "") -> None:
        self._nodes = nodes
        self._stack = ExitStack()
        self._folders = FolderWatch(MOST_FOLDERS * max(1, len(nodes)))
        self._stack.callback(self._folders.close)
        if saved:
            self._folders.add(saved)
        self._ears: list[socket.socket] = []
        for pid in nodes.values():
            for folder in FOLDERS:
                self._folders.add(f"/proc/{pid}/root/{folder}")
            for protocol, groups in ((socket.NETLINK_ROUTE, _ROUTING), (_NETFILTER, _NFTABLES)):
                with suppress(OSError):  # a kernel without nftables; a node that went away is seen below
                    self._ears.append(self._stack.enter_context(_ear(pid, protocol, groups)))
        self._seen = self._look()

    def close(self) -> None:
        self._stack.close()

    def wait(self, also: int) -> bool:
        """Until something changes (True), or there is something to read from the descriptor `also` (False)."""
        poll = select.poll()
        for one in (self._folders.fileno(), *(ear.fileno() for ear in self._ears), also):
            poll.register(one, select.POLLIN)
        while True:
            ready = {descriptor for descriptor, _ in poll.poll(LOOK * 1000)}
            if also in ready:
                return False
            if (ready and self.drain()) or self._differs():
                self._settle(poll)
                return True

    def drain(self) -> set[str]:
        """Forget what has happened up to now, and say where it did: folders, and networks by number."""
        heard = {f"network {number}" for number, ear in enumerate(self._ears) if _emptied(ear)}
        return self._folders.drain() | heard

    @property
    def gone(self) -> bool:
        """A node has ended, perhaps while nobody looked: that is never forgotten."""
        return None in self._seen[0].values()

    def forget(self) -> set[str]:
        """What is open and what was typed up to now is no change; where files or networks have changed, as `drain`."""
        self._seen = self._look()
        return self.drain()

    def _settle(self, poll: select.poll) -> None:
        deadline = time.monotonic() + LONGEST
        while time.monotonic() < deadline and poll.poll(QUIET * 1000) and self.drain():
            pass

    def _differs(self) -> bool:
        before, self._seen = self._seen, self._look()
        typed = any(_typed(before[1][name], now) for name, now in self._seen[1].items())
        return typed or before[0] != self._seen[0]

    def _look(self) -> tuple[dict[str, object], dict[str, tuple[int, int]]]:
        return (
            {name: _state(pid) for name, pid in self._nodes.items()},
            {name: _traffic(pid) for name, pid in self._nodes.items()},
        )


def _ear(pid: int, protocol: int, groups: int) -> socket.socket:
    def make() -> socket.socket:
        made = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol)
        made.bind((0, groups))
        made.setblocking(False)  # noqa: FBT003 - the standard library's
        return made

    return opened(f"/proc/{pid}/ns/net", make)


def _emptied(ear: socket.socket) -> bool:
    heard = False
    with suppress(BlockingIOError):
        while True:
            try:
                ear.recv(65536)
            except BlockingIOError:
                raise
            except OSError:  # ENOBUFS: more than it could hold, which is news as well
                pass
            heard = True
    return heard


def _state(pid: int) -> object:
    """How many sockets of each kind are open, and which groups were joined; None for a node that is gone.

    Counts, not lists: for a list of a network's sockets the kernel goes through those of the whole host.
    """
    try:
        sockets, sockets6, groups = (Path(f"/proc/{pid}/net/{table}").read_text("ascii") for table in _TABLES)
        return _IN_USE.findall(sockets), _IN_USE.findall(sockets6), groups
    except OSError:
        return None


def _traffic(pid: int) -> tuple[int, int]:
    """Packets that have come in and gone out on the management port."""
    with suppress(OSError, ValueError, IndexError):
        for line in Path(f"/proc/{pid}/net/dev").read_text("ascii").splitlines():
            name, _, numbers = line.partition(":")
            if name.strip() == "eth0":
                fields = numbers.split()
                return int(fields[1]), int(fields[9])
    return 0, 0


def _typed(before: tuple[int, int], now: tuple[int, int]) -> bool:
    """A key and its echo, a command and its output: packets both ways. What the kernel says by itself goes one way."""
    return min(now[0] - before[0], now[1] - before[1]) > _IDLE_CHATTER
