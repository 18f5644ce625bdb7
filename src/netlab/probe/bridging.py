"""What switches say to one another: spanning tree and link aggregation."""

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from scapy.contrib.lacp import LACP
from scapy.layers.l2 import STP

from netlab.probe.ethernet import HIGHEST_LENGTH, SLOW, Carried
from netlab.probe.facts import Bpdu, BridgeId, Frame, Lacpdu, LacpEnd, TopologyNotice

_LLC = b"\x42\x42\x03"  # the LLC address of the spanning tree protocol (IEEE 802.1D-2004, 7.12.3)
_NOTICE, _CONFIGURATION = 0x80, (0x00, 0x02)
_BPDU, _LACPDU = 35, 110  # octets of a configuration BPDU and of a LACPDU
_RAPID = 2  # the version from which a BPDU tells the port's role
_ROLES = ("unknown", "alternate", "root", "designated")
_LACP = 1  # its subtype among the slow protocols (IEEE 802.3, 57A)
_STATES = ("active", "fast", "aggregatable", "synchronised", "collecting", "distributing", "defaulted", "expired")


def base(frame: Frame) -> dict[str, Any]:
    """What every fact tells of its frame."""
    return {one.name: getattr(frame, one.name) for one in fields(Frame)}


def bpdus(carried: Carried) -> Iterator[Frame]:
    """The BPDU of a frame (IEEE 802.1D-2004, 9.3)."""
    data = carried.payload[len(_LLC) :]
    if carried.kind > HIGHEST_LENGTH or not carried.payload.startswith(_LLC) or data[:2] != b"\0\0":
        return
    if data[3:4] == bytes([_NOTICE]):
        yield TopologyNotice(**base(carried.frame))
    elif len(data) >= _BPDU and data[3] in _CONFIGURATION:
        yield _configuration(carried.frame, STP(data))


def _configuration(frame: Frame, told: Any) -> Bpdu:
    flags, rapid = told.bpduflags, told.version >= _RAPID
    return Bpdu(
        **base(frame),
        version=told.version,
        root=BridgeId(told.rootid, told.rootmac),
        cost=told.pathcost,
        bridge=BridgeId(told.bridgeid, told.bridgemac),
        port=told.portid & 0xFFF,
        role=_ROLES[flags >> 2 & 3] if rapid else "unknown",
        topology_change=bool(flags & 0x01),
        proposal=rapid and bool(flags & 0x02),
        learning=rapid and bool(flags & 0x10),
        forwarding=rapid and bool(flags & 0x20),
        agreement=rapid and bool(flags & 0x40),
        age=told.age,
        max_age=told.maxage,
        hello=told.hellotime,
        forward_delay=told.fwddelay,
    )


def lacpdus(carried: Carried) -> Iterator[Frame]:
    """The LACPDU of a frame (IEEE 802.1AX-2014, 6.4.2.3)."""
    data = carried.payload
    if carried.kind == SLOW and data[:1] == bytes([_LACP]) and len(data) >= _LACPDU:
        told = LACP(data[1:])
        yield Lacpdu(**base(carried.frame), actor=_end(told, "actor"), partner=_end(told, "partner"))


def _end(told: Any, who: str) -> LacpEnd:
    system, priority, key, port, state = (
        getattr(told, f"{who}_{name}") for name in ("system", "system_priority", "key", "port_number", "state")
    )
    flags = {name: bool(state >> bit & 1) for bit, name in enumerate(_STATES)}
    return LacpEnd(system, priority, key, port, **flags)
