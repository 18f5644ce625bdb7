"""The kernel's routes, as ip(8) writes them with numbers for names."""

from ipaddress import ip_address, ip_network

import pytest

from netlab.probe import kernel
from netlab.probe.routes import Route, routes

NEXT = {"dev": "eth1", "flags": []}
RA = {"protocol": "9", **NEXT}


def way(network, via, made_by, interface="eth1"):
    return Route(ip_network(network), via and ip_address(via), interface, made_by)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"dst": "10.1.0.0/24", "protocol": "2", **NEXT}, [way("10.1.0.0/24", None, "kernel")]),
        ({"dst": "10.1.0.77", **NEXT}, [way("10.1.0.77/32", None, "boot")]),
        ({"dst": "default", "gateway": "10.1.0.2", **NEXT}, [way("0.0.0.0/0", "10.1.0.2", "boot")]),
        ({"dst": "10.3.0.0/24", "nhid": 7, "gateway": "10.1.0.9", "protocol": "188", **NEXT},
         [way("10.3.0.0/24", "10.1.0.9", "ospf")]),
        ({"dst": "10.3.0.0/24", "via": {"family": "inet6", "host": "fe80::1"}, "protocol": "186", **NEXT},
         [way("10.3.0.0/24", "fe80::1", "bgp")]),
        ({"dst": "10.4.0.0/24", "protocol": "196", "nexthops": [{"gateway": "10.1.0.3", **NEXT},
                                                               {"gateway": "10.2.0.3", "dev": "eth2"}]},
         [way("10.4.0.0/24", "10.1.0.3", "static"), way("10.4.0.0/24", "10.2.0.3", "static", "eth2")]),
        ({"type": "6", "dst": "10.9.0.0/16", "protocol": "250"}, [way("10.9.0.0/16", None, "250", "")]),
    ],
)  # fmt: skip
def test_every_next_hop_is_a_route_with_its_maker(said, expected, monkeypatch):
    monkeypatch.setattr(kernel, "routes", lambda *_: [said])
    assert routes("", "r1") == expected


def test_a_default_of_ipv6(monkeypatch):
    monkeypatch.setattr(kernel, "routes", lambda *_: [{"dst": "default", "gateway": "fe80::1", **RA}])
    assert routes("", "pc1", 6) == [way("::/0", "fe80::1", "ra")]
    assert str(routes("", "pc1", 6)[0]) == "::/0 via fe80::1 (ra)"
