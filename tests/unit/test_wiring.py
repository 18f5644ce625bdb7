"""Cables, as the lines that `ip -batch` is given."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netlab.runtime.native.wiring import ip, link_lines, mac, mgmt_lines, node_lines, passive_lines, pod_lines

names = st.from_regex(r"[a-z][a-z0-9-]{0,31}", fullmatch=True)


def test_a_cable_is_made_straight_into_both_nodes():
    assert link_lines([[["r1", "eth1"], ["pc1", "eth1"]], [["r1", "eth2"], ["sw1", "eth7"]]]) == [
        "link add name eth1 netns r1 type veth peer name eth1 netns pc1",
        "link add name eth2 netns r1 type veth peer name eth7 netns sw1",
    ]


def test_the_management_bridge_has_the_first_address_of_its_subnet():
    assert pod_lines({"addresses": ["172.20.20.1/24"], "mtu": 1500}) == [
        "link set lo up",
        f"link add mgmt address {mac('pod', 'mgmt')} type bridge",
        "addr add 172.20.20.1/24 dev mgmt",
        "link set mgmt mtu 1500 up",
    ]


def test_a_management_port_reaches_the_grader_and_no_other_node():
    assert mgmt_lines("r1", 3, {"mtu": 1500, "apart": True}) == [
        "link add mgmt3 mtu 1500 type veth peer name eth0 netns r1",
        "link set mgmt3 master mgmt up",
        "link set mgmt3 type bridge_slave isolated on",
    ]


def test_nodes_of_other_peoples_topologies_reach_one_another_there():
    lines = mgmt_lines("r1", 3, {"mtu": 1500, "apart": False})
    assert not [line for line in lines if "isolated" in line]


def test_a_node_may_do_without_management():
    assert mgmt_lines("r1", 3, None) == []


MADE = {"mtu": 1500, "mac": None, "addresses": []}
MGMT = {"addresses": ["172.20.20.2/24"], "routes": [], "mtu": 1500}


def test_inside_a_node_every_interface_is_up_with_a_mac_of_its_own():
    plan = {"name": "r1", "mgmt": MGMT, "interfaces": ["eth1", "eth2"], "factory": {"eth1": MADE, "eth2": MADE}}
    assert node_lines(plan) == [
        "link set lo up",
        f"link set dev eth0 address {mac('r1', 'eth0')} mtu 1500 alias netlab:eth0 up",
        "addr add 172.20.20.2/24 dev eth0",
        f"link set dev eth1 address {mac('r1', 'eth1')} mtu 1500 alias netlab:eth1 up",
        f"link set dev eth2 address {mac('r1', 'eth2')} mtu 1500 alias netlab:eth2 up",
    ]


def test_an_interface_comes_out_of_the_box_as_the_topology_says():
    made = {"mtu": 9500, "mac": "02:00:00:00:00:01", "addresses": ["192.0.2.1/24", "2001:db8::1/64"]}
    plan = {"name": "r1", "mgmt": None, "interfaces": ["eth1"], "factory": {"eth1": made}}
    assert node_lines(plan)[1:] == [
        "link set dev eth1 address 02:00:00:00:00:01 mtu 9500 alias netlab:eth1 up",
        "addr add 192.0.2.1/24 dev eth1",
        "addr add 2001:db8::1/64 dev eth1 nodad",
    ]


def test_a_default_route_leads_to_the_gateway_where_there_is_one():
    mgmt = {"addresses": ["172.20.20.2/24"], "routes": ["172.20.20.1"], "mtu": 1500}
    lines = node_lines({"name": "r1", "mgmt": mgmt, "interfaces": [], "factory": {}})
    assert lines[-1] == "route add default via 172.20.20.1 dev eth0"


def test_a_bridge_joins_its_cables_and_a_dummy_link_ends_nowhere():
    plan = {"bridges": ["br1"], "factory": {"br1": {"p1": MADE}, "~dummy": {"d0": MADE}}}
    assert passive_lines("br1", ["p1"], plan)[:3] == [
        "link add name ~switch type bridge",
        "link set dev ~switch up",
        "link set dev p1 master ~switch",
    ]
    assert not [line for line in passive_lines("~dummy", ["d0"], plan) if "master" in line]


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
