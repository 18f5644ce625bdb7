"""What really passes the cards of several nodes while others talk to them (packet(7)): no node can pretend it."""

import select
import socket
import threading
import time
from collections import deque
from collections.abc import Mapping
from types import TracebackType
from typing import NamedTuple, Self

from netlab.probe.failure import CannotLookError
from netlab.probe.wire import open_socket, receive

_SNAP = 2048
MOST = 20_000  # frames a node: one that floods pushes out its own oldest
_VLAN_TAGS = (b"\x81\x00", b"\x88\xa8")
_IPV4, _IPV6 = b"\x08\x00", b"\x86\xdd"
_TCP = 6
_SYN, _ACK = 0x02, 0x10


class Frame(NamedTuple):
    """One frame on a card. `sent`: by the node itself."""

    at: float
    sent: bool
    data: bytes


class Syn(NamedTuple):
    """The first segment of a TCP connection; address translation leaves its sequence number alone."""

    source_port: int
    port: int
    sequence: bytes


class Arrivals:
    """A context manager; afterwards `of(node)` are the frames of its cards. `places`: node to its netns."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self._frames: dict[str, deque[Frame]] = {node: deque(maxlen=MOST) for node in places}
        self._ears = {self._ear(node, netns): node for node, netns in places.items()}
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._listener = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        self._listener.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, wrong: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._listener.join()
        for ear in self._ears:
            ear.close()

    def of(self, node: str) -> list[Frame]:
        """The frames of a node's cards up to now."""
        with self._lock:
            return list(self._frames[node])

    @staticmethod
    def _ear(node: str, netns: str) -> socket.socket:
        try:
            ear = open_socket(netns)
        except OSError as refused:
            raise CannotLookError(f"netlab cannot listen on {node}") from refused
        ear.settimeout(0)
        return ear

    def _listen(self) -> None:
        """Until it is over, and then what lies there still."""
        poll = select.poll()
        ears = {ear.fileno(): (ear, node) for ear, node in self._ears.items()}
        for number in ears:
            poll.register(number, select.POLLIN)
        while True:
            last = self._over.is_set()
            ready = poll.poll(0 if last else 20)
            for number, _ in ready:
                ear, node = ears[number]
                self._take(ear, self._frames[node])
            if last and not ready:
                return

    def _take(self, ear: socket.socket, into: deque[Frame]) -> None:
        try:
            data, sent = receive(ear, _SNAP)
        except OSError:  # a card went down meanwhile: its frames end there
            return
        with self._lock:
            into.append(Frame(time.time(), sent, data))


def syn_of(data: bytes) -> Syn | None:
    """The SYN of an Ethernet frame, tagged or not; None for anything else, however broken."""
    at = 12
    while data[at : at + 2] in _VLAN_TAGS:
        at += 4
    kind, at = data[at : at + 2], at + 2
    if kind == _IPV4 and len(data) > at and data[at + 9 : at + 10] == bytes([_TCP]):
        segment = data[at + (data[at] & 15) * 4 :]
    elif kind == _IPV6 and data[at + 6 : at + 7] == bytes([_TCP]):
        segment = data[at + 40 :]
    else:
        return None
    if len(segment) < 14 or segment[13] & (_SYN | _ACK) != _SYN:  # noqa: PLR2004 - up to the flags, RFC 9293 3.1
        return None
    return Syn(int.from_bytes(segment[:2]), int.from_bytes(segment[2:4]), segment[4:8])
