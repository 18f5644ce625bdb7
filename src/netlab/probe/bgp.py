"""BGP messages out of the TCP streams that pass a card (RFC 4271).

Read by hand: scapy's layer takes one segment for one message, and has one setting for the whole process that says
whether AS numbers have two octets or four.
"""

import struct
from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import Any

from netlab.probe.bridging import base
from netlab.probe.ethernet import TCP, Carried, Segment, segment
from netlab.probe.facts import Bgp, BgpKeepalive, BgpNotification, BgpOpen, BgpUpdate, Frame
from netlab.probe.updates import read_update

PORT = 179
MOST = 4096  # octets of one message (RFC 4271, 4.1)
STREAMS = 64  # a node that opens more is not read further
_MARKER = b"\xff" * 16
_HEADER = 19
_SYN = 0x02
_OPEN, _UPDATE, _NOTIFICATION, _KEEPALIVE = 1, 2, 3, 4
_CAPABILITIES, _FOUR_OCTETS = 2, 65  # RFC 5492 and RFC 6793


class BgpReader:
    """Frame by frame; it remembers of each stream what is not a whole message yet."""

    def __init__(self) -> None:
        self.streams: dict[tuple[object, ...], _Stream] = {}

    def __call__(self, carried: Carried) -> Iterator[Frame]:
        found = segment(carried, PORT)
        if found is None or found.packet.protocol != TCP:
            return
        name = (*found.packet[:2], found.source_port, found.port)
        if name not in self.streams and len(self.streams) >= STREAMS:
            return
        for message in self.streams.setdefault(name, _Stream()).add(found):
            yield from _read(message, {**base(carried.frame), "source": found.packet[0], "target": found.packet[1]})


class _Stream:
    """One way of a connection. What comes out of order or twice is left to its being sent again."""

    def __init__(self) -> None:
        self._next: int | None = None
        self.held = b""

    def add(self, found: Segment) -> Iterator[bytes]:
        """The whole messages there are now."""
        data = found.data
        if found.flags & _SYN or (self._next != found.sequence and data.startswith(_MARKER)):
            self._next, self.held = found.sequence + bool(found.flags & _SYN) & 0xFFFFFFFF, b""
        if self._next != found.sequence or not data:
            return
        self._next, self.held = found.sequence + len(data) & 0xFFFFFFFF, self.held + data
        while len(self.held) >= _HEADER:
            length = int.from_bytes(self.held[16:18])
            if not self.held.startswith(_MARKER) or not _HEADER <= length <= MOST:
                self._next, self.held = None, b""  # no BGP, or not from a message's beginning
                return
            if len(self.held) < length:
                return
            message, self.held = self.held[:length], self.held[length:]
            yield message


def _read(message: bytes, common: dict[str, Any]) -> Iterator[Bgp]:
    """None for a message that is not what its type says."""
    kind, body = message[18], message[_HEADER:]
    try:
        if kind == _OPEN:
            yield BgpOpen(**common, **_open(body))
        elif kind == _UPDATE:
            yield BgpUpdate(**common, **read_update(body))
        elif kind == _NOTIFICATION:
            yield BgpNotification(**common, code=body[0], subcode=body[1])
        elif kind == _KEEPALIVE:
            yield BgpKeepalive(**common)
    except (ValueError, IndexError, struct.error):
        return


def _open(body: bytes) -> dict[str, Any]:
    _, asn, hold, router_id, length = struct.unpack_from("!BHHIB", body)
    capabilities = dict(_capabilities(body[10 : 10 + length]))
    wide = capabilities.get(_FOUR_OCTETS, b"")
    return {
        "asn": int.from_bytes(wide) if len(wide) == 4 else asn,  # noqa: PLR2004 - octets
        "hold": hold,
        "router_id": IPv4Address(router_id),
        "capabilities": tuple(sorted(capabilities)),
    }


def _capabilities(data: bytes) -> Iterator[tuple[int, bytes]]:
    for kind, value in pairs(data):
        if kind == _CAPABILITIES:
            yield from pairs(value)


def pairs(data: bytes) -> Iterator[tuple[int, bytes]]:
    """One octet each for type and length, then the value."""
    while len(data) > 1:
        length = data[1]
        yield data[0], data[2 : 2 + length]
        data = data[2 + length :]
