"""The networks that the labs of the catalogue draw make sense for every learner."""

import json
from ipaddress import IPv4Address
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netlab import catalog
from netlab.parameters import plain
from netlab.seed import Seed

DHCP_BASICS = catalog.LabFiles(catalog.builtin(), "dhcp-basics")
dhcp_basics = st.binary(min_size=32, max_size=32).map(Seed).map(DHCP_BASICS.values)
ROOMS = pytest.mark.parametrize("room", ["reception", "surgery"])


def usable(address, subnet):
    """A host address: neither the subnet's first nor its last."""
    return subnet.network_address < address < subnet.broadcast_address


@ROOMS
@given(values=dhcp_basics)
def test_a_room_has_its_range_inside_its_subnet(room, values):
    first, last, subnet = values[f"{room}_first"], values[f"{room}_last"], values[room]
    assert usable(first, subnet)
    assert usable(last, subnet)
    assert first < last


@ROOMS
@given(values=dhcp_basics)
def test_the_excluded_block_leaves_a_range_on_each_side(room, values):
    first, last = values[f"{room}_excluded_first"], values[f"{room}_excluded_last"]
    assert values[f"{room}_first"] < first < last < values[f"{room}_last"]


@ROOMS
@given(values=dhcp_basics)
def test_the_gateway_is_a_host_of_the_room_outside_its_range(room, values):
    gateway = values[f"{room}_gateway"]
    assert usable(gateway, values[room])
    assert not values[f"{room}_first"] <= gateway <= values[f"{room}_last"]


@given(values=dhcp_basics)
def test_both_gateways_follow_the_same_rule(values):
    number = 1 if values["gateway_rule"] == "first" else -2
    for room in ("reception", "surgery"):
        assert values[f"{room}_gateway"] == values[room][number]


@given(values=dhcp_basics)
def test_the_printer_has_a_place_of_its_own(values):
    printer = values["printer"]
    assert usable(printer, values["surgery"])
    assert printer != values["surgery_gateway"]
    assert not values["surgery_first"] <= printer <= values["surgery_last"]


@given(values=dhcp_basics)
def test_everything_in_the_server_room_has_its_own_address(values):
    hosts = [values[name] for name in ("servers_gateway", "server", "dns", "ntp")]
    assert len(set(hosts)) == len(hosts)
    assert all(usable(host, values["servers"]) for host in hosts)


@given(values=dhcp_basics)
def test_the_three_subnets_are_apart(values):
    subnets = [values[name] for name in ("reception", "surgery", "servers")]
    assert not any(one.overlaps(other) for one, other in combinations(subnets, 2))


@given(values=dhcp_basics)
def test_only_documentation_addresses_and_names_are_used(values):
    blocks = ("192.0.2.", "198.51.100.", "203.0.113.")
    addresses = [value for value in values.values() if isinstance(value, IPv4Address)]
    assert all(str(address).startswith(blocks) for address in addresses)
    assert values["domain"].endswith(".example")


def test_learners_have_networks_of_their_own():
    seeds = [Seed.derive(bytes(32), f"learner{number}", "dhcp-basics", 1) for number in range(30)]
    networks = [json.dumps(plain(DHCP_BASICS.values(seed))) for seed in seeds]
    assert len(set(networks)) == len(networks)


def test_a_new_version_of_netlab_draws_the_same_network(golden):
    """Renew only when the lab's own parameters have changed: a hand-in is re-graded by its seed."""
    values = DHCP_BASICS.values(Seed.derive(bytes(32), "ada", "dhcp-basics", 1))
    golden("dhcp-basics-parameters.json", json.dumps(plain(values), indent=1) + "\n")
