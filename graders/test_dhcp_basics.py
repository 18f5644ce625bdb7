"""dhcp-basics: grader-made DHCP clients in both rooms, a listener beside the server, and a power cut."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

import pytest

from netlab.grading import check
from netlab.grading.judge import Expect
from netlab.grading.probe import Probe
from netlab.grading.services import new_mac
from netlab.grading.toolbox import LabFacts
from netlab.probe.dhcp import DhcpClient, Reply, once_more, parse_reply, parse_request
from netlab.probe.failure import CannotLookError
from netlab.probe.kernel import Interface
from netlab.probe.wire import Wire

if TYPE_CHECKING:
    from netlab.probe.device import Device

PROBES = Callable[[str], Probe]
AFTER_POWER_CUT = 10.0
PATIENT = 8.0
QUICK = 1.0  # where nothing runs that could answer
PING_FIRST = 6.0  # dnsmasq pings for 3 s before it offers
IPV4 = 4
TAKEN_ELSEWHERE = 4  # so many addresses of a room may be held by devices that are not the grader's


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
    asleep: list[str] = field(default_factory=list)
    fault: CannotLookError | None = None
    leases: dict[str, Reply] = field(default_factory=dict)

    @classmethod
    def of(cls, name: str, lab: LabFacts, client: DhcpClient, relay_port: str) -> Room:
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
        self.tried, self.offer, self.fault = new_mac(), None, None
        try:
            taken = self.client.lease([self.tried])
        except CannotLookError as fault:  # raised again by the room's own check: the other room is still looked at
            self.fault, taken = fault, {}
        self.leases |= taken
        self.offer = next(iter(taken.values()), None)
        return self.offer

    @property
    def enough(self) -> int:
        """How many leases show that the whole range is served."""
        return self.free - TAKEN_ELSEWHERE

    def draw(self) -> None:
        """Nearly as many devices as the room has addresses for, so that a wrong range cannot hide."""
        while (more := self.enough - len(self.leases)) > 0:
            taken = self.client.lease([new_mac() for _ in range(more)])
            self.leases |= taken
            if not taken:  # the server has no more to give; a slow one is asked again
                break


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
def drawn(reception: Room, surgery: Room) -> None:
    """Leases of both rooms, drawn side by side: a server that has no more to give costs its silence once."""
    with ThreadPoolExecutor() as pool:
        list(pool.map(Room.draw, [room for room in (reception, surgery) if room.offer]))


@dataclass
class Seen:
    """What passed the server's wire: per room the giaddr values of requests, and the frames themselves."""

    giaddrs: dict[str, set[IPv4Address]] = field(default_factory=dict)
    requests: list[bytes] = field(default_factory=list)
    frames: list[tuple[float, bytes]] = field(default_factory=list)
    fault: CannotLookError | None = None

    def keep(self, wire: Wire) -> None:
        """Put the frames into the evidence of the check that is running, which may not be the one that saw them."""
        for at, data in self.frames:
            wire.keep(data, at)


def who_sleeps(probe: PROBES) -> list[str]:
    """Which machine runs nothing that could serve: nobody there has UDP port 67 open (RFC 2131, 4.1)."""
    parts = {"srv1": "no DHCP server runs on srv1", "r1": "no relay runs on r1"}
    return [said for node, said in parts.items() if not probe(node).listeners("udp", 67)]


@pytest.fixture(scope="session")
def relayed(reception: Room, surgery: Room, probe: PROBES) -> Seen:
    """The first device in each room, as the server's wire sees it."""
    seen, asleep = Seen(), who_sleeps(probe)
    for room in (reception, surgery):
        room.asleep = asleep
        room.client.patience = QUICK if asleep else room.client.patience
    with probe("srv1").wire("eth1") as wire:
        watch(wire, seen, reception, surgery)
        # dnsmasq pings each new address for 3 s, one after the other: who asked in vain may just be next.
        slow = [room for room in (reception, surgery) if room.offer is None and seen.giaddrs[room.name] and not asleep]
        for room in (reception, surgery):
            room.client.patience = QUICK if asleep else PATIENT
        if slow:
            watch(wire, seen, *slow)
    return seen


def watch(wire: Wire, seen: Seen, *rooms: Room) -> None:
    """Try a device in each room; note what of it passes the server's wire, and which answers leave the server."""
    try_both(*rooms)
    seen.giaddrs |= {room.name: set() for room in rooms}
    try:
        frames = list(wire.frames(0.05, sent_too=True))
    except CannotLookError as fault:
        seen.fault, frames = fault, []
    for data in frames:
        request, reply = parse_request(data), parse_reply(data)
        for room in rooms:
            if request and request.mac == room.tried:
                seen.frames.append((time.time(), data))
                seen.requests.append(data)
                seen.giaddrs[room.name].add(request.giaddr)
            if reply and reply.mac == room.tried:
                seen.frames.append((time.time(), data))
                room.answered = True


def offers_an_address(room: Room, relayed: Seen, expect: Expect) -> None:
    offer = room.offer
    if fault := room.fault or relayed.fault:
        raise fault
    if offer is not None:
        room.client.wire.keep(offer.frame)
    asleep = f": {', '.join(room.asleep)}" if room.asleep else ""
    none = f"no lease for a new device's DISCOVER{asleep}"
    observed = f"{offer.address} was offered and confirmed" if offer else none
    if offer is not None and not room.answered:
        observed += ", but not by srv1"
    expect(
        offer is not None and room.answered,
        expected="an OFFER, and an ACK to the REQUEST that follows, from srv1",
        observed=observed,
        hint=WAKE if room.asleep else "",
    )


def serves_its_range(room: Room, expect: Expect) -> None:
    strays = {lease.address for lease in room.leases.values() if not room.first <= lease.address <= room.last}
    given = len(room.leases)
    seen = f"{given} leases drawn, all inside" + (", then no more offers" if given < room.enough else "")
    expect(
        not strays and given >= room.enough,
        expected=f"{room.first} to {room.last}: {room.free} free addresses, given out to the last few",
        observed=f"{_some(strays)} of {given} leases drawn" if strays else seen,
    )


def keeps_exclusions(room: Room, expect: Expect) -> None:
    leases = room.leases
    for lease in leases.values():
        room.client.wire.keep(lease.frame)
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


def _list(addresses: tuple[IPv4Address | Interface, ...]) -> str:
    return ", ".join(map(str, addresses)) or "none"


def _some(addresses: set[IPv4Address]) -> str:
    shown = ", ".join(str(address) for address in sorted(addresses)[:3])
    return shown + (f" and {len(addresses) - 3} more" if len(addresses) > 3 else "")


FOLLOW = (
    "follow the packet: tcpdump -ni eth1 port 67 on {} and on srv1, then r1's relay: does it listen on the "
    "interfaces where devices ask, and on the one where the server's answers come in?"
)
WAKE = (
    "what runs: `systemctl status NAME` on srv1 and on r1; "
    "`systemctl enable --now NAME` starts it, now and with its machine"
)
RELAY_HINT = (
    "what the relay on r1 was given: the server to pass requests to, and its interfaces. It must listen on each "
    "one where devices ask, and on the one where the server's answers come in"
)
RANGE_HINT = "the range your server was given on srv1, from the first to the last address of the table"
GAP_HINT = "the range your server was given on srv1: most servers take two ranges, one on each side of the block"
OPTION_HINT = "the options your server hands out: are they set for this room?"


@check(
    points=5,
    ksbs=["K14", "S2"],
    group="reception",
    hint=FOLLOW.format("pc1"),
    why="a lease needs a working server and relay",
)
def test_reception_offer(reception: Room, relayed: Seen, expect: Expect) -> None:
    """A new device on the reception LAN is given an address."""
    relayed.keep(reception.client.wire)
    offers_an_address(reception, relayed, expect)


@check(
    points=3,
    ksbs=["S13", "S8:supporting"],
    group="reception",
    needs=["reception_offer"],
    hint=RANGE_HINT,
    why="the scope follows the plan",
)
@pytest.mark.usefixtures("drawn")
def test_reception_scope(reception: Room, expect: Expect) -> None:
    """Devices on the reception LAN are given every address of its range, and no other."""
    serves_its_range(reception, expect)


@check(
    points=4,
    ksbs=["S13", "S8:supporting"],
    group="reception",
    needs=["reception_scope"],
    hint=GAP_HINT,
    why="fixed addresses are respected",
)
@pytest.mark.usefixtures("drawn")
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
def test_surgery_offer(surgery: Room, relayed: Seen, expect: Expect) -> None:
    """A new device on the surgery LAN is given an address."""
    relayed.keep(surgery.client.wire)
    offers_an_address(surgery, relayed, expect)


@check(
    points=3,
    ksbs=["S13", "S8:supporting"],
    group="surgery",
    needs=["surgery_offer"],
    hint=RANGE_HINT,
    why="the scope follows the plan",
)
@pytest.mark.usefixtures("drawn")
def test_surgery_scope(surgery: Room, expect: Expect) -> None:
    """Devices on the surgery LAN are given every address of its range, and no other."""
    serves_its_range(surgery, expect)


@check(
    points=4,
    ksbs=["S13", "S8:supporting"],
    group="surgery",
    needs=["surgery_scope"],
    hint=GAP_HINT,
    why="fixed addresses are respected",
)
@pytest.mark.usefixtures("drawn")
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
    hint=RELAY_HINT,
    why="giaddr tells the server which subnet asks (RFC 2131)",
)
def test_relay_giaddr(reception: Room, surgery: Room, relayed: Seen, expect: Expect) -> None:
    """The server sees each room's requests relayed from that room's gateway address."""
    relayed.keep(reception.client.wire)
    if fault := reception.fault or surgery.fault or relayed.fault:
        raise fault
    wanted = {room.name: {room.gateway} for room in (reception, surgery)}
    expect(
        relayed.giaddrs == wanted,
        expected=f"giaddr, the relay's address in the room: {_by_room(wanted)}",
        observed=_by_room(relayed.giaddrs),
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
    hint="`ss -lunp` on srv1 shows who listens on port 67; stop and disable what should not",
    why="one server, under control",
)
def test_one_server(device: Callable[[str], Device], probe: PROBES, expect: Expect) -> None:
    """Exactly one DHCP server program listens on srv1."""
    really = sorted(probe("srv1").listeners("udp", 67).values())
    wanted = "one program on UDP port 67"
    expect(len(really) == 1, expected=wanted, observed=", ".join(really) or "none")
    rows = device("srv1").table("ss -Hlunp", "ss_udp")
    shown = sorted({row["PID"]: row["PROGRAM"] for row in rows if row["PORT"] == "67"}.values())
    expect(len(shown) == 1, expected=wanted, observed=f"{really[0]}, but ss on srv1 shows {', '.join(shown) or 'none'}")


@check(
    points=2,
    ksbs=["S13:supporting"],
    group="relay",
    method="ST",
    needs=["reception_offer", "surgery_offer"],
    hint="compare `ip -br address` on r1 with the table in the brief",
    why="no collateral change to the router's addressing",
)
def test_router_addresses(device: Callable[[str], Device], probe: PROBES, lab: LabFacts, expect: Expect) -> None:
    """The router still has the addresses of the plan on its three interfaces."""
    wanted = {
        "eth1": f"{lab['reception_gateway']}/{lab['reception'].prefixlen}",
        "eth2": f"{lab['surgery_gateway']}/{lab['surgery'].prefixlen}",
        "eth3": f"{lab['servers_gateway']}/{lab['servers'].prefixlen}",
    }
    plan = ", ".join(f"{name} {address}" for name, address in wanted.items())
    there = probe("r1").addresses()
    really = {name: _list(tuple(one for one in there.get(name, ()) if one.version == IPV4)) for name in wanted}
    expect(really == wanted, expected=plan, observed=", ".join(f"{name} {text}" for name, text in really.items()))
    links = {link.get("ifname"): link for link in device("r1").json("ip -json -4 address show")}
    shown = {
        name: ", ".join(f"{one['local']}/{one['prefixlen']}" for one in links.get(name, {}).get("addr_info", []))
        for name in wanted
    }
    said = ", ".join(f"{name} {text or 'none'}" for name, text in shown.items())
    expect(shown == wanted, expected=plan, observed=plan if shown == wanted else f"so it is, but ip on r1 shows {said}")


@dataclass
class Revival:
    """What works by itself after the power of srv1 and r1 was cut."""

    without: list[Room]
    seen: Seen
    server: bool
    printer_lost: bool

    @property
    def relay(self) -> bool:
        return any(self.seen.giaddrs.values())


@pytest.fixture(scope="session")
def rooms(reception: Room, surgery: Room) -> tuple[Room, Room]:
    return reception, surgery


@pytest.fixture(scope="session")
def revival(
    rooms: tuple[Room, Room], lab: LabFacts, relayed: Seen, probe: PROBES, power_cycle: Callable[..., None]
) -> Revival:
    """Cut the power, then let new devices ask in both rooms until both have an address or the time is up."""
    for room in rooms:
        room.client.release()
        room.leases.clear()
        room.answered = False
    power_cycle(["srv1", "r1"])
    deadline = time.monotonic() + AFTER_POWER_CUT
    seen, waiting = Seen(), list(rooms)
    with probe("srv1").wire("eth1") as wire:
        while waiting and time.monotonic() < deadline:
            for room in waiting:
                room.client.patience = QUICK if who_sleeps(probe) else PATIENT
            watch(wire, seen, *waiting)
            waiting = [room for room in waiting if room.offer is None]
            if waiting and who_sleeps(probe):
                break
        server = any(room.answered for room in rooms)
        if not any(seen.giaddrs.values()) and probe("srv1").listeners("udp", 67):
            server = _answers_a_relay(wire, probe("r1"), relayed, seen)
    surgery = rooms[1]
    lost = surgery.printer_right and not waiting and not _is_printer_served(surgery, lab)
    return Revival(waiting, seen, server, lost)


def _answers_a_relay(wire: Wire, r1: Probe, before: Seen, seen: Seen) -> bool:
    """Nothing is relayed any more, so the grader does it itself: does srv1 answer what was relayed before the cut?"""
    mac, deadline = new_mac(), time.monotonic() + PING_FIRST
    with r1.wire("eth3") as relay:
        while time.monotonic() < deadline:
            relay.send(once_more(before.requests[0], mac))
            for data in wire.frames(1.0, sent_too=True):
                reply = parse_reply(data)
                if reply and reply.mac == mac:
                    seen.frames.append((time.time(), data))
                    return True
    return False


@check(
    points=2,
    ksbs=["S2"],
    group="persistence",
    needs=["reception_offer", "surgery_offer"],
    after_restart=True,
    hint="systemctl is-enabled NAME says what starts with the machine; systemctl enable --now NAME sees to it",
    why="an installed service starts with its machine",
)
def test_services_enabled(reception: Room, revival: Revival, expect: Expect) -> None:
    """A DHCP server on srv1 and a relay on r1 start with their machines."""
    revival.seen.keep(reception.client.wire)
    server = "a DHCP server answers" if revival.server else "no DHCP server answers"
    relay = "requests are relayed" if revival.relay else "nothing is relayed"
    expect(
        revival.server and revival.relay,
        expected="after a power cut a DHCP server answers on srv1 and requests are relayed by r1, started by nobody",
        observed=f"srv1: {server}; r1: {relay}",
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
def test_service_survives(reception: Room, revival: Revival, expect: Expect) -> None:
    """After a power cut of srv1 and r1, new devices in both rooms are given addresses again."""
    revival.seen.keep(reception.client.wire)
    missing = [f"no lease in the {room.name}" for room in revival.without]
    missing += ["the printer's own address is lost"] * revival.printer_lost
    expect(
        not missing,
        expected=f"a lease in both rooms within {AFTER_POWER_CUT:g} s of power coming back, the reservation as before",
        observed="; ".join(missing) or "a lease in both rooms, the reservation as before",
    )


def _is_printer_served(surgery: Room, lab: LabFacts) -> bool:
    lease = surgery.client.lease([lab["printer_mac"]]).get(lab["printer_mac"])
    return lease is not None and lease.address == lab["printer"]
