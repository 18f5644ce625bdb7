"""Who on a LAN answers for an IPv4 address (ARP, RFC 826)."""

from typing import Any

from scapy.layers.l2 import ARP, Ether

from netlab.probe.frames import packet_of
from netlab.probe.inside import Address
from netlab.probe.wire import Wire

_REPLY = 2
TRIES, EACH = 3, 0.3  # seconds


def who_has(wire: Wire, address: Address, mac: str) -> list[str]:
    """The MAC addresses that answer, sorted; two of them are a duplicate address.

    `mac`: whose question it is. It claims no address itself, as an ARP probe does (RFC 5227, 2.1.1), so nobody learns
    anything wrong from it.
    """
    question = Ether(src=mac, dst="ff:ff:ff:ff:ff:ff") / ARP(op=1, hwsrc=mac, psrc="0.0.0.0", pdst=str(address))  # noqa: S104
    answers: set[str] = set()
    for _ in range(TRIES):
        wire.send(question)
        for data in wire.frames(EACH):
            if (reply := _reply(data)) is not None and reply.psrc == str(address):
                wire.keep(data)
                answers.add(reply.hwsrc)
        if answers:
            break
    return sorted(answers)


def _reply(data: bytes) -> Any:
    packet = packet_of(data)
    return packet[ARP] if packet is not None and packet.haslayer(ARP) and packet[ARP].op == _REPLY else None
