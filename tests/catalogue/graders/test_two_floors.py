"""two-floors: tags on the trunk, frames that must not cross, the tree's root, routing; all by what passes cards."""

import secrets
from contextlib import ExitStack

import pytest
from scapy.layers.l2 import Ether

from netlab.grading import check
from netlab.probe.facts import Bpdu, Frame

FLOORS = {"sw1": ("staff1", "guest1", "admin1"), "sw2": ("staff2", "guest2", "admin2")}
HOSTS = [*FLOORS["sw1"], *FLOORS["sw2"]]
OTHER = {"sw1": "sw2", "sw2": "sw1"}
PATIENCE = 7  # seconds until RSTP forwards
MANY = 8  # frames on the trunk: a host that is not among them is not going to be
SOON = 5  # seconds: two hellos of RSTP (IEEE 802.1D-2004, 17.14), and some
EXPERIMENT = 0x88B5  # an EtherType for local experiments (IEEE 802, 9.2.3)
PRIORITY = 4096


class Shouts:
    """Broadcasts of the hosts, each with a word of its own that tells who it came from."""

    def __init__(self, probe):
        self._probe = probe
        self.words = {host: secrets.token_bytes(16) for host in HOSTS}

    def send(self, hosts):
        for host in hosts:
            with self._probe(host).wire("eth1") as wire:
                wire.send(Ether(dst="ff:ff:ff:ff:ff:ff", type=EXPERIMENT) / self.words[host])

    def who(self, frame):
        return next((host for host, word in self.words.items() if word in frame.data), None)


@pytest.fixture(scope="session")
def shouts(probe):
    return Shouts(probe)


@pytest.fixture(scope="session")
def vlans(lab):
    of = {"staff": lab["staff_vlan"], "guest": lab["guests_vlan"], "admin": None}
    return {host: of[host[:-1]] for host in HOSTS}


@pytest.fixture(scope="session")
def crossing(probe, shouts):
    """For each host the tag of its broadcasts where they come in at the other switch; none for one that stays away."""
    seen = {}
    for switch, hosts in FLOORS.items():
        facts = probe(OTHER[switch]).heard(
            "eth3",
            Frame,
            where=lambda one, hosts=hosts: not one.sent and shouts.who(one) in hosts,
            enough=lambda them, hosts=hosts: len(them) > MANY or {shouts.who(one) for one in them} == set(hosts),
            ask=lambda hosts=hosts: shouts.send(hosts),
            patience=PATIENCE if seen or switch == "sw1" else 1,
        )
        seen |= {shouts.who(one): one.vlan for one in facts}
    return seen


def _words(tags):
    return ", ".join(f"{host} {'untagged' if tag is None else tag}" for host, tag in tags.items()) or "nothing"


@check(
    points=4,
    ksbs=["K10", "S2"],
    why="the VLAN of an access port is the tag that its frames get",
    hint="ovs-vsctl show, on both switches: the tag of each port",
)
def test_ports(crossing, vlans, expect):
    """Staff and guests are in their VLANs on both floors."""
    wrong = {host: tag for host, tag in crossing.items() if tag is not None and vlans[host] not in (tag, None)}
    expect(
        crossing and not wrong,
        expected=_words({host: vlans[host] for host in wrong}) if wrong else "frames of staff and guests on the trunk",
        observed=_words(wrong or crossing),
    )


@check(
    points=4,
    ksbs=["K10", "S2"],
    why="a trunk carries every VLAN that both floors have",
    needs=["ports"],
    hint="the trunks of eth3, on both switches",
)
def test_trunk(crossing, expect):
    """All three VLANs cross between the floors, both ways."""
    missing = [host for host in HOSTS if host not in crossing]
    expect(
        not missing,
        expected="broadcasts of every host on the trunk",
        observed=f"none of {', '.join(missing)}" if missing else _words(crossing),
    )


@check(
    points=3,
    ksbs=["K10"],
    why="both ends agree on what travels untagged",
    needs=["trunk"],
    hint="vlan_mode and tag of eth3, on both switches",
)
def test_native(crossing, vlans, expect):
    """Only the administrators' VLAN travels untagged."""
    wrong = {host: tag for host, tag in crossing.items() if tag != vlans[host]}
    expect(
        not wrong, expected=_words({host: vlans[host] for host in wrong or vlans}), observed=_words(wrong or crossing)
    )


@check(points=3, ksbs=["K10"], why="a VLAN is a broadcast domain of its own", needs=["native"])
def test_apart(probe, shouts, expect):
    """A broadcast reaches those of its own VLAN and nobody else."""
    with ExitStack() as stack:
        cards = {host: stack.enter_context(probe(host).wire("eth1")) for host in HOSTS}
        shouts.send(HOSTS)
        heard = {
            (shouts.who(one), host)
            for host, card in cards.items()
            for one in probe(host).heard(
                card,
                Frame,
                where=lambda one: not one.sent and shouts.who(one),
                enough=_never,
                patience=0.3 if host == HOSTS[0] else 0.1,
            )
        }
    wanted = {(one, other) for one in HOSTS for other in HOSTS if one != other and one[:-1] == other[:-1]}
    wrong = sorted(heard ^ wanted)
    expect(
        not wrong,
        expected="each broadcast at the other host of its VLAN, and nowhere else",
        observed="; ".join(f"{a} {'' if (a, b) in heard else 'not '}at {b}" for a, b in wrong) or "so it is",
    )


def _never(_):
    return False


@check(
    points=3,
    ksbs=["K10", "S2"],
    why="the root of a spanning tree is chosen, not left to chance",
    needs=["trunk"],
    hint="ovs-appctl rstp/show, on both switches",
)
def test_root(probe, lab, expect):
    """Both switches run RSTP and the asked one is its root."""
    root, other = lab["root"], OTHER[lab["root"]]
    leaf = FLOORS[other][0]
    with probe(other).wire("eth3") as trunk, probe(leaf).wire("eth1") as below:
        ours = probe(other).heard(trunk, Bpdu, where=lambda one: not one.sent, enough=_settled, patience=SOON)
        expect(
            bool(ours) and _settled(ours) and ours[-1].version >= 2,
            expected=f"BPDUs of {root} with itself as the root, priority {PRIORITY}",
            observed=_tree(ours, root),
        )
        theirs = probe(leaf).heard(below, Bpdu, where=lambda one: one.root == ours[-1].root, patience=SOON)
    expect(
        theirs,
        expected=f"BPDUs of {other} with {ours[-1].root} as the root",
        observed=_tree(theirs, other),
    )


def _settled(seen):
    return seen[-1].root == seen[-1].bridge and seen[-1].root.priority == PRIORITY


def _tree(bpdus, switch):
    if not bpdus:
        return f"no such BPDU of {switch}"
    last = bpdus[-1]
    return f"{switch} is {last.bridge}, its root {'itself' if last.root == last.bridge else last.root}"


@check(
    points=4,
    ksbs=["S2"],
    why="VLANs meet where something routes",
    needs=["native"],
    hint="the gateways' addresses, and whether the switch forwards: sysctl net.ipv4.ip_forward",
)
def test_routing(matrix, probe, lab, expect):
    """Staff and guests reach each other by way of the gateway."""
    places = {name: lab[name] for name in HOSTS}
    asked = ("staff1 > guest2: ping", "guest1 > staff2: ping", "staff2 > guest1: ping", "guest2 > staff1: ping")
    matrix(places, *asked, "admin1 > admin2: ping")
    wanted, way = [lab["staff"][1], lab["guest2"]], probe("staff1").trace(lab["guest2"])
    expect(way == wanted, expected=" ".join(map(str, wanted)), observed=" ".join(map(str, way)) or "nobody answered")


@check(points=4, ksbs=["S2"], why="saved, not only running", needs=["routing"], after_restart=True)
def test_lasts(matrix, lab, power_cycle):
    """All of it is there again after a power cut."""
    power_cycle(["sw1", "sw2"])
    places = {name: lab[name] for name in HOSTS}
    matrix(
        places,
        "staff1 > guest2: ping",
        "guest1 > guest2: ping",
        "admin1 > admin2: ping",
        "staff1 x admin1: ping",
        patience=PATIENCE,
    )
