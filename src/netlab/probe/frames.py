"""Recorded frames in words, one line each."""

from collections.abc import Sequence
from typing import Any

from scapy.layers.dhcp import BOOTP, DHCP, DHCPTypes
from scapy.layers.inet import IP
from scapy.layers.l2 import Ether

ENDS = 6


def summary(frames: Sequence[bytes]) -> str:
    """The first and the last frames, and how many are left out between them."""
    if len(frames) <= 2 * ENDS:
        return "\n".join(map(describe, frames))
    left_out = f"({len(frames) - 2 * ENDS} more, see the file)"
    return "\n".join([*map(describe, frames[:ENDS]), left_out, *map(describe, frames[-ENDS:])])


def packet_of(data: bytes) -> Any | None:
    """The frame as scapy reads it; None for one that it cannot, however broken."""
    try:
        return Ether(data)
    except Exception:  # noqa: BLE001 - scapy raises anything at all on a hostile frame
        return None


def describe(data: bytes) -> str:
    """What a frame is, however broken."""
    try:
        packet = Ether(data)
        return _dhcp(packet) if is_dhcp(packet) else " ".join(str(packet.summary()).split())
    except Exception:  # noqa: BLE001 - scapy raises anything at all on a hostile frame
        return f"{len(data)} bytes that are no packet known here"


def is_dhcp(packet: Any) -> bool:
    return bool(packet.haslayer(DHCP) and packet.haslayer(IP))


def device(packet: Any) -> str:
    """The MAC address of the client that a BOOTP packet is about (RFC 951, chaddr)."""
    return ":".join(f"{octet:02x}" for octet in bytes(packet[BOOTP].chaddr)[:6])


def _dhcp(packet: Any) -> str:
    kinds = [option[1] for option in packet[DHCP].options if isinstance(option, tuple) and option[0] == "message-type"]
    kind = str(DHCPTypes.get(kinds[0], kinds[0])).upper() if kinds else "without a type"
    bootp, mac = packet[BOOTP], device(packet)
    gives = f", gives {bootp.yiaddr}" if bootp.yiaddr != "0.0.0.0" else ""  # noqa: S104 - no address
    relay = f", relayed by {bootp.giaddr}" if bootp.giaddr != "0.0.0.0" else ""  # noqa: S104 - no address
    return f"DHCP {kind} {packet[IP].src} to {packet[IP].dst}, device {mac}{gives}{relay}"
