"""A DHCPv4 client made of packets (RFC 2131, options RFC 2132): any number of devices on one interface."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Any

from scapy.layers.dhcp import BOOTP, DHCP
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether

from netlab.probe.exchange import exchange
from netlab.probe.frames import device, is_dhcp, packet_of
from netlab.probe.wire import Wire

BROADCAST_FLAG = 0x8000
ANY = "0.0.0.0"  # noqa: S104 - the source of a client without an address
_ASKED = [1, 3, 6, 15, 42, 51, 54, 58, 59]
_OFFER, _ACK, _NAK = 2, 5, 6


@dataclass(frozen=True, slots=True)
class Reply:
    """An OFFER, ACK or NAK. Address lists are in the order sent; `lease_seconds` is option 51."""

    kind: int
    mac: str
    address: IPv4Address
    server: IPv4Address
    via: str
    giaddr: IPv4Address
    mask: IPv4Address | None
    routers: tuple[IPv4Address, ...]
    dns: tuple[IPv4Address, ...]
    ntp: tuple[IPv4Address, ...]
    domain: str | None
    lease_seconds: int | None
    frame: bytes = b""


@dataclass(frozen=True, slots=True)
class Request:
    """A DISCOVER or REQUEST as a listener on the server's wire sees it; `hops` counts relays (RFC 1542)."""

    mac: str
    giaddr: IPv4Address
    source: IPv4Address
    destination: IPv4Address
    hops: int


class DhcpClient:
    """Devices with the MAC addresses it is given.

    `patience`: seconds without any new answer before giving up (dnsmasq pings for 3 s before its first offer).
    `held`: what was asked for and not given back, by MAC, so that nothing stays taken when a check is cut off.
    """

    def __init__(self, wire: Wire, patience: float = 3.5) -> None:
        self.wire = wire
        self.held: dict[str, Reply] = {}
        self.patience = patience

    def discover(self, macs: Iterable[str]) -> dict[str, Reply]:
        """One OFFER for each MAC that gets one."""
        return self._exchange({mac: _discover(mac) for mac in macs}, {_OFFER})

    def servers(self, mac: str) -> dict[IPv4Address, Reply]:
        """The OFFER of each server that makes one, by its address; over after `patience` without a new one."""
        heard: dict[IPv4Address, Reply] = {}
        while new := self._exchange({mac: _discover(mac)}, {_OFFER}, heard):
            heard |= {reply.server: reply for reply in new.values()}
        return heard

    def request(self, offers: Iterable[Reply]) -> dict[str, Reply]:
        """The ACK or NAK to a REQUEST for each offer."""
        wanted = {offer.mac: offer for offer in offers}
        self.held |= wanted
        return self._exchange({mac: _request(offer) for mac, offer in wanted.items()}, {_ACK, _NAK})

    def lease(self, macs: Iterable[str]) -> dict[str, Reply]:
        """DISCOVER to ACK for each MAC; those refused an address that another just took try again."""
        waiting, leases = set(macs), dict[str, Reply]()
        for _ in range(8):
            offers = self.discover(waiting)
            answers = self.request(offers.values())
            leases |= {mac: answer for mac, answer in answers.items() if answer.kind == _ACK}
            waiting = offers.keys() - leases.keys()
            if not waiting or not answers:
                break
        return leases

    def release(self) -> None:
        """Give back every address held, so that the learner's own devices find them free."""
        while self.held:
            self.wire.send(_release(self.held.popitem()[1]))

    def _exchange(
        self, requests: dict[str, Any], kinds: set[int], known: Collection[IPv4Address] = ()
    ) -> dict[str, Reply]:
        """The first answer of these kinds to each request, but for those of servers that are `known`."""

        def read(data: bytes) -> Reply | None:
            reply = parse_reply(data)
            return reply if reply and reply.kind in kinds and reply.server not in known else None

        return exchange(self.wire, requests, read, self.patience)


def _transaction(mac: str) -> int:
    return int.from_bytes(bytes.fromhex(mac.replace(":", ""))[-4:])


def _frame(mac: str, options: list[Any], client: str = ANY) -> Any:
    hardware = bytes.fromhex(mac.replace(":", ""))
    return (
        Ether(src=mac, dst="ff:ff:ff:ff:ff:ff")
        / IP(src=ANY, dst="255.255.255.255")
        / UDP(sport=68, dport=67)
        / BOOTP(chaddr=hardware, xid=_transaction(mac), flags=BROADCAST_FLAG, ciaddr=client)
        / DHCP(options=[*options, "end"])
    )


def _discover(mac: str) -> Any:
    return _frame(mac, [("message-type", "discover"), ("param_req_list", _ASKED)])


def _request(offer: Reply) -> Any:
    wanted = [("requested_addr", str(offer.address)), ("server_id", str(offer.server))]
    return _frame(offer.mac, [("message-type", "request"), *wanted, ("param_req_list", _ASKED)])


def _release(lease: Reply) -> Any:
    frame = _frame(lease.mac, [("message-type", "release"), ("server_id", str(lease.server))], str(lease.address))
    frame[Ether].dst, frame[IP].src, frame[IP].dst = lease.via, str(lease.address), str(lease.server)
    frame[BOOTP].flags = 0
    return frame


def once_more(relayed: bytes, mac: str) -> Any:
    """A request that a relay passed on, for another device: a server must answer it as it answered the first."""
    packet = Ether(relayed)
    packet[BOOTP].chaddr, packet[BOOTP].xid = bytes.fromhex(mac.replace(":", "")), _transaction(mac)
    for layer, field in ((IP, "len"), (IP, "chksum"), (UDP, "len"), (UDP, "chksum")):
        delattr(packet[layer], field)  # worked out anew when it is sent
    return packet


def parse_reply(data: bytes) -> Reply | None:
    """The DHCP reply in a frame, or None for anything else, however broken."""
    packet = _dhcp(data, operation=2)
    if packet is None:
        return None
    options = _options(packet)
    return Reply(
        kind=int(options.get("message-type", [0])[0]),
        mac=device(packet),
        address=IPv4Address(packet[BOOTP].yiaddr),
        server=_first(options, "server_id") or IPv4Address(packet[IP].src),
        via=packet[Ether].src,
        giaddr=IPv4Address(packet[BOOTP].giaddr),
        mask=_first(options, "subnet_mask"),
        routers=_addresses(options, "router"),
        dns=_addresses(options, "name_server"),
        ntp=_addresses(options, "NTP_server"),
        domain=_text(options.get("domain")),
        lease_seconds=int(options["lease_time"][0]) if "lease_time" in options else None,
        frame=data,
    )


def parse_request(data: bytes) -> Request | None:
    """The client's or relay's message in a frame, or None for anything else."""
    packet = _dhcp(data, operation=1)
    if packet is None:
        return None
    return Request(
        mac=device(packet),
        giaddr=IPv4Address(packet[BOOTP].giaddr),
        source=IPv4Address(packet[IP].src),
        destination=IPv4Address(packet[IP].dst),
        hops=packet[BOOTP].hops,
    )


def _dhcp(data: bytes, operation: int) -> Any:
    packet = packet_of(data)
    return packet if packet is not None and is_dhcp(packet) and packet[BOOTP].op == operation else None


def _options(packet: Any) -> dict[str, list[Any]]:
    return {str(option[0]): list(option[1:]) for option in packet[DHCP].options if isinstance(option, tuple)}


def _addresses(options: dict[str, list[Any]], name: str) -> tuple[IPv4Address, ...]:
    try:
        return tuple(IPv4Address(value) for value in options.get(name, []))
    except ValueError:
        return ()


def _first(options: dict[str, list[Any]], name: str) -> IPv4Address | None:
    return next(iter(_addresses(options, name)), None)


def _text(values: list[Any] | None) -> str | None:
    if not values:
        return None
    value = values[0]
    return (value.decode(errors="replace") if isinstance(value, bytes) else str(value)).rstrip("\0.")
