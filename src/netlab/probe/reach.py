"""Does a packet get from a node to an address and back?

Asked by sockets in that node's network: its addresses, routes and rules decide, its programs do not.
"""

import errno
import re
import secrets
import select
import socket
import struct
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from ipaddress import ip_address

from netlab.probe.inside import V4, Address, socket_to
from netlab.probe.refusal import Refusal, ask_for_errors, refusals

AGAIN = 0.5  # seconds until an unanswered packet is sent once more
PAUSE = 0.2  # seconds after a refusal
_ECHO_REQUEST = {4: 8, 6: 128}  # RFC 792 and RFC 4443
ECHO_REPLY = {4: 0, 6: 129}
_BY = re.compile(r"ping|(tcp|udp)/([1-9]\d{0,4})")
MAX_PORT = MOST = 65535


@dataclass(frozen=True, slots=True)
class Means:
    """`ping`, or a port such as `tcp/80`. Raises ValueError when it is neither."""

    name: str
    port: int = 0

    @classmethod
    def of(cls, text: str) -> "Means":
        found = _BY.fullmatch(text)
        port = int(found[2] or 0) if found else 0
        if found is None or port > MAX_PORT:
            raise ValueError(f"'{text}' is no way to reach anybody: ping, tcp/80 or udp/53")
        return cls(found[1] or "ping", port)

    def __str__(self) -> str:
        return f"{self.name}/{self.port}" if self.port else self.name


@dataclass(frozen=True, slots=True)
class Outcome:
    """`answered` by whoever claims that address, and true then; `nonce` and `ports` tell this packet from all others.

    `why`: why there was no answer, in words; empty when nothing at all came back.
    """

    answered: bool
    why: str = ""
    nonce: bytes = b""
    ports: tuple[int, ...] = ()
    seconds: float = 0.0

    def __bool__(self) -> bool:
        return self.answered

    @property
    def words(self) -> str:
        """For the evidence."""
        return "answered" if self.answered else self.why or "no answer"


def reach(  # noqa: PLR0913, PLR0917 - from where, to where, how, and for how long
    netns: str, source: str, to: Address, by: Means, patience: float, again: float = AGAIN
) -> Outcome:
    """Try until there is an answer or `patience` seconds have passed, after `again` seconds once more.

    Raises CannotLookError when netlab cannot send from that node at all.
    """
    began = time.monotonic()
    with closing(_CALLERS[by.name](netns, source, to, by, again)) as caller:
        answered, why = False, ""
        while not answered and (left := began + patience - time.monotonic()) > 0:
            answered = caller.once(left)
            if not answered and caller.refusal:  # said again only now and then: routers keep count of their ICMP
                why = caller.refusal.words(source, caller.own)
                time.sleep(min(PAUSE, left))  # the interval of a poll that ends by the deadline above
    return Outcome(answered, "" if answered else why, caller.nonce, tuple(caller.ports), time.monotonic() - began)


class _Caller:
    """Sends to one address; `refusal` is what came back last in place of an answer."""

    def __init__(self, netns: str, source: str, to: Address, by: Means, again: float) -> None:
        self._place = netns, source
        self._again = again
        self._to = to
        self._by = by
        self.nonce = secrets.token_bytes(16)
        self.ports: list[int] = []
        self.refusal: Refusal | None = None
        self.own: Address | None = None

    def _open(self, kind: int, protocol: int = 0) -> socket.socket:
        return ask_for_errors(socket_to(*self._place, self._to, kind, protocol))

    def _connect(self, mouth: socket.socket) -> int:
        """The error of connect(2); 0 when there is none."""
        code: int = mouth.connect_ex((str(self._to), self._by.port))
        with suppress(OSError):
            address, port, *_ = mouth.getsockname()
            self.own = ip_address(address)
            self.ports += [port] if self._by.port and port not in self.ports else []
        return code

    def _heard(self, mouth: socket.socket) -> Refusal | None:
        found = [one for one in refusals(mouth) if self._is_mine(one)]
        pending = mouth.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        return found[0] if found else Refusal(pending) if pending else None

    def _is_mine(self, refusal: Refusal) -> bool:  # noqa: ARG002 - a ping's socket hears of other pings, too
        return True


class Echo(_Caller):
    """Datagrams, all on one socket: a ping, or our nonce to a UDP port, whose answer must hold it."""

    def __init__(self, netns: str, source: str, to: Address, by: Means, again: float) -> None:
        super().__init__(netns, source, to, by, again)
        ping = by.name == "ping"
        self._mouth = self._open(socket.SOCK_RAW, icmp(to)) if ping else self._open(socket.SOCK_DGRAM)
        self._packet = echo_request(to.version, self.nonce) if ping else self.nonce

    def close(self) -> None:
        self._mouth.close()

    def once(self, left: float) -> bool:
        code = self._connect(self._mouth)
        self.refusal = Refusal(code) if code else None
        if code:
            return False
        try:
            self._mouth.send(self._packet)
        except OSError as refused:
            self.refusal = self._heard(self._mouth) or Refusal(refused.errno or 0)
            return False
        return self._wait(min(self._again, left))

    def _wait(self, seconds: float) -> bool:
        """Until our nonce comes back (True), the network refuses, or the time is over."""
        poll, deadline = select.poll(), time.monotonic() + seconds
        poll.register(self._mouth, select.POLLIN)
        while (left := deadline - time.monotonic()) > 0:
            for _, event in poll.poll(left * 1000):
                if event & select.POLLERR:
                    self.refusal = self._heard(self._mouth)
                    if self.refusal:
                        return False
                elif self._is_answer(self._mouth.recv(MOST)):
                    return True
        return False

    def _is_mine(self, refusal: Refusal) -> bool:
        """By the identifier of the ping, which is in the eight octets that every router quotes (RFC 792)."""
        return bool(self._by.port) or not refusal.quoted or refusal.quoted[4:6] == self._packet[4:6]

    def _is_answer(self, data: bytes) -> bool:
        if self._by.port:
            return self.nonce in data
        message = icmp_message(self._to.version, data)
        return message[:1] == bytes([ECHO_REPLY[self._to.version]]) and self.nonce in message


class Handshake(_Caller):
    """TCP. The kernel itself sends an unanswered SYN again only after a second (RFC 6298), so this calls anew sooner.

    Each call waits twice as long as the one before: a slow way takes its time.
    """

    def close(self) -> None:
        """Nothing stays open between two calls."""

    def once(self, left: float) -> bool:
        with self._open(socket.SOCK_STREAM) as caller:
            caller.settimeout(0)
            code = self._connect(caller)
            self.refusal = Refusal(code) if code not in (0, errno.EINPROGRESS) else None
            if code == errno.EINPROGRESS:
                ended = select.poll()
                ended.register(caller, select.POLLOUT)
                wait, self._again = min(left, self._again), 2 * self._again
                if not ended.poll(wait * 1000):
                    return False
                self.refusal = self._heard(caller)
            return self.refusal is None


_CALLERS: dict[str, type[Echo] | type[Handshake]] = {"ping": Echo, "udp": Echo, "tcp": Handshake}


def icmp(to: Address) -> int:
    """The protocol of a ping to that address."""
    return socket.IPPROTO_ICMP if to.version == V4 else socket.IPPROTO_ICMPV6


def icmp_message(version: int, data: bytes) -> bytes:
    """What a raw socket for ICMP has received, without the header that IPv4's come with (raw(7))."""
    return data[(data[0] & 15) * 4 :] if version == V4 else data


def echo_request(version: int, nonce: bytes, number: int = 1) -> bytes:
    """An ICMP echo request with an identifier and a sequence number.

    The kernel itself works out the checksum of ICMPv6 (RFC 3542, 3.1).
    """
    kind = _ECHO_REQUEST[version]
    body = nonce[:2] + number.to_bytes(2) + nonce
    checksum = internet_checksum(bytes([kind, 0, 0, 0]) + body) if version == V4 else 0
    return struct.pack("!BBH", kind, 0, checksum) + body


def internet_checksum(data: bytes) -> int:
    """RFC 1071."""
    padded = data + b"\0" * (len(data) % 2)
    total: int = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
