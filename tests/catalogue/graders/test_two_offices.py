"""two-offices: an adjacency, who reaches whom and by which way, and all of it again after a power cut."""

import time

import pytest

from netlab.grading import check


@pytest.fixture(scope="session")
def places(lab):
    return {name: lab[name] for name in ("pc1", "pc2", "srv1")}


@check(
    points=4,
    ksbs=["S2"],
    why="OSPF neighbours agree on area and timers",
    method="ST",
    hint="show ip ospf neighbor, then show ip ospf interface on both sides: area, timers, network type",
)
def test_adjacency(device, lab, expect):
    """r1 and r2 are OSPF neighbours."""
    neighbours = device("r1").until_json("vtysh -c 'show ip ospf neighbor json'", lambda said: _full(said, lab["r2"]))
    expect(
        _full(neighbours, lab["r2"]),
        expected=f"a full adjacency of r1 with {lab['r2']}",
        observed=", ".join(neighbours.get("neighbors", {})) or "no neighbours",
    )


def _full(said, address):
    rows = [row for rows in said.get("neighbors", {}).values() for row in rows]
    return any(row.get("ifaceAddress") == str(address) and "Full" in str(row.get("nbrState")) for row in rows)


@check(
    points=5, ksbs=["S2"], why="routes lead there and back", needs=["adjacency"], hint="the routing tables of r1 and r2"
)
def test_staff(matrix, places):
    """Staff reach the server."""
    matrix(places, "pc1 > srv1: ping tcp/80 tcp/2222", stand_in=True, patience=12)


@check(points=2, ksbs=["K9"], why="the way is the planned one", needs=["staff"], hint="traceroute on pc1")
def test_path(probe, lab, expect):
    """Staff reach the server by way of r1 and r2."""
    wanted = [lab["staff"][1], lab["r2"], lab["srv1"]]
    way = probe("pc1").trace(lab["srv1"])
    shown = " ".join("*" if hop is None else str(hop) for hop in way)
    expect(way == wanted, expected=" ".join(map(str, wanted)), observed=shown or "nobody answered")


@check(
    points=5, ksbs=["S2"], why="a firewall lets through what is asked", needs=["staff"], hint="nft list ruleset on r1"
)
def test_guests(matrix, places):
    """Guests reach the web server, and nothing else."""
    matrix(places, "pc2 > srv1: tcp/80", "pc2 x srv1: ping tcp/2222", "pc2 x pc1: ping", stand_in=True)


@check(points=1, ksbs=["K9"], method="QZ", why="the size of a subnet follows from its prefix")
def test_usable(answers):
    """It is known how many devices fit into the staff LAN."""
    answers("usable")


@check(points=1, ksbs=["K9"], method="QZ", why="the last address of a subnet is for broadcasts")
def test_broadcast(answers):
    """The broadcast address of the guests' LAN is known."""
    answers("broadcast", hint="the last address of the subnet")


@check(points=1, ksbs=["K9"], method="QZ", why="OSPF stands directly on IP")
def test_protocol(answers):
    """It is known what OSPF stands on."""
    answers("protocol")


@check(
    points=4,
    ksbs=["S2"],
    why="saved, not only running",
    needs=["guests"],
    after_restart=True,
    hint="what is saved: /etc/frr/frr.conf and /etc/nftables.conf, and whether the services are enabled",
)
def test_lasts(matrix, places, power_cycle):
    """All of it is there again after a power cut."""
    power_cycle(["r1", "r2"])
    matrix(places, "pc1 > srv1: ping", "pc2 > srv1: tcp/80", "pc2 x srv1: ping", "pc2 x pc1: ping", patience=15)


@check(
    points=1,
    ksbs=["K9"],
    method="TL",
    why="a network that heals by itself",
    needs=["staff"],
    after_restart=True,
    hint="ip addresses of pc1",
)
def test_cable(probe, link, lab, expect):
    """A cable that breaks and is mended works again."""
    with probe("pc1").timeline(lab["staff"][1]) as line:
        with link("pc1:eth1", "loss", "100%"):
            time.sleep(0.3)  # how long it is broken
        healed = line.answered_again()
    expect(
        line.watch.outages and healed,
        expected="an outage that ends with the mending",
        observed=line.watch.words,
    )
