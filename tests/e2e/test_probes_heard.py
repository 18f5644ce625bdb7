"""What passes a card, heard from real daemons: tags, spanning tree and LACP of Open vSwitch, OSPF and BGP of FRR."""

import asking
import pytest
from devices import SWITCH, need_tun, network, static

pytestmark = pytest.mark.native
LINKS = [
    "sw1:eth1 a1:eth1",
    "sw2:eth1 a2:eth1",
    "sw1:eth2 sw2:eth2",
    "sw1:eth3 sw2:eth3",
    "sw1:eth4 sw2:eth4",
    "r1:eth1 r2:eth1",
]
# VLAN 10 is tagged on the trunk, 99 is native there.
PORTS = """
ovs-vsctl add-br br0 -- set bridge br0 datapath_type=netdev rstp_enable=true other_config:rstp-priority={}
ovs-vsctl add-port br0 eth1 tag={} -- add-port br0 eth2 vlan_mode=native-untagged tag=99 trunks=10,99
"""
BUNDLE = "ovs-vsctl add-bond br0 bond0 eth3 eth4 lacp=active bond_mode=balance-slb other_config:lacp-time=fast"
OSPF = """
interface eth1
 ip ospf hello-interval 1
 ip ospf dead-interval 3
 ip ospf authentication message-digest
 ip ospf message-digest-key 9 md5 secret
router ospf
 ospf router-id 10.0.0.{0}
 network 198.51.100.0/30 area 5
router bgp 420000000{0}
 bgp router-id 10.0.0.{0}
 no bgp ebgp-requires-policy
 no bgp network import-check
 timers bgp 1 3
 neighbor 198.51.100.{1} remote-as external
 neighbor 198.51.100.{1} timers connect 1
 address-family ipv4 unicast
  network 203.0.113.{0}/32
"""


def router(number, far):
    return {
        "enable": "frr",
        "/etc/frr/daemons": "zebra=yes\nospfd=yes\nbgpd=yes\n",
        "/etc/frr/frr.conf": OSPF.format(number, far),
        "/etc/network/interfaces": static(eth1=f"198.51.100.{number}/30"),
    }


NODES = {
    "sw1": SWITCH,
    "sw2": SWITCH,
    "a1": {"/etc/network/interfaces": static(eth1="192.0.2.1/24")},
    "a2": {"/etc/network/interfaces": static(eth1="192.0.2.2/24")},
    "r1": router(1, 2),
    "r2": router(2, 1),
}


@pytest.fixture(scope="module")
def lan(implementation, image, tmp_path_factory):
    with network(implementation, image["path"], tmp_path_factory.mktemp("heard"), NODES, LINKS) as made:
        need_tun(made, "sw1")
        made.sh("sw1", PORTS.format(4096, 10))
        made.sh("sw2", PORTS.format(32768, 10))
        made.reaches("a1", "192.0.2.2", 40)
        yield made


def heard(lan, node, interface, kind, **options):
    """Without anybody doing anything."""
    with asking.listening(lan.runtime, (node, interface), kind, **options) as listening:
        return listening()


@pytest.mark.parametrize(("node", "sent"), [("sw1", True), ("sw2", False)], ids=["going out", "coming in"])
def test_the_tag_of_a_frame_on_a_trunk_is_heard_at_both_ends(lan, node, sent):
    """The kernel takes it off what comes in."""
    with asking.listening(lan.runtime, (node, "eth2"), "Frame", word=bytes([192, 0, 2, 77])) as listening:
        assert not lan.ask("a1", "ping -c 1 -W 0.2 192.0.2.77").ok
        (told,) = listening()
    assert (told["vlans"], told["sent"], told["to"]) == ([10], sent, "ff:ff:ff:ff:ff:ff")
    assert "8100000a0806" in told["data"], "the tag is in the frame as well"


def test_the_native_vlan_is_untagged(lan):
    lan.sh("sw1", "ovs-vsctl set port eth1 tag=99")
    with asking.listening(lan.runtime, ("sw2", "eth2"), "Frame", word=bytes([192, 0, 2, 78])) as listening:
        assert not lan.ask("a1", "ping -c 1 -W 0.2 192.0.2.78").ok
        (told,) = listening()
    lan.sh("sw1", "ovs-vsctl set port eth1 tag=10")
    assert told["vlans"] == []


def test_what_is_not_there_is_not_heard(lan):
    assert heard(lan, "a1", "eth1", "OspfHello", patience=1) == []


def test_the_root_of_a_spanning_tree_and_a_change_of_it(lan):
    macs = {one: lan.sh(one, "ovs-vsctl get interface br0 mac_in_use").strip().strip('"') for one in ("sw1", "sw2")}
    told = heard(lan, "sw2", "eth2", "Bpdu")[0]
    assert (told["version"], told["sent"], told["role"]) == (2, False, "designated")
    assert told["root"] == told["bridge"] == {"priority": 4096, "mac": macs["sw1"]}
    assert (told["cost"], told["forwarding"], told["max_age"]) == (0, True, 20)
    with asking.listening(lan.runtime, ("sw2", "eth2"), "Bpdu", count=4) as listening:
        lan.sh("sw2", "ovs-vsctl set bridge br0 other_config:rstp-priority=0")
        roots = {one["root"]["mac"] for one in listening()}
    assert macs["sw2"] in roots


def test_both_ends_of_a_bundle_agree(lan):
    for switch in ("sw1", "sw2"):
        lan.sh(switch, BUNDLE)
    lan.until("sw1", "[ $(ovs-appctl lacp/show bond0 | grep -c 'current attached') = 2 ]", "both are attached")
    both = heard(lan, "sw1", "eth3", "Lacpdu", count=4)
    told = {one["sent"]: one for one in both}
    ours, theirs = told[True]["actor"], told[False]["actor"]
    assert told[True]["partner"]["system"] == theirs["system"] != ours["system"] == told[False]["partner"]["system"]
    up = ("active", "fast", "synchronised", "collecting", "distributing", "aggregatable")
    assert [end[flag] for end in (ours, theirs) for flag in up] == [True] * 12
    lan.sh("sw2", "ovs-vsctl set port bond0 lacp=off")
    lan.until("sw1", "ovs-appctl lacp/show bond0 | grep defaulted", "sw1 hears nobody")
    assert [one for one in heard(lan, "sw1", "eth3", "Lacpdu", count=9, patience=2.5) if not one["sent"]] == []


def test_hellos_of_ospf(lan):
    lan.until("r1", "vtysh -c 'show ip ospf neighbor' | grep Full", "r1 and r2 are neighbours", 60)
    told = {one["sent"]: one for one in heard(lan, "r1", "eth1", "OspfHello", count=6)}
    far = told[False]
    assert (far["router_id"], far["area"], far["source"]) == ("10.0.0.2", "0.0.0.5", "198.51.100.2")
    assert (far["hello"], far["dead"], far["interface"]) == (1, 3, "198.51.100.2/30")
    assert (far["authentication"], far["key_id"], far["external"]) == ("cryptographic", 9, True)
    assert (far["neighbours"], told[True]["neighbours"]) == (["10.0.0.1"], ["10.0.0.2"])


def test_a_database_description_tells_the_mtu(lan):
    with asking.listening(lan.runtime, ("r2", "eth1"), "OspfDescription") as listening:
        lan.sh("r1", "vtysh -c 'clear ip ospf process' -c 'clear ip ospf neighbor'")
        assert listening()[0]["mtu"] == 1500


def test_a_session_of_bgp_from_open_to_notification(lan):
    lan.until("r1", "vtysh -c 'show bgp summary json' | grep Established", "r1 and r2 are peers")
    assert heard(lan, "r1", "eth1", "BgpKeepalive")[0]["source"].startswith("198.51.100.")
    with asking.listening(lan.runtime, ("r2", "eth1"), "Bgp", count=60, patience=25.0) as listening:
        lan.sh("r1", "vtysh -c 'clear bgp *'")
        told = [one for one in listening() if one["source"] == "198.51.100.1"]
    notification = next(one for one in told if "code" in one)
    assert (notification["code"], notification["subcode"]) == (6, 9), "a hard reset, RFC 8538"
    opening = next(one for one in told if "asn" in one)
    assert (opening["asn"], opening["hold"], opening["router_id"]) == (4200000001, 3, "10.0.0.1")
    updates = [one for one in told if one.get("announced")]
    own = (["203.0.113.1/32"], [4200000001], "198.51.100.1")
    assert own in [(one["announced"], one["path"], one["next_hop"]) for one in updates]
