"""Cables, as the lines that `ip -batch` is given."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netlab.runtime.native.wiring import ip, link_lines, mac, mgmt_lines, node_lines, pod_lines

names = st.from_regex(r"[a-z][a-z0-9-]{0,31}", fullmatch=True)


def test_a_cable_is_made_straight_into_both_nodes():
    assert link_lines([[["r1", "eth1"], ["pc1", "eth1"]], [["r1", "eth2"], ["sw1", "eth7"]]]) == [
        "link add eth1 netns r1 type veth peer name eth1 netns pc1",
        "link add eth2 netns r1 type veth peer name eth7 netns sw1",
    ]


def test_the_management_bridge_has_the_first_address_of_its_subnet():
    assert pod_lines("172.20.20.0/24") == [
        "link set lo up",
        f"link add mgmt address {mac('pod', 'mgmt')} type bridge",
        "addr add 172.20.20.1/24 dev mgmt",
        "link set mgmt up",
    ]


def test_a_management_port_reaches_the_grader_and_no_other_node():
    assert mgmt_lines("r1", 3) == [
        "link add mgmt3 type veth peer name eth0 netns r1",
        "link set mgmt3 master mgmt up",
        "link set mgmt3 type bridge_slave isolated on",
    ]


def test_inside_a_node_every_interface_is_up_with_a_mac_of_its_own():
    plan = {"name": "r1", "mgmt": "172.20.20.2/24", "interfaces": ["eth1", "eth2"]}
    assert node_lines(plan) == [
        "link set lo up",
        "addr add 172.20.20.2/24 dev eth0",
        f"link set eth0 address {mac('r1', 'eth0')} mtu 1500 alias netlab:eth0 up",
        f"link set eth1 address {mac('r1', 'eth1')} mtu 1500 alias netlab:eth1 up",
        f"link set eth2 address {mac('r1', 'eth2')} mtu 1500 alias netlab:eth2 up",
    ]


@given(names, st.integers(0, 99))
def test_a_mac_is_local_unicast_and_stays_the_same(node, number):
    address = mac(node, f"eth{number}")
    assert len(address.split(":")) == 6
    assert int(address[:2], 16) & 0b11 == 0b10
    assert address == mac(node, f"eth{number}")


def test_macs_of_a_large_lab_differ():
    addresses = {mac(f"r{node}", f"eth{port}") for node in range(20) for port in range(10)}
    assert len(addresses) == 200


def test_what_ip_says_is_passed_on():
    with pytest.raises(OSError, match="no-such-device"):
        ip(["link set no-such-device up"])
