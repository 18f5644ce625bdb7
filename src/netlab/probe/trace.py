"""The routers on the way to an address, each by the packet that it had to give up (TTL, RFC 792; RFC 4443)."""

import secrets
import select
import socket
import time
from contextlib import suppress

from netlab.probe.inside import V4, Address, socket_to
from netlab.probe.reach import MOST, echo_request, icmp, icmp_message
from netlab.probe.refusal import ask_for_errors, refusals

TIMES = 3  # each packet is sent up to so often: a router answers only so many a second
_HEADERS = 8  # octets of an ICMP echo that every router quotes


def trace(netns: str, source: str, to: Address, *, hops: int = 12, patience: float = 2.0) -> list[Address | None]:
    """Who answered at each hop, the last one `to` itself if it was reached; None where nobody did.

    All hops are asked at once. Raises CannotLookError when netlab cannot send from that node.
    """
    with ask_for_errors(socket_to(netns, source, to, socket.SOCK_RAW, icmp(to))) as line:
        return _Walk(line, to, hops).carry_out(patience)


class _Walk:
    def __init__(self, mouth: socket.socket, to: Address, hops: int) -> None:
        self._mouth = mouth
        self._to = to
        self._hops = hops
        self._nonce = secrets.token_bytes(16)
        self._found: dict[int, Address] = {}

    def carry_out(self, patience: float) -> list[Address | None]:
        with suppress(OSError):  # no way at all from here: nobody answers
            self._mouth.connect((str(self._to), 0))
            for _ in range(TIMES):
                self._send()
                self._listen(patience / TIMES)
        last = min((number for number, by in self._found.items() if by == self._to), default=0)
        return [self._found.get(number) for number in range(1, (last or max(self._found, default=0)) + 1)]

    def _send(self) -> None:
        v4 = self._to.version == V4
        option = (socket.IPPROTO_IP, socket.IP_TTL) if v4 else (socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS)
        for number in range(1, self._hops + 1):
            if number not in self._found:
                self._mouth.setsockopt(*option, number)
                with suppress(OSError):  # the news of an earlier packet: it is read below
                    self._mouth.send(echo_request(self._to.version, self._nonce, number))

    def _listen(self, seconds: float) -> None:
        poll, deadline = select.poll(), time.monotonic() + seconds
        poll.register(self._mouth, select.POLLIN)
        while (left := deadline - time.monotonic()) > 0 and not self._whole():
            for _, event in poll.poll(left * 1000):
                if event & select.POLLERR:
                    self._hear()
                    self._mouth.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                else:
                    self._note(self._answer(self._mouth.recv(MOST)), self._to)

    def _whole(self) -> bool:
        """Every hop up to the address itself has answered."""
        last = min((number for number, by in self._found.items() if by == self._to), default=0)
        return bool(last) and all(number in self._found for number in range(1, last))

    def _hear(self) -> None:
        for refusal in refusals(self._mouth):
            if refusal.by and refusal.time_exceeded:
                self._note(refusal.quoted, refusal.by)

    def _answer(self, data: bytes) -> bytes:
        message = icmp_message(self._to.version, data)
        return message if self._nonce in message else b""

    def _note(self, echo: bytes, by: Address) -> None:
        """`echo`: our packet, or its answer, from its ICMP header on; another's is no news."""
        if len(echo) >= _HEADERS and echo[4:6] == self._nonce[:2]:
            number = int.from_bytes(echo[6:8])
            if 1 <= number <= self._hops:
                self._found.setdefault(number, by)
