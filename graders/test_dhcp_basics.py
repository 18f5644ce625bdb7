"""dhcp-basics: grader-made DHCP clients in both rooms, a listener beside the server, and a power cut."""

import secrets
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network

import pytest

from netlab.grading import check
from netlab.grading.judge import Expect
from netlab.grading.toolbox import LabFacts, Probe
from netlab.probe.device import Device
from netlab.probe.dhcp import DhcpClient, Reply, parse_reply, parse_request
from netlab.probe.wire import Wire

PROBES = Callable[[str], Probe]
AFTER_POWER_CUT = 10.0
PATIENT = 8.0


@dataclass
class Room:
    """One LAN as the brief describes it, with the leases that the grader's own devices were given."""

    name: str
    subnet: IPv4Network
    gateway: IPv4Address
    first: IPv4Address
    last: IPv4Address
    excluded_first: IPv4Address
    excluded_last: IPv4Address
    client: DhcpClient
    relay_port: str
    offer: Reply | None = None
    tried: str = ""
    answered: bool = False
    printer_right: bool = False
    leases: dict[str, Reply] = field(default_factory=dict)

    @classmethod
    def of(cls, name: str, lab: LabFacts, client: DhcpClient, relay_port: str) -> "Room":
        facts = {key: lab[f"{name}_{key}"] for key in ("gateway", "first", "last", "excluded_first", "excluded_last")}
        return cls(name, lab[name], client=client, relay_port=relay_port, **facts)

    @property
    def free(self) -> int:
        """How many addresses devices may be given."""
        return int(self.last) - int(self.first) - (int(self.excluded_last) - int(self.excluded_first))

    def excludes(self, address: IPv4Address) -> bool:
        return self.excluded_first <= address <= self.excluded_last

    def try_one(self) -> Reply | None:
        """One new device: DISCOVER, OFFER, REQUEST, ACK. The lease is kept for the checks that follow."""
        self.tried = new_mac()
        taken = self.client.lease([self.tried])
        self.leases |= taken
        self.offer = next(iter(taken.values()), None)
        return self.offer

    def draw(self) -> dict[str, Reply]:
        """Nearly as many devices as the room has addresses for, so that a wrong range cannot hide."""
        more = self.free - 4 - len(self.leases)
        if more > 0:
            self.leases |= self.client.lease([new_mac() for _ in range(more)])
        return self.leases


def new_mac() -> str:
    """A device nobody has seen before: chosen now, so that no answer can be prepared for it."""
    return "02:00:5e:" + ":".join(f"{octet:02x}" for octet in secrets.token_bytes(3))


@pytest.fixture(scope="session")
def reception(lab: LabFacts, probe: PROBES) -> Iterator[Room]:
    with probe("pc1").wire("eth1") as wire:
        room = Room.of("reception", lab, probe("pc1").dhcp(wire), "eth1")
        yield room
        room.client.release()


@pytest.fixture(scope="session")
def surgery(lab: LabFacts, probe: PROBES) -> Iterator[Room]:
    with probe("pc2").wire("eth1") as wire:
        room = Room.of("surgery", lab, probe("pc2").dhcp(wire), "eth2")
        yield room
        room.client.release()


def try_both(*rooms: Room) -> None:
    """A new device in each room, both at once: silence in one costs no time in the other."""
    with ThreadPoolExecutor() as pool:
        list(pool.map(Room.try_one, rooms))


@pytest.fixture(scope="session")
def relayed(reception: Room, surgery: Room, probe: PROBES) -> dict[str, set[IPv4Address]]:
    """The first device in each room; per room, the giaddr values of its requests on the server's wire."""
    with probe("srv1").wire("eth1") as wire:
        found = watch(wire, reception, surgery)
        # dnsmasq pings each new address for 3 s, one after the other: who asked in vain may just be next.
        slow = [room for room in (reception, surgery) if room.offer is None and found[room.name]]
        for room in (reception, surgery):
            room.client.patience = PATIENT
        if slow:
            found |= watch(wire, *slow)
    return found


def watch(wire: Wire, *rooms: Room) -> dict[str, set[IPv4Address]]:
    """Try a device in each room; what of it passes the server's wire: giaddrs asked for, and answers that leave."""
    try_both(*rooms)
    found: dict[str, set[IPv4Address]] = {room.name: set() for room in rooms}
    for data in wire.frames(0.05, sent_too=True):
        request, reply = parse_request(data), parse_reply(data)
        for room in rooms:
            if request and request.mac == room.tried:
                wire.keep(data)
                found[room.name].add(request.giaddr)
            if reply and reply.mac == room.tried:
                wire.keep(data)
                room.answered = True
    return found


def offers_an_address(room: Room, expect: Expect) -> None:
    offer = room.offer
    if offer is not None:
        room.client.wire.keep(offer.frame)
    observed = f"{offer.address} was offered and confirmed" if offer else "no lease for a new device's DISCOVER"
    if offer is not None and not room.answered:
        observed += ", but not by srv1"
    expect(
        offer is not None and room.answered,
        expected="an OFFER, and an ACK to the REQUEST that follows, from srv1",
        observed=observed,
    )


def stays_in_scope(room: Room, expect: Expect) -> None:
    leases = room.draw()
    strays = {lease.address for lease in leases.values() if not room.first <= lease.address <= room.last}
    expect(
        not strays,
        expected=f"addresses from {room.first} to {room.last}",
        observed=f"{_some(strays)} of {len(leases)} leases drawn" if strays else f"{len(leases)} leases, all inside",
    )


def keeps_exclusions(room: Room, expect: Expect) -> None:
    leases = room.draw()
    wrong = {lease.address for lease in leases.values() if room.excludes(lease.address)}
    expect(
        not wrong,
        expected=f"never an address from {room.excluded_first} to {room.excluded_last}",
        observed=f"{_some(wrong)} given to new devices ({len(leases)} leases drawn)"
        if wrong
        else f"none of them among {len(leases)} leases drawn ({room.free} addresses are free)",
    )


def names_the_router(room: Room, expect: Expect) -> None:
    offer = _offer(room)
    expect(
        offer.routers == (room.gateway,) and offer.mask == room.subnet.netmask,
        expected=f"router {room.gateway}, mask {room.subnet.netmask}",
        observed=f"router {_list(offer.routers)}, mask {offer.mask or 'none'}",
    )


def gives_services(room: Room, lab: LabFacts, expect: Expect) -> None:
    offer = _offer(room)
    expect(
        (offer.dns, offer.ntp, offer.domain) == ((lab["dns"],), (lab["ntp"],), lab["domain"]),
        expected=f"DNS {lab['dns']}, NTP {lab['ntp']}, domain {lab['domain']}",
        observed=f"DNS {_list(offer.dns)}, NTP {_list(offer.ntp)}, domain {offer.domain or 'none'}",
    )


def lasts_as_asked(room: Room, lab: LabFacts, expect: Expect) -> None:
    wanted, seen = lab["lease_minutes"] * 60, _offer(room).lease_seconds
    expect(
        seen == wanted,
        expected=f"{wanted} seconds ({lab['lease_minutes']} minutes)",
        observed=f"{seen} seconds" if seen else "no lease time",
    )


def _offer(room: Room) -> Reply:
    if room.offer is None:
        raise RuntimeError("no offer to look at: the check before this one should have stopped it")
    return room.offer


def _list(addresses: tuple[IPv4Address, ...]) -> str:
    return ", ".join(map(str, addresses)) or "none"


def _some(addresses: set[IPv4Address]) -> str:
    shown = ", ".join(str(address) for address in sorted(addresses)[:3])
    return shown + (f" and {len(addresses) - 3} more" if len(addresses) > 3 else "")


FOLLOW = (
    "follow the packet: tcpdump -ni eth1 port 67 on {} and on srv1, then r1's relay (are all its interfaces listed?)"
)
RANGE_HINT = "the range your server was given on srv1"
GAP_HINT = "the range your server was given on srv1: most servers take two ranges, one on each side of the block"
OPTION_HINT = "the options your server hands out: are they set for this room?"


@check(
    points=5,
    ksbs=["K14", "S2"],
    group="reception",
    hint=FOLLOW.format("pc1"),
    why="a lease needs a working server and relay",
)
@pytest.mark.usefixtures("relayed")
def test_reception_offer(reception: Room, expect: Expect) -> None:
    """A new device on the reception LAN is given an address."""
    offers_an_address(reception, expect)


@check(
    points=3,
    ksbs=["S13", "S8:supporting"],
    group="reception",
    needs=["reception_offer"],
    hint=RANGE_HINT,
    why="the scope follows the plan",
)
def test_reception_scope(reception: Room, expect: Expect) -> None:
    """Every address given on the reception LAN is inside its range."""
    stays_in_scope(reception, expect)


@check(
    points=4,
    ksbs=["S13", "S8:supporting"],
    group="reception",
    needs=["reception_offer"],
    hint=GAP_HINT,
    why="fixed addresses are respected",
)
def test_reception_exclusions(reception: Room, expect: Expect) -> None:
    """No device on the reception LAN is ever given one of the excluded addresses."""
    keeps_exclusions(reception, expect)


@check(
    points=4,
    ksbs=["S13", "K9:supporting"],
    group="reception",
    needs=["reception_offer"],
    hint=OPTION_HINT,
    why="gateway and mask fit the subnet",
)
def test_reception_router(reception: Room, expect: Expect) -> None:
    """Devices on the reception LAN are told the right router and mask."""
    names_the_router(reception, expect)


@check(
    points=3,
    ksbs=["K14"],
    group="reception",
    needs=["reception_offer"],
    hint=OPTION_HINT,
    why="DHCP also hands out DNS, NTP and domain",
)
def test_reception_services(reception: Room, lab: LabFacts, expect: Expect) -> None:
    """Devices on the reception LAN are told the right DNS server, time server and domain."""
    gives_services(reception, lab, expect)


@check(
    points=2,
    ksbs=["K14", "S8:supporting"],
    group="reception",
    needs=["reception_offer"],
    hint="the lease time in your server's settings",
    why="the lease time is as specified",
)
def test_reception_lease_time(reception: Room, lab: LabFacts, expect: Expect) -> None:
    """Leases on the reception LAN last as long as asked."""
    lasts_as_asked(reception, lab, expect)


@check(
    points=5,
    ksbs=["K14", "S2"],
    group="surgery",
    hint=FOLLOW.format("pc2"),
    why="a lease needs a working server and relay",
)
@pytest.mark.usefixtures("relayed")
def test_surgery_offer(surgery: Room, expect: Expect) -> None:
    """A new device on the surgery LAN is given an address."""
    offers_an_address(surgery, expect)


@check(
    points=3,
    ksbs=["S13", "S8:supporting"],
    group="surgery",
    needs=["surgery_offer"],
    hint=RANGE_HINT,
    why="the scope follows the plan",
)
def test_surgery_scope(surgery: Room, expect: Expect) -> None:
    """Every address given on the surgery LAN is inside its range."""
    stays_in_scope(surgery, expect)


@check(
    points=4,
    ksbs=["S13", "S8:supporting"],
    group="surgery",
    needs=["surgery_offer"],
    hint=GAP_HINT,
    why="fixed addresses are respected",
)
def test_surgery_exclusions(surgery: Room, expect: Expect) -> None:
    """No device on the surgery LAN is ever given one of the excluded addresses."""
    keeps_exclusions(surgery, expect)


@check(
    points=4,
    ksbs=["S13", "K9:supporting"],
    group="surgery",
    needs=["surgery_offer"],
    hint=OPTION_HINT,
    why="gateway and mask fit the subnet",
)
def test_surgery_router(surgery: Room, expect: Expect) -> None:
    """Devices on the surgery LAN are told the right router and mask."""
    names_the_router(surgery, expect)


@check(
    points=3,
    ksbs=["K14"],
    group="surgery",
    needs=["surgery_offer"],
    hint=OPTION_HINT,
    why="DHCP also hands out DNS, NTP and domain",
)
def test_surgery_services(surgery: Room, lab: LabFacts, expect: Expect) -> None:
    """Devices on the surgery LAN are told the right DNS server, time server and domain."""
    gives_services(surgery, lab, expect)


@check(
    points=2,
    ksbs=["K14", "S8:supporting"],
    group="surgery",
    needs=["surgery_offer"],
    hint="the lease time in your server's settings",
    why="the lease time is as specified",
)
def test_surgery_lease_time(surgery: Room, lab: LabFacts, expect: Expect) -> None:
    """Leases on the surgery LAN last as long as asked."""
    lasts_as_asked(surgery, lab, expect)


@check(
    points=5,
    ksbs=["S13"],
    group="reservation",
    needs=["surgery_offer"],
    hint="the reservation on srv1: compare the MAC address with the brief, digit by digit",
    why="a reservation ties a MAC to its address",
)
def test_printer_reserved(surgery: Room, lab: LabFacts, expect: Expect) -> None:
    """The label printer is always given its own address."""
    leases = surgery.client.lease([lab["printer_mac"]])
    seen = leases.get(lab["printer_mac"])
    surgery.printer_right = seen is not None and seen.address == lab["printer"]
    expect(
        surgery.printer_right,
        expected=f"{lab['printer']} for {lab['printer_mac']}",
        observed=f"{seen.address}" if seen else "no lease at all",
    )


@check(
    points=4,
    ksbs=["K14", "K9:supporting"],
    group="relay",
    hint="the interfaces and the server that the relay on r1 was given",
    why="giaddr tells the server which subnet asks (RFC 2131)",
)
def test_relay_giaddr(reception: Room, surgery: Room, relayed: dict[str, set[IPv4Address]], expect: Expect) -> None:
    """The server sees each room's requests relayed from that room's gateway address."""
    wanted = {room.name: {room.gateway} for room in (reception, surgery)}
    expect(
        relayed == wanted,
        expected=f"giaddr, the relay's address in the room: {_by_room(wanted)}",
        observed=_by_room(relayed),
    )


def _by_room(seen: dict[str, set[IPv4Address]]) -> str:
    return "; ".join(
        f"{room}: {', '.join(map(str, sorted(addresses))) or 'not seen at the server'}"
        for room, addresses in seen.items()
    )


@check(
    points=2,
    ksbs=["S2:supporting"],
    group="relay",
    method="ST",
    needs=["reception_offer"],
    hint="`ss -lunp` on srv1 shows who listens on port 67; stop and disable what should not",
    why="one server, under control",
)
def test_one_server(device: Callable[[str], Device], expect: Expect) -> None:
    """Exactly one DHCP server program listens on srv1."""
    rows = device("srv1").table("ss -Hlunp", "ss_udp")
    programs = {row["PID"]: row["PROGRAM"] for row in rows if row["PORT"] == "67"}
    expect(
        len(programs) == 1,
        expected="one program on UDP port 67",
        observed=", ".join(sorted(programs.values())) or "none",
    )


@check(
    points=2,
    ksbs=["S13:supporting"],
    group="relay",
    method="ST",
    needs=["reception_offer", "surgery_offer"],
    hint="compare `ip -br address` on r1 with the table in the brief",
    why="no collateral change to the router's addressing",
)
def test_router_addresses(device: Callable[[str], Device], lab: LabFacts, expect: Expect) -> None:
    """The router still has the addresses of the plan on its three interfaces."""
    wanted = {
        "eth1": f"{lab['reception_gateway']}/{lab['reception'].prefixlen}",
        "eth2": f"{lab['surgery_gateway']}/{lab['surgery'].prefixlen}",
        "eth3": f"{lab['servers_gateway']}/{lab['servers'].prefixlen}",
    }
    links = device("r1").json("ip -json -4 address show")
    seen = {
        link["ifname"]: ", ".join(f"{one['local']}/{one['prefixlen']}" for one in link["addr_info"]) for link in links
    }
    expect(
        all(seen.get(name) == address for name, address in wanted.items()),
        expected=", ".join(f"{name} {address}" for name, address in wanted.items()),
        observed=", ".join(f"{name} {seen.get(name, 'nothing')}" for name in wanted),
    )


DHCP_UNITS = {"srv1": ("dnsmasq", "kea"), "r1": ("relay", "dnsmasq")}


@check(
    points=2,
    ksbs=["S2"],
    group="persistence",
    method="ST",
    needs=["reception_offer", "surgery_offer"],
    hint="systemctl enable NAME decides what starts with the machine",
    why="an installed service starts with its machine",
)
def test_services_enabled(device: Callable[[str], Device], expect: Expect) -> None:
    """A DHCP server on srv1 and a relay on r1 are enabled to start with the machine."""
    enabled = {
        node: [
            unit
            for unit in device(node).run("ls /etc/systemd/system/multi-user.target.wants").split()
            if any(name in unit for name in names)
        ]
        for node, names in DHCP_UNITS.items()
    }
    expect(
        all(enabled.values()),
        expected="a DHCP service enabled on srv1 and on r1",
        observed="; ".join(f"{node}: {', '.join(units) or 'none'}" for node, units in enabled.items()),
    )


@check(
    points=3,
    ksbs=["S2"],
    group="persistence",
    needs=["reception_offer", "surgery_offer"],
    after_restart=True,
    hint="what was typed but not saved in a file, or not enabled, is gone after a power cut",
    why="an installation that survives a power cut",
)
def test_service_survives(
    reception: Room, surgery: Room, lab: LabFacts, power_cycle: Callable[..., None], expect: Expect
) -> None:
    """After a power cut of srv1 and r1, new devices in both rooms are given addresses again."""
    for room in (reception, surgery):
        room.client.release()
        room.leases.clear()
    power_cycle(["srv1", "r1"])
    deadline = time.monotonic() + AFTER_POWER_CUT
    waiting = [reception, surgery]
    while waiting and time.monotonic() < deadline:
        try_both(*waiting)
        waiting = [room for room in waiting if room.offer is None]
    lost = surgery.printer_right and not waiting and not _is_printer_served(surgery, lab)
    missing = [f"no lease in the {room.name}" for room in waiting] + ["the printer's own address is lost"] * lost
    expect(
        not missing,
        expected=f"a lease in both rooms within {AFTER_POWER_CUT:g} s of power coming back, the reservation as before",
        observed="; ".join(missing) or "a lease in both rooms, the reservation as before",
    )


def _is_printer_served(surgery: Room, lab: LabFacts) -> bool:
    lease = surgery.client.lease([lab["printer_mac"]]).get(lab["printer_mac"])
    return lease is not None and lease.address == lab["printer"]
