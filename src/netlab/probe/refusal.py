"""Why a packet came to nothing, as the kernel and the network tell (ip(7), IP_RECVERR), in words."""

import errno
import os
import socket
import struct
from dataclasses import dataclass
from ipaddress import ip_address

from netlab.probe.inside import V4, Address

_IP_RECVERR, _IPV6_RECVERR = 11, 25
_KINDS = (_IP_RECVERR, _IPV6_RECVERR)
_ICMP, _ICMP6 = 2, 3  # ee_origin
_EXTENDED = struct.Struct("=IBBBBII")  # sock_extended_err: errno, origin, type, code, pad, info, data
_ADDRESS_AT = {socket.AF_INET: slice(4, 8), socket.AF_INET6: slice(8, 24)}
_UNREACHABLE, _TIME_EXCEEDED = 3, 11  # ICMP types, RFC 792
_UNREACHABLE6, _TOO_BIG6, _TIME_EXCEEDED6 = 1, 2, 3  # ICMPv6 types, RFC 4443
_FILTERED, _FILTERED6 = (9, 10, 13), (1, 5, 6)  # codes: prohibited by an administrator (RFC 1812, RFC 4443)
_PORT, _PORT6, _BIG = 3, 4, 4
NOBODY = "nobody there answers ARP"
NOBODY6 = "nobody there answers neighbour discovery"


@dataclass(frozen=True, slots=True)
class Refusal:
    """What came back in place of an answer. `by` is who said so, None for this node's own kernel.

    `quoted`: of the packet that it is about, from behind its IP header.
    """

    number: int
    icmp: tuple[int, int] | None = None
    by: Address | None = None
    quoted: bytes = b""

    @property
    def time_exceeded(self) -> bool:
        kinds = {4: _TIME_EXCEEDED, 6: _TIME_EXCEEDED6}
        return bool(self.icmp and self.by and self.icmp[0] == kinds[self.by.version])

    def words(self, source: str, own: Address | None) -> str:
        """For the learner. `own`: the address of `source` itself, which speaks for its neighbours."""
        if self.by is None or self.icmp is None or self.by == own:
            return self._local(source)
        if self.time_exceeded:
            return f"its hops ran out at {self.by} (do two routers send it back and forth?)"
        return f"{self.by} {self._said()}"

    def _said(self) -> str:
        assert self.by is not None  # noqa: S101 - for the type checker: words() has looked
        assert self.icmp is not None  # noqa: S101
        kind, code = self.icmp
        v6 = self.by.version != V4
        if kind == (_UNREACHABLE6 if v6 else _UNREACHABLE):
            if code in (_FILTERED6 if v6 else _FILTERED):
                return "forbids it (administratively prohibited)"
            if code == (_PORT6 if v6 else _PORT):
                return "says that nothing listens there (port unreachable)"
            if code == _BIG and not v6:
                return "finds the packet too big"
            return "does not know the way (unreachable)"
        if v6 and kind == _TOO_BIG6:
            return "finds the packet too big"
        return f"sent ICMP type {kind} code {code}"

    def _local(self, source: str) -> str:
        known = {
            errno.ENETUNREACH: f"{source} has no route there",
            errno.EHOSTUNREACH: f"from {source}: {NOBODY6 if self.by and self.by.version != V4 else NOBODY}",
            errno.EPERM: f"{source} itself drops it on the way out",
            errno.EACCES: f"{source} itself forbids it",
            errno.ENETDOWN: f"the card of {source} on the way there is down",
            errno.EADDRNOTAVAIL: f"{source} has no address to send from",
            errno.ECONNREFUSED: "refused (RST)",
            errno.EMSGSIZE: "the packet is too big for the way",
        }
        return known.get(self.number, f"from {source}: {os.strerror(self.number).lower()}")


def ask_for_errors(made: socket.socket) -> socket.socket:
    """Have the socket keep what the network says of its packets."""
    if made.family == socket.AF_INET6:
        made.setsockopt(socket.IPPROTO_IPV6, _IPV6_RECVERR, 1)
    else:
        made.setsockopt(socket.IPPROTO_IP, _IP_RECVERR, 1)
    return made


def refusals(asked: socket.socket) -> list[Refusal]:
    """What the network has said since the last time."""
    found: list[Refusal] = []
    while True:
        try:
            quoted, extras, *_ = asked.recvmsg(2048, 512, socket.MSG_ERRQUEUE | socket.MSG_DONTWAIT)
        except OSError:
            return found
        found += [_refusal(asked.family, data, quoted) for _, kind, data in extras if kind in _KINDS]


def _refusal(family: int, data: bytes, quoted: bytes) -> Refusal:
    number, origin, kind, code, *_ = _EXTENDED.unpack_from(data)
    if origin not in (_ICMP, _ICMP6):
        return Refusal(number)
    by = data[_EXTENDED.size :][_ADDRESS_AT[socket.AddressFamily(family)]]
    return Refusal(number, (kind, code), ip_address(by), quoted)
