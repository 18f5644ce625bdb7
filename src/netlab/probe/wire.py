"""Raw frames on one interface of a node, sent and read by the grader's own process (packet(7))."""

import select
import socket
import threading
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

from netlab.probe.evidence import Recorder
from netlab.runtime.native.syscalls import CLONE_NEWNET, setns

ETH_P_ALL = 0x0003
_SNAP = 65535


def open_socket(netns: str, interface: str) -> socket.socket:
    """A packet socket on `interface` in another network namespace.

    Only a thread made for it moves there; the socket stays in that namespace wherever it is used afterwards.
    Raises OSError when the interface is not there.
    """
    outcome: list[socket.socket | OSError] = []

    def work() -> None:
        try:
            setns(netns, CLONE_NEWNET)
            opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
            opened.bind((interface, 0))
            outcome.append(opened)
        except OSError as wrong:
            outcome.append(wrong)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    if isinstance(outcome[0], OSError):
        raise outcome[0]
    return outcome[0]


class Wire:
    """One interface of one node, as a context manager."""

    def __init__(self, netns: str, node: str, interface: str, recorder: Recorder) -> None:
        self.name = f"{node}:{interface}"
        self._socket = open_socket(netns, interface)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self._recorder = recorder

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, wrong: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def send(self, packet: Any) -> None:
        """Send one scapy packet, Ethernet header and all."""
        data = bytes(packet)
        self._recorder.now.frame(time.time(), data)
        self._socket.send(data)

    def frames(self, seconds: float, *, sent_too: bool = False) -> Iterator[bytes]:
        """The frames that arrive within `seconds`; `sent_too`: also those that the node itself sends."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if not select.select([self._socket], [], [], left)[0]:
                return
            data, address = self._socket.recvfrom(_SNAP)
            if sent_too or address[2] != socket.PACKET_OUTGOING:
                yield data

    def keep(self, data: bytes) -> None:
        """Put a frame that mattered into the check's evidence."""
        self._recorder.now.frame(time.time(), data)
