"""From the bytes of a frame to what it carries, quickly and by hand: most frames are not what is looked for."""

import struct
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple

from netlab.probe.facts import Address, Frame

IPV4, IPV6, SLOW = 0x0800, 0x86DD, 0x8809
TCP, UDP, ICMPV6, OSPF = 6, 17, 58, 89
HIGHEST_LENGTH = 1500  # a smaller number in the place of the type is a length (IEEE 802.3, 3.2.6)
_TAGS = (0x8100, 0x88A8)
_MOST_TAGS = 4
_HEADER, _V6_HEADER = 20, 40
_HOP_BY_HOP = 0
_FRAGMENT_OFFSET = 0x1FFF


class Carried(NamedTuple):
    """A frame, its EtherType (or length), and what is behind that."""

    frame: Frame
    kind: int
    payload: bytes


class Packet(NamedTuple):
    """An IP packet; `payload` is what its first fragment holds."""

    source: Address
    target: Address
    protocol: int
    payload: bytes


class Segment(NamedTuple):
    """What a TCP segment or a datagram holds. `sequence` and `flags`: 0 of a datagram."""

    packet: Packet
    source_port: int
    port: int
    sequence: int
    flags: int
    data: bytes


def opened(data: bytes, *, sent: bool = False) -> Carried | None:
    """None for what is too short to be a frame."""
    at, vlans = 12, list[int]()
    while len(vlans) < _MOST_TAGS and int.from_bytes(data[at : at + 2]) in _TAGS and len(data) >= at + 4:
        vlans.append(int.from_bytes(data[at + 2 : at + 4]) & 0xFFF)
        at += 4
    if len(data) < at + 2:
        return None
    frame = Frame(mac=_mac(data[6:12]), to=_mac(data[:6]), vlans=tuple(vlans), sent=sent, data=data)
    return Carried(frame, int.from_bytes(data[at : at + 2]), data[at + 2 :])


def packet(carried: Carried) -> Packet | None:
    """The IP packet in a frame (RFC 791; RFC 8200, past a hop-by-hop header); None for anything else."""
    data = carried.payload
    if carried.kind == IPV4 and len(data) >= _HEADER and data[0] >> 4 == 4:  # noqa: PLR2004 - IP's version
        if int.from_bytes(data[6:8]) & _FRAGMENT_OFFSET:
            return None
        whole = data[: int.from_bytes(data[2:4]) or None]  # 0 where the card was to fill it in; else padding follows
        return Packet(IPv4Address(data[12:16]), IPv4Address(data[16:20]), data[9], whole[(data[0] & 15) * 4 :])
    if carried.kind == IPV6 and len(data) >= _V6_HEADER:
        protocol, rest = data[6], data[_V6_HEADER : _V6_HEADER + (int.from_bytes(data[4:6]) or len(data))]
        if protocol == _HOP_BY_HOP and len(rest) >= 2:  # noqa: PLR2004 - next header and length
            protocol, rest = rest[0], rest[(rest[1] + 1) * 8 :]
        return Packet(IPv6Address(data[8:24]), IPv6Address(data[24:40]), protocol, rest)
    return None


def segment(carried: Carried, port: int) -> Segment | None:
    """What goes from or to a port by TCP (RFC 9293) or UDP (RFC 768); None for anything else."""
    found = packet(carried)
    if found is None or found.protocol not in (TCP, UDP) or port not in _ports(found.payload):
        return None
    ports, data = _ports(found.payload), found.payload
    if found.protocol == UDP:
        return Segment(found, *ports, 0, 0, data[8:])
    if len(data) < _HEADER:
        return None
    (sequence,) = struct.unpack_from("!I", data, 4)
    return Segment(found, *ports, sequence, data[13], data[(data[12] >> 4) * 4 :])


def _ports(data: bytes) -> tuple[int, int]:
    return int.from_bytes(data[:2]), int.from_bytes(data[2:4])


def _mac(data: bytes) -> str:
    return data.hex(":")
