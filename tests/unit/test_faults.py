"""Faults: what each class changes, what it refuses, and which a learner gets."""

import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netlab.catalog import LabFiles
from netlab.errors import BadFileError, UnknownNameError
from netlab.faultbook import FaultBook
from netlab.faults.change import Command, FaultError, Site, Trace
from netlab.faults.classes import CLASSES
from netlab.faults.faultfile import FaultSpec
from netlab.port import Port
from netlab.seed import Seed
from netlab.topology import Endpoint, TopologyFile

TOPOLOGY = TopologyFile.model_validate(
    {
        "name": "t",
        "topology": {
            "nodes": {
                "r1": {"kind": "linux"},
                "pc1": {"kind": "linux"},
                "sw9": {"kind": "linux", "labels": {"netlab.role": "switch"}},
            },
            "links": [{"endpoints": ["r1:eth1", "pc1:eth1"]}],
        },
    }
).resolve()
PC = """auto lo
iface lo inet loopback

auto eth1
iface eth1 inet static
    address 192.0.2.10/26
    gateway 192.0.2.1
    up ip route add 198.51.100.0/24 via 192.0.2.2
"""
ROUTER = """interface eth1
 ip ospf hello-interval 10
!
router ospf
 network 192.0.2.0/26 area 0
 network 203.0.113.0/30 area 0
!
router bgp 64512
 neighbor 192.0.2.9 remote-as 64513
 address-family ipv4 unicast
  network 198.51.100.0/24
 exit-address-family
"""
FILES = {
    ("pc1", "/etc/network/interfaces"): PC,
    ("r1", "/etc/network/interfaces"): "auto eth1\niface eth1 inet static\n    address 192.0.2.1/26\n",
    ("r1", "/etc/frr/frr.conf"): ROUTER,
}


def site(node, interface="eth1", **given):
    return Site(node, interface, given, lambda *place: FILES.get(place), TOPOLOGY)


CASES = [
    ("wrong-mask", site("pc1"), "192.0.2.10/26", "192.0.2.10/27", Trace("address", "pc1", "eth1", "192.0.2.10/27")),
    (
        "wrong-mask",
        site("pc1", prefix=24),
        "192.0.2.10/26",
        "192.0.2.10/24",
        Trace("address", "pc1", "eth1", "192.0.2.10/24"),
    ),
    (
        "wrong-address",
        site("pc1", address="192.0.2.70"),
        "192.0.2.10/26",
        "192.0.2.70/26",
        Trace("address", "pc1", "eth1", "192.0.2.70/26"),
    ),
    (
        "duplicate-address",
        site("pc1", of="r1:eth1"),
        "192.0.2.10/26",
        "192.0.2.1/26",
        Trace("address", "pc1", "eth1", "192.0.2.1/26"),
    ),
    ("wrong-gateway", site("pc1"), "gateway 192.0.2.1", "gateway 192.0.2.2", Trace("gateway", "pc1", "", "192.0.2.2")),
    ("interface-down", site("pc1"), "auto eth1\n", "", Trace("down", "pc1", "eth1")),
    (
        "mtu-mismatch",
        site("pc1", mtu=1300),
        "via 192.0.2.2\n",
        "via 192.0.2.2\n    mtu 1300\n",
        Trace("mtu", "pc1", "eth1", "1300"),
    ),
    (
        "return-route",
        site("pc1", network="198.51.100.0/24"),
        "    up ip route add 198.51.100.0/24 via 192.0.2.2\n",
        "",
        None,
    ),
    (
        "wrong-route",
        site("pc1", network="198.51.100.0/24", via="192.0.2.7"),
        "via 192.0.2.2",
        "via 192.0.2.7",
        Trace("route", "pc1", "", "198.51.100.0/24 via 192.0.2.7"),
    ),
    (
        "ospf-hello",
        site("r1"),
        "hello-interval 10",
        "hello-interval 7",
        Trace("file", "r1", "", "ip ospf hello-interval 7"),
    ),
    (
        "ospf-passive",
        site("r1"),
        "hello-interval 10\n",
        "hello-interval 10\n ip ospf passive\n",
        Trace("file", "r1", "", "ip ospf passive"),
    ),
    (
        "ospf-auth",
        site("r1", key="k"),
        "hello-interval 10\n",
        "hello-interval 10\n ip ospf authentication\n ip ospf authentication-key k\n",
        Trace("file", "r1", "", "ip ospf authentication-key k"),
    ),
    (
        "ospf-area",
        site("r1", network="203.0.113.0/30"),
        "203.0.113.0/30 area 0",
        "203.0.113.0/30 area 1",
        Trace("file", "r1", "", "network 203.0.113.0/30 area 1"),
    ),
    ("ospf-network", site("r1", network="192.0.2.0/26"), " network 192.0.2.0/26 area 0\n", "", None),
    (
        "bgp-as",
        site("r1", neighbour="192.0.2.9"),
        "remote-as 64513",
        "remote-as 64514",
        Trace("file", "r1", "", "neighbor 192.0.2.9 remote-as 64514"),
    ),
    (
        "bgp-max-prefix",
        site("r1", neighbour="192.0.2.9"),
        "ipv4 unicast\n",
        "ipv4 unicast\n  neighbor 192.0.2.9 maximum-prefix 1\n",
        Trace("file", "r1", "", "neighbor 192.0.2.9 maximum-prefix 1"),
    ),
]


@pytest.mark.parametrize(("cause", "where", "before", "after", "trace"), CASES)
def test_a_class_changes_one_place_and_nothing_else(cause, where, before, after, trace):
    change = CLASSES[cause](where)
    ((place, text),) = change.files.items()
    assert FILES[place].count(before) == 1
    assert text == FILES[place].replace(before, after)
    assert list(change.traces) == ([trace] if trace else [])
    assert change.nodes == {place[0]}


def test_a_router_that_does_not_forward_has_a_setting_like_any_other():
    change = CLASSES["forwarding-off"](site("r1", ""))
    assert change.files == {("r1", "/etc/sysctl.d/60-local.conf"): "net.ipv4.ip_forward = 0\n"}


@pytest.mark.parametrize(
    ("cause", "given", "near", "far"),
    [
        ("cable-cut", {}, Port(up=False), None),
        ("random-loss", {"percent": 25}, Port(loss=25), Port(loss=25)),
        ("rate-limit", {"kbit": 64}, Port(rate=64_000), Port(rate=64_000)),
    ],
)
def test_a_link_fails_from_outside_its_nodes(cause, given, near, far):
    change = CLASSES[cause](site("r1", **given))
    there = {Endpoint("r1", "eth1"): near} | ({Endpoint("pc1", "eth1"): far} if far else {})
    assert (change.ports, change.files, change.nodes) == (there, {}, set())


@pytest.mark.parametrize(
    ("cause", "given", "record", "wrong", "right"),
    [
        ("wrong-vlan", {"vlan": 30, "right": 10}, "port eth1", "tag=30", "tag=10"),
        ("native-vlan", {"vlan": 1, "right": 99}, "port eth1", "tag=1", "tag=99"),
        ("trunk-vlan-missing", {"vlans": [1, 2], "missing": 2}, "port eth1", "trunks=1", "trunks=1,2"),
        ("stp-off", {}, "bridge br0", "rstp_enable=false", "rstp_enable=true"),
        ("stp-root", {"right": 8192}, "bridge br0", "other_config:rstp-priority=0", "other_config:rstp-priority=8192"),
    ],
)
def test_a_switch_is_changed_by_commands_that_are_taken_back_and_leave_no_log(cause, given, record, wrong, right):
    change = CLASSES[cause](site("r1", **given))
    for commands, setting in ((change.commands, wrong), (change.undo, right)):
        assert commands[0] == Command("r1", ("ovs-vsctl", "--no-syslog", "set", *record.split(), setting))
        forget = [one.node for one in commands if one.run[-1].endswith("ovsdb-server/compact")]
        assert forget == ["r1", "sw9"], "one switch without a log among others would tell where the fault is"
    assert change.traces == [Trace("switch", "r1", record, wrong)]


def test_a_switch_whose_spanning_tree_is_turned_off_goes_on_flooding():
    change = CLASSES["stp-off"](site("r1", bridge="br7"))
    assert [one.run[-1].count("br7") for one in change.commands if "mod-port" in one.run[-1]] == [3]
    assert not [one for one in change.undo if "mod-port" in one.run[-1]]


@pytest.mark.parametrize(
    ("cause", "where", "why"),
    [
        ("wrong-mask", site("pc1", prefix=26), "has 192.0.2.10/26 already"),
        ("wrong-mask", site("pc1", "eth7"), "has no stanza for eth7"),
        ("wrong-mask", site("pc1", ""), "it needs an interface"),
        ("wrong-mask", site("pc1", prefix=31), "/31 is no prefix length for a LAN"),
        ("wrong-address", site("pc1"), "`with` must give address"),
        ("wrong-gateway", site("r1"), "no lines match"),
        ("ospf-hello", site("pc1"), "pc1 has no /etc/frr/frr.conf"),
        ("ospf-area", site("r1", network="10.0.0.0/8"), "no lines match"),
        ("trunk-vlan-missing", site("r1", vlans=[10], missing=10), "must be one of several"),
        ("cable-cut", site("pc1", "eth9"), "is no end of a link"),
    ],
)
def test_what_cannot_be_laid_over_these_files_is_refused(cause, where, why):
    with pytest.raises(FaultError, match=why):
        CLASSES[cause](where)


@pytest.fixture
def broken(checkout, tmp_path):
    shutil.copytree(checkout / "tests/catalogue", tmp_path / "c")
    return tmp_path / "c"


@pytest.fixture(scope="module")
def faults(checkout):
    return book(checkout / "tests/catalogue")


def book(catalogue):
    return FaultBook(LabFiles(catalogue, "two-offices-broken"))


@given(st.binary(min_size=32, max_size=32))
def test_a_learner_gets_a_fault_of_the_band_and_always_the_same(faults, digest):
    (name,) = faults.drawn(Seed(digest))
    assert faults.specs[name].band == "medium"
    assert faults.drawn(Seed(digest)) == [name]


def test_every_fault_of_a_band_is_drawn_by_somebody(faults):
    drawn = {name for number in range(64) for name in faults.drawn(Seed(bytes([number]) * 32))}
    assert drawn == {name for name, one in faults.specs.items() if one.band == "medium"}


def test_every_fault_can_be_laid_over_every_learners_files(faults):
    for number in range(20):
        faults.check(faults.files.values(Seed(bytes([number]) * 32)))


def test_two_faults_of_one_file_are_laid_over_each_other(faults):
    first, second = faults.changes(["area", "quiet"], faults.files.values(Seed(bytes(32))))
    (text,) = second.files.values()
    assert " area 1\n" in text
    assert " ip ospf passive\n" in text
    assert " ip ospf passive\n" not in next(iter(first.files.values()))


@pytest.mark.parametrize(
    ("file", "before", "after", "why"),
    [
        ("faults/area/fault.yml", "cause: ospf-area", "cause: gremlins", "fault.yml:2: cause: 'gremlins' is no cause"),
        ("faults/area/fault.yml", "{network:", "{areaa: 2, network:", "gives areaa, which ospf-area does not ask for"),
        ("faults/area/fault.yml", "device: r2", "device: r9", "fault.yml:3: device: the topology has no node 'r9'"),
        ("faults/area/fault.yml", "{{ transit }}", "{{ transits }}", "fault.yml: there is no parameter 'transits'"),
        (
            "faults/web-only-in-name/fault.yml",
            "node: r1",
            "node: r9",
            "fault.yml:7: replace.0.node: the topology has no node 'r9'",
        ),
        ("faults/quiet/fault.yml", "interface: eth1", "interface: eth5", "interface: r2:eth5 is no end of a link"),
        ("faults/web-only-in-name/fault.yml", "tcp dport 80 accept", "tcp dport 81", "is there 0 times, not once"),
        ("lab.yml", "pc1: [/etc/network/*]", "pc1: [/root/*]", "is not under `keep` in lab.yml"),
    ],
)
def test_a_fault_that_is_wrong_is_told_with_its_file(broken, file, before, after, why):
    path = broken / "labs/two-offices-broken" / file
    path.write_text(path.read_text().replace(before, after, 1))
    faults = book(broken)
    with pytest.raises(BadFileError) as refused:
        faults.check(faults.files.values(Seed(bytes(32))))
    assert why in refused.value.message


@pytest.mark.parametrize(
    ("picks", "why"),
    [
        ("{band: easy, count: 4, of: [staff-mask]}", "of the band easy there are 1, and 4 are wanted"),
        ("{band: easy, of: [nothing]}", "there is no fault nothing"),
    ],
)
def test_a_band_without_enough_faults_is_refused(broken, picks, why):
    path = broken / "labs/two-offices-broken/lab.yml"
    path.write_text(path.read_text().replace("{band: medium}", picks))
    with pytest.raises(BadFileError, match=why):
        book(broken).drawn(Seed(bytes(32)))


def test_a_name_that_is_no_fault_is_answered_with_the_nearest(faults):
    with pytest.raises(UnknownNameError) as refused:
        faults.find("aria")
    assert "Did you mean area?" in refused.value.next_step


def test_by_hand_a_fault_says_what_to_run_and_how_it_is_taken_back():
    with pytest.raises(ValueError, match="needs its `undo`"):
        FaultSpec.model_validate(
            {"title": "a zone", "cause": "dns-record", "device": "r1", "run": [{"node": "r1", "run": ["true"]}]}
        )
