"""Raw frames on one interface of a node, sent and read by the grader's own process (packet(7))."""

import errno
import select
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, NamedTuple, Self

from netlab.probe.evidence import Recorder
from netlab.probe.failure import CannotLookError, CardDownError
from netlab.probe.inside import opened

ETH_P_ALL = 0x0003
BUFFER = 4 << 20  # bytes wanted for what has arrived and was not read yet; the host may give less
_SNAP = 65535
_SOL_PACKET, _PACKET_AUXDATA = 263, 8  # <linux/if_packet.h>; Python's socket module has neither
_AUXDATA = struct.Struct("=IIIHHHH")  # status, len, snaplen, mac, net, vlan_tci, vlan_tpid
_TCI_VALID, _TPID_VALID = 1 << 4, 1 << 6
_DOT1Q = 0x8100
_TAG_AT = 12  # behind the two MAC addresses


class Arrived(NamedTuple):
    """One frame as it was on the cable, its VLAN tag included. `sent`: by the node itself."""

    data: bytes
    sent: bool


def open_socket(netns: str, interface: str = "") -> socket.socket:
    """A packet socket on `interface`, or on all, in another network namespace. Raises OSError when it is not there."""

    def make() -> socket.socket:
        made = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        if interface:
            made.bind((interface, 0))
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        made.setsockopt(_SOL_PACKET, _PACKET_AUXDATA, 1)
        return made

    return opened(netns, make)


def receive(ear: socket.socket, most: int = _SNAP) -> Arrived:
    """The next frame of a packet socket. Raises OSError.

    The kernel takes the VLAN tag off what comes in and tells it beside (packet(7), PACKET_AUXDATA): it is put back.
    """
    data, beside, _, address = ear.recvmsg(most, socket.CMSG_SPACE(_AUXDATA.size))
    tags = [told for level, kind, told in beside if (level, kind) == (_SOL_PACKET, _PACKET_AUXDATA)]
    return Arrived(_tagged(data, tags[0]) if tags else data, address[2] == socket.PACKET_OUTGOING)


def _tagged(data: bytes, told: bytes) -> bytes:
    status, *_, tci, tpid = _AUXDATA.unpack(told[: _AUXDATA.size])
    if not status & _TCI_VALID:
        return data
    tag = struct.pack("!HH", tpid if status & _TPID_VALID else _DOT1Q, tci)
    return data[:_TAG_AT] + tag + data[_TAG_AT:]


class Wire:
    """One interface of one node, as a context manager.

    An interface that is not there raises CannotLookError, one that is down CardDownError: not when the wire is
    made but when it is first used, so that a check of two places can still look at the other one.
    """

    def __init__(self, netns: str, node: str, interface: str, recorder: Recorder) -> None:
        self._place = node, interface
        self._recorder = recorder
        self._missing: OSError | None = None
        self._open: socket.socket | None = None
        try:
            self._open = open_socket(netns, interface)
        except OSError as missing:
            self._missing = missing

    @property
    def name(self) -> str:
        return ":".join(self._place)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, wrong: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._open:
            self._open.close()

    def send(self, packet: Any) -> None:
        """Send one scapy packet, Ethernet header and all."""
        data = bytes(packet)
        with self._in_use() as mouth:
            mouth.send(data)
        self._recorder.now.frame(time.time(), data)

    def frames(self, seconds: float, *, sent_too: bool = False) -> Iterator[bytes]:
        """The frames that arrive within `seconds`; `sent_too`: also those that the node itself sends."""
        return (frame.data for frame in self.arrivals(seconds) if sent_too or not frame.sent)

    def arrivals(self, seconds: float) -> Iterator[Arrived]:
        """The frames on the card within `seconds`, both ways."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            with self._in_use() as ear:
                if not select.select([ear], [], [], left)[0]:
                    return
                frame = receive(ear)
            yield frame

    def keep(self, data: bytes, at: float | None = None) -> None:
        """Put a frame that mattered into the check's evidence; `at`: when it was seen, if not just now."""
        self._recorder.now.frame(time.time() if at is None else at, data)

    @contextmanager
    def _in_use(self) -> Iterator[socket.socket]:
        node, interface = self._place
        if self._open is None:
            next_step = f"`netlab restart {node}` puts it back (what is not saved there is lost)"
            raise CannotLookError(f"there is no interface {interface} on {node}", next_step) from self._missing
        try:
            yield self._open
        except OSError as broken:
            if broken.errno != errno.ENETDOWN:
                raise
            raise CardDownError(node, interface) from broken
