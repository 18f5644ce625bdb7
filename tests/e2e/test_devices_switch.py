"""Switches: Open vSwitch carries VLANs and bundles between hosts and routes, and does so again after a power cut."""

import pytest
from contract import IMPLEMENTATIONS
from devices import SWITCH, need_tun, network, speed, static

pytestmark = pytest.mark.native

LINKS = [
    "sw1:eth1 a1:eth1",
    "sw2:eth1 a2:eth1",
    "sw1:eth2 b1:eth1",
    "sw2:eth2 b2:eth1",
    "sw1:eth3 sw2:eth3",
    "sw1:eth4 sw2:eth4",
    "sw1:eth5 n1:eth1",
]
VIA = "    gateway {}\n"
HOSTS = {
    "a1": static(eth1="192.0.2.1/26") + VIA.format("192.0.2.62"),
    "a2": static(eth1="192.0.2.2/26") + VIA.format("192.0.2.62"),
    "b1": static(eth1="192.0.2.65/26") + VIA.format("192.0.2.126"),
    "b2": static(eth1="192.0.2.66/26") + VIA.format("192.0.2.126"),
    "n1": static(eth1="192.0.2.129/26"),
}
NODES = dict.fromkeys(("sw1", "sw2"), SWITCH) | {
    name: {"/etc/network/interfaces": text} for name, text in HOSTS.items()
}
# VLAN 10 and 20 tagged on the trunk, 99 native.
PORTS = """
ovs-vsctl add-br br0 -- set bridge br0 datapath_type=netdev
ovs-vsctl add-port br0 eth1 tag=10 -- add-port br0 eth2 tag=20
ovs-vsctl add-port br0 eth3 vlan_mode=native-untagged tag=99 trunks=10,20,99
"""
SVI = """
ovs-vsctl add-port br0 vlan{0} tag={0} -- set interface vlan{0} type=internal
printf 'auto vlan{0}\niface vlan{0} inet static\n    address {1}/26\n' >>/etc/network/interfaces
ifup vlan{0}
"""
BUNDLE = """
ovs-vsctl del-port eth3 -- add-bond br0 bond0 eth3 eth4 lacp=active bond_mode=balance-tcp trunks=10,20 \
    other_config:lacp-time=fast
"""


@pytest.fixture(scope="module", params=IMPLEMENTATIONS)
def switches(request, image, tmp_path_factory):
    with network(request.param, image["path"], tmp_path_factory.mktemp("switches"), NODES, LINKS) as made:
        need_tun(made, "sw1")
        made.sh("sw1", PORTS + "ovs-vsctl add-port br0 eth5 tag=99")
        made.sh("sw2", PORTS)
        yield made


def test_vlans_are_joined_across_trunks_and_kept_apart(switches):
    switches.reaches("a1", "192.0.2.2")
    switches.reaches("b1", "192.0.2.66")
    switches.sh("b1", "ip address add 192.0.2.3/26 dev eth1")
    assert not switches.ask("a1", "ping -c 2 -i 0.2 -W 0.5 192.0.2.3").ok, "VLAN 10 and VLAN 20 are apart"


def test_the_trunk_carries_the_native_vlan_untagged_and_the_others_tagged(switches):
    for host, address, tag in (("a1", "192.0.2.3", "vlan 10"), ("n1", "192.0.2.190", "")):
        capture = f"timeout 8 tcpdump -nne -i eth3 -l -c 1 '{tag + ' and ' * bool(tag)}arp and host {address}'"
        switches.sh("sw2", f"setsid {capture} >/tmp/seen 2>/tmp/ready </dev/null &")
        switches.until("sw2", "grep listening /tmp/ready")
        switches.ask(host, f"ping -c 1 -W 0.2 {address}")
        seen = switches.until("sw2", "grep -a . /tmp/seen")
        assert f"who-has {address}" in seen
        assert ("802.1Q" in seen, tag in seen) == (bool(tag), True)


def test_routing_between_vlans_on_the_switch(switches):
    switches.sh("sw1", SVI.format(10, "192.0.2.62") + SVI.format(20, "192.0.2.126"))
    switches.reaches("a2", "192.0.2.66")
    assert "192.0.2.62" in switches.sh("a2", "traceroute -n -q 1 192.0.2.66")


@pytest.mark.parametrize("far", [("b2", "192.0.2.66"), ("a2", "192.0.2.2")], ids=["routed", "switched"])
def test_tcp_and_udp_pass_whole(switches, far):
    switches.reaches("a1", far[1])
    assert speed(switches, "a1", *far) > 20e6
    assert speed(switches, "a1", *far, "-u", "-b", "8M") > 6e6


def test_a_dhcp_client_gets_an_address_across_the_switches(switches):
    options = "--port=0 --no-ping --dhcp-range=192.0.2.20,192.0.2.30,1h --interface=eth1 --bind-interfaces"
    switches.sh("a2", f"dnsmasq {options}")
    switches.sh("a1", "dhclient -1 -v eth1 2>&1 | grep 'bound to 192.0.2.2'; ip address show eth1 | grep 192.0.2.2")
    switches.sh("a1", "dhclient -x eth1; ip address replace 192.0.2.1/26 dev eth1; ip link set eth1 up")
    switches.sh("a1", "ip route replace default via 192.0.2.62")


def test_a_bundle_uses_lacp_and_survives_the_loss_of_a_cable(switches):
    for switch in ("sw1", "sw2"):
        switches.sh(switch, BUNDLE)
    switches.until("sw1", "[ $(ovs-appctl lacp/show bond0 | grep -c 'current attached') = 2 ]", "both are attached")
    switches.reaches("a1", "192.0.2.2")
    switches.sh("sw1", "ip link set eth3 down")
    switches.reaches("a1", "192.0.2.2")


def test_after_a_power_cut_the_switch_forwards_as_configured(switches):
    switches.restart("sw1")
    switches.reaches("a2", "192.0.2.66")
    switches.reaches("a1", "192.0.2.2")
    switches.until("sw1", "[ $(ovs-appctl lacp/show bond0 | grep -c 'current attached') = 2 ]", "both are attached")


def test_restarting_the_service_keeps_the_configuration(switches):
    switches.sh("sw2", "systemctl restart openvswitch-switch")
    switches.reaches("a1", "192.0.2.2")
    said = switches.sh("sw2", "systemctl status ovs-vswitchd openvswitch-switch")
    assert "active (running)" in said
    assert "active (exited)" in said
    assert speed(switches, "a1", "a2", "192.0.2.2") > 20e6


def test_a_stopped_switch_is_dark(switches):
    switches.sh("sw2", "systemctl stop openvswitch-switch")
    assert not switches.ask("sw2", "pgrep ovs").ok
    assert not switches.ask("a1", "ping -c 1 -W 0.3 192.0.2.2").ok
    switches.sh("sw2", "systemctl start openvswitch-switch")
    switches.reaches("a1", "192.0.2.2")
