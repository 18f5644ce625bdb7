"""A ring of switches: spanning tree blocks one port, and opens it when a cable is cut."""

import pytest
from contract import IMPLEMENTATIONS
from devices import SWITCH, need_tun, network, static
from harness import wait_for

pytestmark = pytest.mark.native

NAMES = ("sw1", "sw2", "sw3")
LINKS = ["sw1:eth1 a1:eth1", "sw2:eth1 a2:eth1", "sw1:eth2 sw2:eth3", "sw2:eth2 sw3:eth3", "sw3:eth2 sw1:eth3"]
NODES = dict.fromkeys(NAMES, SWITCH) | {
    "a1": {"/etc/network/interfaces": static(eth1="192.0.2.1/26")},
    "a2": {"/etc/network/interfaces": static(eth1="192.0.2.2/26")},
}
START = """
ovs-vsctl add-br br0 -- set bridge br0 datapath_type=netdev {}
for port in {}; do ovs-vsctl add-port br0 $port; done
"""
KINDS = {
    "rstp": ("rstp_enable=true other_config:rstp-forward-delay=4", "rstp/show", "Discarding"),
    "stp": (
        "stp_enable=true other_config:stp-forward-delay=4 other_config:stp-hello-time=1 other_config:stp-max-age=6",
        "stp/show",
        "blocking",
    ),
}


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_ring_has_one_blocked_port_and_survives_a_cut(implementation, kind, image, tmp_path):
    setting, show, blocked = KINDS[kind]
    with network(implementation, image["path"], tmp_path, NODES, LINKS) as ring:
        need_tun(ring, "sw1")

        def one_is_blocked():
            states = [ring.sh(one, f"ovs-appctl {show} br0") for one in NAMES]
            return sum(text.lower().count(blocked.lower()) for text in states) == 1

        for name in NAMES:
            ring.sh(name, START.format(setting, "eth2 eth3" if name == "sw3" else "eth1 eth2 eth3"))
        wait_for(one_is_blocked, "one port of the ring is blocked", 30)
        ring.reaches("a1", "192.0.2.2", 30)
        ring.sh("sw1", "ip link set eth2 down")
        ring.reaches("a1", "192.0.2.2", 30)
        ring.sh("sw1", "ip link set eth2 up")
        wait_for(one_is_blocked, "one port of the ring is blocked again", 30)
