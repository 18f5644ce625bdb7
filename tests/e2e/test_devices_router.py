"""Routers: FRR's daemons form adjacencies over real cables, and what is saved is there after a power cut."""

import pytest
from contract import IMPLEMENTATIONS
from devices import network, static

pytestmark = pytest.mark.native

DAEMONS = "ospfd=yes\nbgpd=yes\nbfdd=yes\nvrrpd=yes\n"
FORWARD = {"/etc/sysctl.d/90-forward.conf": "net.ipv4.ip_forward = 1\n"}
OSPF = """
interface {port}
 ip ospf network point-to-point
 ip ospf hello-interval 1
 ip ospf dead-interval 3
"""
# A virtual router is a macvlan interface with the virtual MAC and address (FRR's vrrpd expects it there).
VIRTUAL = """
auto eth3
iface eth3 inet static
    address {own}/26
    up ip link add vrrp4-2 link eth3 address 00:00:5e:00:01:05 type macvlan mode bridge
    up ip address add 192.0.2.62/26 dev vrrp4-2
    up ip link set vrrp4-2 up
"""
LINKS = [
    "r1:eth1 r2:eth1",
    "r2:eth2 r3:eth1",
    "r3:eth2 r1:eth2",
    "r1:eth3 lan:eth1",
    "r2:eth3 lan:eth2",
    "lan:eth3 pc1:eth1",
    "r3:eth3 pc3:eth1",
]
BRIDGE = "auto br0\niface br0 inet manual\n    bridge_ports eth1 eth2 eth3\n    bridge_fd 0\n    bridge_maxwait 0\n"


def router(number, more, addresses, **ports):
    ospf = "".join(OSPF.format(port=port) for port in ports if port != "eth3")
    config = f"hostname r{number}\nlog syslog informational\n{ospf}router ospf\n ospf router-id 10.0.0.{number}\n"
    config += " network 192.0.2.0/24 area 0\n network 198.51.100.0/24 area 0\n!\n" + more
    interfaces = static(**ports) + addresses
    return FORWARD | {
        "/etc/frr/daemons": DAEMONS,
        "/etc/frr/frr.conf": config,
        "/etc/network/interfaces": interfaces,
        "enable": "frr",
        "keep": "/etc/frr/* /etc/network/** /etc/sysctl.d/*",
    }


BGP = """
router bgp {own}
 bgp router-id 10.0.0.{number}
 no bgp ebgp-requires-policy
 timers bgp 1 3
 neighbor {far} remote-as external
 neighbor {far} bfd
 neighbor {far} timers connect 1
 address-family ipv4 unicast
  network 203.0.113.{number}/32
"""
VRRP = (
    "ip route 203.0.113.{0}/32 blackhole\n"
    "interface eth3\n vrrp 5\n vrrp 5 priority {1}\n vrrp 5 advertisement-interval 100\n vrrp 5 ip 192.0.2.62\n"
)
NODES = {
    "r1": router(
        1,
        VRRP.format(1, 200) + BGP.format(own=64501, number=1, far="198.51.100.2"),
        VIRTUAL.format(own="192.0.2.1"),
        eth1="198.51.100.1/30",
        eth2="198.51.100.10/30",
    ),
    "r2": router(
        2,
        VRRP.format(2, 100) + BGP.format(own=64502, number=2, far="198.51.100.1"),
        VIRTUAL.format(own="192.0.2.2"),
        eth1="198.51.100.2/30",
        eth2="198.51.100.5/30",
    ),
    "r3": router(3, "", "", eth1="198.51.100.6/30", eth2="198.51.100.9/30", eth3="192.0.2.129/26"),
    "lan": {"/etc/network/interfaces": BRIDGE},
    "pc1": {"/etc/network/interfaces": static(eth1="192.0.2.10/26") + "    gateway 192.0.2.62\n"},
    "pc3": {"/etc/network/interfaces": static(eth1="192.0.2.140/26") + "    gateway 192.0.2.129\n"},
}


@pytest.fixture(scope="module", params=IMPLEMENTATIONS)
def routers(request, image, tmp_path_factory):
    with network(request.param, image["path"], tmp_path_factory.mktemp("routers"), NODES, LINKS) as made:
        yield made


@pytest.mark.parametrize("node", ["r1", "r2", "r3"])
def test_an_ospf_triangle_is_full(routers, node):
    routers.until(node, "[ $(vtysh -c 'show ip ospf neighbor' | grep -c Full) = 2 ]", f"{node} has two neighbours")


def test_pcs_reach_each_other_through_the_virtual_router_and_ospf(routers):
    routers.reaches("pc1", "192.0.2.140")
    routers.until("pc1", "traceroute -n -q 1 -w 1 192.0.2.140 | grep '192.0.2.1 '", "the master, r1, forwards")


def test_bgp_with_bfd_exchanges_routes(routers):
    routers.until("r1", "ip route show 203.0.113.2 | grep 'proto bgp'", "r1 has r2's route")
    routers.until("r2", "vtysh -c 'show bfd peers' | grep -i 'status: up'", "BFD is up")
    routers.until("r2", "vtysh -c 'show bgp summary json' | grep Established")


def test_vrrp_has_one_master_and_one_backup(routers):
    routers.until("r1", "vtysh -c 'show vrrp' | grep 'Status (v4).*Master'")
    routers.until("r2", "vtysh -c 'show vrrp' | grep 'Status (v4).*Backup'")


def test_the_backup_takes_over_when_frr_stops_on_the_master_and_gives_back(routers):
    routers.sh("r1", "systemctl stop frr")
    assert routers.ask("r1", "systemctl is-active frr").stdout == "inactive\n"
    assert not routers.ask("r1", "pgrep 'zebra|ospfd|watchfrr'").ok
    routers.until("r2", "vtysh -c 'show vrrp' | grep 'Status (v4).*Master'")
    routers.reaches("pc1", "192.0.2.140")
    routers.sh("r1", "systemctl start frr")
    routers.until("r1", "vtysh -c 'show vrrp' | grep 'Status (v4).*Master'")


def test_status_names_every_daemon(routers):
    said = routers.sh("r2", "systemctl status frr")
    daemons = ["watchfrr", "zebra", "mgmtd", "ospfd", "bgpd", "bfdd", "vrrpd", "staticd"]
    assert "active (running)" in said
    assert [one for one in daemons if f"/usr/lib/frr/{one} " not in said] == []
    assert "Started frr.service" in routers.sh("r2", "journalctl -u frr")


def test_a_bad_line_is_told_in_the_journal_and_the_rest_works(routers):
    routers.sh("r3", "echo 'router osfp' >>/etc/frr/frr.conf; systemctl restart frr")
    assert "osfp" in routers.sh("r3", "journalctl -u frr")
    routers.sh("r3", "sed -i /osfp/d /etc/frr/frr.conf; systemctl reload frr")
    routers.until("r3", "[ $(vtysh -c 'show ip ospf neighbor' | grep -c Full) = 2 ]")


def test_only_what_was_written_to_memory_outlives_a_power_cut(routers):
    add = "vtysh -c 'configure terminal' -c 'ip route 198.51.100.128/26 blackhole'"
    more = "vtysh -c 'configure terminal' -c 'ip route 198.51.100.192/26 192.0.2.140' -c 'hostname lost'"
    routers.sh("r3", add + "; vtysh -c 'write memory'; " + more)
    routers.restart("r3")
    config = routers.sh("r3", "vtysh -c 'show running-config'")
    assert "hostname r3" in config
    assert "ip route 198.51.100.128/26 blackhole" in config
    assert "198.51.100.192/26" not in config
    routers.until("r3", "[ $(vtysh -c 'show ip ospf neighbor' | grep -c Full) = 2 ]")
    routers.reaches("pc1", "192.0.2.140")


def test_a_daemon_that_dies_is_started_again(routers):
    before = routers.sh("r3", "pgrep -x ospfd")
    routers.sh("r3", "pkill -9 -x ospfd")
    routers.until("r3", f"pid=$(pgrep -x ospfd) && [ $pid != {before.strip()} ]", "watchfrr starts ospfd again")
    routers.until("r3", "[ $(vtysh -c 'show ip ospf neighbor' | grep -c Full) = 2 ]")


def test_a_router_that_does_not_enable_frr_has_none_after_a_power_cut(routers):
    routers.sh("r3", "systemctl disable frr")
    routers.restart("r3")
    assert routers.ask("r3", "systemctl is-active frr").stdout == "inactive\n"
    routers.sh("r3", "systemctl enable --now frr")
    routers.until("r3", "[ $(vtysh -c 'show ip ospf neighbor' | grep -c Full) = 2 ]")
