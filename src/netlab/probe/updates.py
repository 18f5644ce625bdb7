"""The body of a BGP UPDATE (RFC 4271, 4.3), with IPv6 unicast (RFC 4760)."""

import struct
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any

from netlab.probe.facts import Network

_AS_PATH, _NEXT_HOP, _REACH, _UNREACH = 2, 3, 14, 15
_LONG = 0x10  # an attribute whose length has two octets
_IPV6_UNICAST = b"\0\x02\x01"
_WIDE, _NARROW = 4, 2  # octets of an AS number (RFC 6793)


def read_update(body: bytes) -> dict[str, Any]:
    """The fields of a `BgpUpdate`; raises ValueError, IndexError or struct.error for what is none."""
    withdrawn, rest = _sized(body)
    attributes, nlri = _sized(rest)
    found = dict(_attributes(attributes))
    hop: IPv4Address | IPv6Address | None = IPv4Address(found[_NEXT_HOP]) if _NEXT_HOP in found else None
    announced, gone = [*_prefixes(nlri)], [*_prefixes(withdrawn)]
    if (reach := found.get(_REACH, b"")).startswith(_IPV6_UNICAST):
        hop = IPv6Address(reach[4:20])
        announced += _prefixes(reach[5 + reach[3] :], IPv6Network)
    if (unreach := found.get(_UNREACH, b"")).startswith(_IPV6_UNICAST):
        gone += _prefixes(unreach[3:], IPv6Network)
    path = _path(found.get(_AS_PATH, b""))
    return {"announced": tuple(announced), "withdrawn": tuple(gone), "path": path, "next_hop": hop}


def _sized(data: bytes) -> tuple[bytes, bytes]:
    (length,) = struct.unpack_from("!H", data)
    return data[2 : 2 + length], data[2 + length :]


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    while data:
        wide = bool(data[0] & _LONG)
        length, begins = int.from_bytes(data[2 : 3 + wide]), 3 + wide
        yield data[1], data[begins : begins + length]
        data = data[begins + length :]


def _prefixes(data: bytes, kind: type[IPv4Network] | type[IPv6Network] = IPv4Network) -> Iterator[Network]:
    size = 4 if kind is IPv4Network else 16
    while data:
        octets = (data[0] + 7) // 8
        yield kind((data[1 : 1 + octets].ljust(size, b"\0"), data[0]), strict=False)
        data = data[1 + octets :]


def _path(data: bytes) -> tuple[int, ...]:
    """Four octets for each AS number where that comes out even, else two: the OPENs may have passed long ago."""
    for octets in (_WIDE, _NARROW):
        numbers, rest = list[int](), data
        while len(rest) >= 2 and len(rest) >= 2 + rest[1] * octets:  # noqa: PLR2004 - a segment's type and count
            numbers += [int.from_bytes(rest[at : at + octets]) for at in range(2, 2 + rest[1] * octets, octets)]
            rest = rest[2 + rest[1] * octets :]
        if not rest:
            return tuple(numbers)
    raise ValueError("no AS path")
