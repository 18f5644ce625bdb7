"""A DHCPv6 client made of packets (RFC 8415): any number of devices on one interface."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv6Address
from typing import Any

from scapy.layers.dhcp6 import (
    DUID_LL,
    DHCP6_Advertise,
    DHCP6_InfoRequest,
    DHCP6_Release,
    DHCP6_Reply,
    DHCP6_Request,
    DHCP6_Solicit,
    DHCP6OptClientId,
    DHCP6OptDNSDomains,
    DHCP6OptDNSServers,
    DHCP6OptElapsedTime,
    DHCP6OptIA_NA,
    DHCP6OptIAAddress,
    DHCP6OptOptReq,
    DHCP6OptServerId,
    DHCP6OptStatusCode,
)
from scapy.layers.inet import UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Ether

from netlab.probe.exchange import exchange
from netlab.probe.frames import packet_of
from netlab.probe.nd import addresses, answer_for, group_mac, link_local
from netlab.probe.wire import Wire

SERVERS = "ff02::1:2"  # all relay agents and servers (RFC 8415, 7.1)
_CLIENT, _SERVER = 546, 547
_DNS, _DOMAINS = 23, 24  # RFC 3646


@dataclass(frozen=True, slots=True)
class Reply6:
    """An ADVERTISE or REPLY. `address` is None when none was given: `status` says why (RFC 8415, 21.13; 0 is success).

    Lifetimes in seconds. `server`: its DUID. `via`: the MAC address it came from.
    """

    mac: str
    address: IPv6Address | None
    status: int
    preferred: int
    valid: int
    dns: tuple[IPv6Address, ...]
    domains: tuple[str, ...]
    server: bytes
    via: str


class Dhcp6Client:
    """Devices with the MAC addresses it is given; each is answered for on the LAN, as its server will look for it.

    `patience`: seconds without any new answer before giving up. `held`: leases that were not given back, by MAC.
    """

    def __init__(self, wire: Wire, patience: float = 3.5) -> None:
        self.wire = wire
        self.patience = patience
        self.held: dict[str, Reply6] = {}

    def solicit(self, macs: Iterable[str]) -> dict[str, Reply6]:
        """One ADVERTISE for each MAC that gets one, with or without an address."""
        return self._exchange({mac: [DHCP6_Solicit, _identity(mac)] for mac in macs}, DHCP6_Advertise)

    def request(self, offers: Iterable[Reply6]) -> dict[str, Reply6]:
        """The REPLY to a REQUEST for each offer."""
        wanted = {offer.mac: [DHCP6_Request, _identity(offer.mac, offer)] for offer in offers}
        answers = self._exchange(wanted, DHCP6_Reply)
        self.held |= {mac: answer for mac, answer in answers.items() if answer.address}
        return answers

    def lease(self, macs: Iterable[str]) -> dict[str, Reply6]:
        """SOLICIT to REPLY for each MAC; those only that were given an address."""
        offers = [offer for offer in self.solicit(macs).values() if offer.address]
        return {mac: answer for mac, answer in self.request(offers).items() if answer.address}

    def information(self, mac: str) -> Reply6 | None:
        """What a server tells a device that has its address from elsewhere (RFC 8415, 18.2.6)."""
        return self._exchange({mac: [DHCP6_InfoRequest, None]}, DHCP6_Reply).get(mac)

    def release(self) -> None:
        """Give back every address held."""
        while self.held:
            mac, lease = self.held.popitem()
            self._exchange({mac: [DHCP6_Release, _identity(mac, lease)]}, DHCP6_Reply)

    def _exchange(self, wanted: dict[str, list[Any]], kind: Any) -> dict[str, Reply6]:
        numbers = {secrets.randbelow(1 << 24): mac for mac in wanted}
        ours = addresses(wanted)

        def read(data: bytes) -> Reply6 | None:
            answer_for(self.wire, data, ours)
            return parse(data, kind, numbers)

        messages = {mac: _message(mac, number, *wanted[mac]) for number, mac in numbers.items()}
        return exchange(self.wire, messages, read, self.patience)


def _identity(mac: str, of: Reply6 | None = None) -> Any:
    """An identity association for one address, and in a REQUEST or RELEASE what was offered and by whom."""
    number = int.from_bytes(bytes.fromhex(mac.replace(":", ""))[-4:])
    if of is None:
        return DHCP6OptIA_NA(iaid=number)
    inner = [DHCP6OptIAAddress(addr=str(of.address))]
    return DHCP6OptServerId(duid=of.server) / DHCP6OptIA_NA(iaid=number, ianaopts=inner)


def _message(mac: str, number: int, kind: Any, identity: Any) -> Any:
    head = Ether(src=mac, dst=group_mac(SERVERS)) / IPv6(src=str(link_local(mac)), dst=SERVERS)
    body = kind(trid=number) / DHCP6OptClientId(duid=DUID_LL(lladdr=mac)) / DHCP6OptElapsedTime()
    asked = DHCP6OptOptReq(reqopts=[_DNS, _DOMAINS])
    return head / UDP(sport=_CLIENT, dport=_SERVER) / body / (identity / asked if identity else asked)


def parse(data: bytes, kind: Any, numbers: dict[int, str]) -> Reply6 | None:
    """The answer in a frame to one of our transactions; None for anything else, however broken."""
    packet = packet_of(data)
    if packet is None or not packet.haslayer(kind) or packet[kind].trid not in numbers:
        return None
    try:
        return _read(packet, numbers[packet[kind].trid])
    except Exception:  # noqa: BLE001 - scapy's fields of a hostile frame may be anything at all
        return None


def _read(packet: Any, mac: str) -> Reply6:
    association, server = packet.getlayer(DHCP6OptIA_NA), packet.getlayer(DHCP6OptServerId)
    inner = list(association.ianaopts) if association else []
    given = next((one for one in inner if isinstance(one, DHCP6OptIAAddress)), None)
    codes = [one.statuscode for one in inner if isinstance(one, DHCP6OptStatusCode)]
    status, dns, domains = (
        packet.getlayer(one) for one in (DHCP6OptStatusCode, DHCP6OptDNSServers, DHCP6OptDNSDomains)
    )
    return Reply6(
        mac=mac,
        address=IPv6Address(given.addr) if given and given.validlft else None,
        status=codes[0] if codes else status.statuscode if status else 0,
        preferred=given.preflft if given else 0,
        valid=given.validlft if given else 0,
        dns=tuple(IPv6Address(one) for one in dns.dnsservers) if dns else (),
        domains=tuple(str(one).rstrip(".") for one in domains.dnsdomains) if domains else (),
        server=bytes(server.duid) if server else b"",
        via=packet[Ether].src,
    )
