"""Who reaches whom: the matrix names the wrong pairs with the true reason, and no node can talk it round."""

import pytest
from asking import ask
from contract import NODES, sh

PC2, PC2_V6 = "192.0.2.140", "2001:db8:2::10"
TABLE = "nft 'add table inet t; add chain inet t {0} {{ type filter hook {0} priority 0; }}; add rule inet t {0} {1}'"
ADDRESSES = {
    "pc1": "ip address add 2001:db8:1::10/64 dev eth1 nodad; ip route add default via 2001:db8:1::1",
    "pc2": "ip address add 2001:db8:2::10/64 dev eth1 nodad; ip route add default via 2001:db8:2::1",
    "r1": "ip address add 2001:db8:1::1/64 dev eth1 nodad; ip address add 2001:db8:2::1/64 dev eth2 nodad; "
    "sysctl -qw net.ipv6.conf.all.forwarding=1",
}


@pytest.fixture
def network(runtime):
    yield runtime
    runtime.restart(NODES, lambda _: None)


def asked(runtime, *lines, places=PC2, **options):
    return ask(runtime, places={"pc2": places}, lines=lines, options={"stand_in": True} | options)


def way(runtime, source, to):
    return ask(runtime, trace=[source, to])


def test_what_works_is_right_and_recorded(network):
    told = asked(network, "pc1 > pc2: ping tcp/80 udp/53")
    assert told["said"] == "right"
    assert [entry["pair"] for entry in told["entries"]] == [f"pc1 to pc2 ({by})" for by in ("ping", "tcp/80", "udp/53")]
    assert told["frames"] >= 6


def test_over_ipv6_too(network):
    for node, script in ADDRESSES.items():
        assert sh(network, node, script).ok
    assert asked(network, "pc1 > pc2: ping tcp/80 udp/53", places=PC2_V6)["said"] == "right"
    assert way(network, "pc1", PC2_V6) == ["2001:db8:1::1", PC2_V6]
    assert sh(network, "r1", TABLE.format("forward", "reject with icmpv6 admin-prohibited")).ok
    told = asked(network, "pc1 > pc2: ping", places=PC2_V6, patience=1)["said"]
    assert told == "pc1 to pc2 (ping): 2001:db8:1::1 forbids it (administratively prohibited)"


BROKEN = {
    "no route": ("pc1", "ip route del default", "pc1 has no route there"),
    "a dead gateway": (
        "pc1", "ip route replace default via 192.0.2.99", "from pc1: nobody there answers ARP",
    ),
    "no way back": ("pc2", "ip route del default", "it arrived at pc2, but no answer came back"),
    "dropped": ("r1", TABLE.format("forward", "drop"), "no answer, and nothing arrived at pc2"),
    "rejected": (
        "r1",
        TABLE.format("forward", "reject with icmp admin-prohibited"),
        "192.0.2.1 forbids it (administratively prohibited)",
    ),
    "dropped by the node itself": ("pc1", TABLE.format("output", "drop"), "pc1 itself drops it on the way out"),
    "a router without the network": ("r1", "ip link set eth2 down", "192.0.2.1 does not know the way (unreachable)"),
    "the wrong node has the address": (
        "r1", f"ip address add {PC2}/32 dev lo", "answered, but not by pc2: nothing arrived there",
    ),
    "the node answers itself": (
        "pc1", f"ip address add {PC2}/32 dev lo", "answered, but not by pc2: nothing arrived there",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("node", "script", "why"), BROKEN.values(), ids=BROKEN)
def test_why_a_ping_came_to_nothing(network, node, script, why):
    assert sh(network, node, script).ok
    assert asked(network, "pc1 > pc2: ping")["said"] == f"pc1 to pc2 (ping): {why}"


def test_why_a_connection_came_to_nothing(network):
    told = asked(network, "pc1 > pc2: tcp/81", stand_in=False, patience=0.5)
    assert told["said"] == "pc1 to pc2 (tcp/81): refused (RST)"
    assert sh(network, "r1", TABLE.format("forward", "tcp dport 81 drop")).ok
    told = asked(network, "pc1 > pc2: tcp/80 tcp/81", patience=1)
    assert told["said"] == "pc1 to pc2 (tcp/81): no answer, and nothing arrived at pc2"
    assert sh(network, "r1", TABLE.format("forward", "udp dport 53 reject")).ok
    told = asked(network, "pc1 > pc2: udp/53 udp/54", patience=1)
    assert told["said"] == "pc1 to pc2 (udp/53): 192.0.2.1 says that nothing listens there (port unreachable)"


def test_a_packet_that_goes_in_circles(network):
    assert sh(network, "r1", "ip route add 198.51.100.0/24 via 192.0.2.140").ok
    assert sh(network, "pc2", "sysctl -qw net.ipv4.ip_forward=1").ok
    told = asked(network, "pc1 > pc2: ping", places="198.51.100.7", patience=1)
    assert "its hops ran out at 192.0.2." in told["said"]


def test_through_address_translation(network):
    assert sh(network, "r1", "nft 'add table ip n; add chain ip n post { type nat hook postrouting priority 100; }; "
              "add rule ip n post oifname eth2 masquerade'").ok  # fmt: skip
    assert asked(network, "pc1 > pc2: ping tcp/80 udp/53")["said"] == "right"


def test_forbidden_means_blocked_and_nothing_else(network):
    assert asked(network, "pc1 x pc2: tcp/80")["said"] == "pc1 to pc2 (tcp/80): answered"
    assert sh(network, "r1", TABLE.format("forward", "tcp dport 80 drop")).ok
    assert asked(network, "pc1 > pc2: ping", "pc1 x pc2: tcp/80")["said"] == "right"


def test_a_dead_probe_is_no_firewall(network):
    told = asked(network, "pc1 x pc2: tcp/80", stand_in=False)["said"]
    nobody = "tcp/80 on pc2 answers nobody, not even there"
    assert told == f"error: whether pc1 cannot reach pc2 (tcp/80) is not shown: {nobody}"
    told = asked(network, "pc1 > pc2: tcp/81", "pc1 x pc2: tcp/80", stand_in=False, patience=0.5)["said"]
    assert told == f"pc1 to pc2 (tcp/81): refused (RST); pc1 to pc2 (tcp/80): not shown: {nobody}"
    assert sh(network, "pc1", "ip route del default").ok
    told = asked(network, "pc1 x pc2: ping")["said"]
    assert told == "error: whether pc1 cannot reach pc2 (ping) is not shown: pc1 has no route there"


def test_the_way_router_by_router(network):
    assert way(network, "pc1", PC2) == ["192.0.2.1", PC2]
    assert sh(network, "r1", TABLE.format("forward", "drop")).ok
    assert way(network, "pc1", PC2) == ["192.0.2.1"]
    assert sh(network, "pc1", "ip route del default").ok
    assert way(network, "pc1", PC2) == []


def test_the_routes_are_the_kernels_whatever_the_node_says(network):
    assert sh(network, "pc1", "ip route add 198.51.100.0/24 via 192.0.2.1 proto 188 && mv /bin/ip /bin/no-ip").ok
    found = ask(network, probe=["pc1", "routes", [], {}])["found"]
    made = {one["made_by"]: (one["network"], one["via"]) for one in found if one["via"]}
    assert made["ospf"] == ("198.51.100.0/24", "192.0.2.1")
    assert made["boot"] == ("0.0.0.0/0", "192.0.2.1")
