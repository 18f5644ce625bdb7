"""Devices of the grader's own on an IPv6 LAN: they ask who has an address, and answer for theirs (RFC 4861)."""

from collections.abc import Collection
from ipaddress import IPv6Address
from typing import Any

from scapy.layers.inet6 import (
    ICMPv6ND_NA,
    ICMPv6ND_NS,
    ICMPv6ND_RS,
    ICMPv6NDOptDstLLAddr,
    ICMPv6NDOptSrcLLAddr,
    IPv6,
)
from scapy.layers.l2 import Ether

from netlab.probe.frames import packet_of
from netlab.probe.inside import Address
from netlab.probe.wire import Wire

TRIES, EACH = 3, 0.4  # seconds
_HOPS = 255  # so that no router can have passed it on (RFC 4861, 7.1)
_ALL_ROUTERS = "ff02::2"


def link_local(mac: str) -> IPv6Address:
    """The address that a device makes of its MAC (RFC 4291, appendix A)."""
    octets = bytes.fromhex(mac.replace(":", ""))
    return IPv6Address(b"\xfe\x80" + bytes(6) + bytes([octets[0] ^ 2]) + octets[1:3] + b"\xff\xfe" + octets[3:])


def group_mac(group: str | Address) -> str:
    """Where frames to a multicast address go (RFC 2464, 7)."""
    return (b"\x33\x33" + IPv6Address(str(group)).packed[-4:]).hex(":")


def who_has6(wire: Wire, address: Address, mac: str) -> list[str]:
    """The MAC addresses that answer for an IPv6 address, sorted; two of them are a duplicate address."""
    own = str(link_local(mac))
    group = IPv6Address(b"\xff\x02" + bytes(9) + b"\1\xff" + address.packed[-3:])
    question = (
        Ether(src=mac, dst=group_mac(group))
        / IPv6(src=own, dst=str(group), hlim=_HOPS)
        / ICMPv6ND_NS(tgt=str(address))
        / ICMPv6NDOptSrcLLAddr(lladdr=mac)
    )
    answers: set[str] = set()
    for _ in range(TRIES):
        wire.send(question)
        for data in wire.frames(EACH):
            if answer_for(wire, data, {own: mac}) is None and (found := _owner(data, str(address))):
                wire.keep(data)
                answers.add(found)
        if answers:
            break
    return sorted(answers)


def _owner(data: bytes, address: str) -> str | None:
    packet = packet_of(data)
    if packet is None or not packet.haslayer(ICMPv6ND_NA) or packet[ICMPv6ND_NA].tgt != address:
        return None
    told = packet.getlayer(ICMPv6NDOptDstLLAddr)
    return str(told.lladdr if told else packet[Ether].src)


def answer_for(wire: Wire, data: bytes, ours: dict[str, str]) -> str | None:
    """Answer a neighbour's question for one of our addresses (RFC 4861, 7.2.4); the address, or None for no such."""
    packet = packet_of(data)
    if packet is None or not packet.haslayer(ICMPv6ND_NS) or packet[ICMPv6ND_NS].tgt not in ours:
        return None
    target = str(packet[ICMPv6ND_NS].tgt)
    wire.send(
        Ether(src=ours[target], dst=packet[Ether].src)
        / IPv6(src=target, dst=packet[IPv6].src, hlim=_HOPS)
        / ICMPv6ND_NA(R=0, S=1, O=1, tgt=target)
        / ICMPv6NDOptDstLLAddr(lladdr=ours[target])
    )
    return target


def solicitation(mac: str) -> Any:
    """What asks routers to advertise at once; without an address of its own (RFC 4861, 4.1)."""
    return Ether(src=mac, dst=group_mac(_ALL_ROUTERS)) / IPv6(src="::", dst=_ALL_ROUTERS, hlim=_HOPS) / ICMPv6ND_RS()


def addresses(macs: Collection[str]) -> dict[str, str]:
    """The link-local address of each device, and its MAC."""
    return {str(link_local(mac)): mac for mac in macs}
