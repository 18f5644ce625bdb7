"""What routers say on a LAN: OSPF packets, and router advertisements for hosts."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Network
from typing import Any

from scapy.contrib.ospf import OSPF_DBDesc, OSPF_Hdr, OSPF_Hello
from scapy.layers.inet6 import (
    ICMPv6ND_RA,
    ICMPv6NDOptMTU,
    ICMPv6NDOptPrefixInfo,
    ICMPv6NDOptRDNSS,
)

from netlab.probe.bridging import base
from netlab.probe.ethernet import ICMPV6, OSPF, Carried, packet
from netlab.probe.facts import Frame, Ospf, OspfDescription, OspfHello, Prefix, RouterAdvertisement

_VERSION = 2
_HEADER = 24  # octets of OSPF's own
_AUTHENTICATION = {0: "none", 1: "password", 2: "cryptographic"}  # RFC 2328, appendix D
_CRYPTOGRAPHIC = 2
_EXTERNAL = 0x02  # the E bit of the options (RFC 2328, A.2)
_ADVERTISEMENT = 134  # its ICMPv6 type (RFC 4861, 4.2)
_RA = 16  # octets before its options


def ospf(carried: Carried) -> Iterator[Frame]:
    """The OSPFv2 packet of a frame (RFC 2328, A.3): hellos and database descriptions in full, of others the header."""
    found = packet(carried)
    if found is None or found.protocol != OSPF or len(found.payload) < _HEADER or found.payload[0] != _VERSION:
        return
    told = OSPF_Hdr(found.payload)
    common = {
        **base(carried.frame),
        "source": found.source,
        "router_id": IPv4Address(told.src),
        "area": IPv4Address(told.area),
        "authentication": _AUTHENTICATION.get(told.authtype, str(told.authtype)),
        "key_id": told.keyid if told.authtype == _CRYPTOGRAPHIC else None,
    }
    if told.haslayer(OSPF_Hello):
        yield OspfHello(**common, **_hello(told[OSPF_Hello], found.source))
    elif told.haslayer(OSPF_DBDesc):
        yield OspfDescription(**common, mtu=told[OSPF_DBDesc].mtu)
    else:
        yield Ospf(**common)


def _hello(told: Any, source: object) -> dict[str, Any]:
    return {
        "interface": IPv4Interface(f"{source}/{told.mask}"),
        "hello": told.hellointerval,
        "dead": told.deadinterval,
        "priority": told.prio,
        "designated": IPv4Address(told.router),
        "backup": IPv4Address(told.backup),
        "neighbours": tuple(IPv4Address(one) for one in told.neighbors),
        "external": bool(int(told.options) & _EXTERNAL),
    }


def advertisements(carried: Carried) -> Iterator[Frame]:
    """The router advertisement of a frame (RFC 4861, 4.2)."""
    found = packet(carried)
    if found is None or found.protocol != ICMPV6 or len(found.payload) < _RA or found.payload[0] != _ADVERTISEMENT:
        return
    told = ICMPv6ND_RA(found.payload)
    options = list(told.iterpayloads())[1:]
    mtus = [one.mtu for one in options if isinstance(one, ICMPv6NDOptMTU)]
    yield RouterAdvertisement(
        **base(carried.frame),
        router=IPv6Address(str(found.source)),
        lifetime=told.routerlifetime,
        managed=bool(told.M),
        other=bool(told.O),
        mtu=mtus[0] if mtus else None,
        prefixes=tuple(_prefix(one) for one in options if isinstance(one, ICMPv6NDOptPrefixInfo)),
        dns=tuple(IPv6Address(server) for one in options if isinstance(one, ICMPv6NDOptRDNSS) for server in one.dns),
    )


def _prefix(told: Any) -> Prefix:
    network = IPv6Network((told.prefix, told.prefixlen), strict=False)
    return Prefix(network, bool(told.A), bool(told.L), told.validlifetime, told.preferredlifetime)
