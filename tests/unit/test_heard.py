"""Facts out of recorded frames: VLAN tags, spanning tree, LACP, OSPF, BGP, router advertisements, log messages."""

import struct
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.contrib.lacp import LACP, SlowProtocol
from scapy.contrib.ospf import OSPF_DBDesc, OSPF_Hdr, OSPF_Hello, OSPF_LSReq
from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.inet6 import (
    ICMPv6ND_RA,
    ICMPv6NDOptMTU,
    ICMPv6NDOptPrefixInfo,
    ICMPv6NDOptRDNSS,
    ICMPv6NDOptSrcLLAddr,
    IPv6,
)
from scapy.layers.l2 import ARP, LLC, STP, Dot1AD, Dot1Q, Dot3, Ether
from scapy.packet import Raw

from netlab.probe.bgp import MOST, BgpReader
from netlab.probe.ethernet import opened
from netlab.probe.facts import (
    Bgp,
    BgpKeepalive,
    BgpNotification,
    BgpOpen,
    BgpUpdate,
    Bpdu,
    BridgeId,
    Frame,
    Lacpdu,
    LacpEnd,
    Ospf,
    OspfDescription,
    OspfHello,
    Prefix,
    RouterAdvertisement,
    Syslog,
    TopologyNotice,
)
from netlab.probe.hearing import reader

KINDS = [Frame, Bpdu, TopologyNotice, Lacpdu, Ospf, Bgp, RouterAdvertisement, Syslog]
MAC = "02:00:5e:00:53:01"
ROOT = "02:00:5e:00:53:09"
# What Open vSwitch's RSTP and FRR's ospfd really sent, read off a card.
RSTP = Dot3(src=MAC, dst="01:80:c2:00:00:00") / LLC(dsap=0x42, ssap=0x42, ctrl=3) / STP(
    version=2, bpdutype=2, bpduflags=0x3D, rootid=4096, rootmac=ROOT, pathcost=2000, bridgeid=32768, bridgemac=MAC,
    portid=0x8003, age=1, maxage=20, hellotime=2, fwddelay=15,
)  # fmt: skip
LACPDU = Ether(src=MAC, dst="01:80:c2:00:00:02", type=0x8809) / SlowProtocol(subtype=1) / LACP(
    actor_system_priority=65534, actor_system=MAC, actor_key=7, actor_port_number=2, actor_state=0b00111111,
    partner_system=ROOT, partner_system_priority=1, partner_key=9, partner_port_number=4, partner_state=0b01000101,
)  # fmt: skip
TO_ROUTERS = Ether(src=MAC, dst="01:00:5e:00:00:05") / IP(src="192.0.2.1", dst="224.0.0.5", proto=89)
HELLO = TO_ROUTERS / OSPF_Hdr(src="10.0.0.1", area="0.0.0.1") / OSPF_Hello(
    mask="255.255.255.252", hellointerval=1, deadinterval=4, prio=1, options=2, router="192.0.2.1",
    backup="192.0.2.2", neighbors=["10.0.0.2", "10.0.0.3"],
)  # fmt: skip
DESCRIPTION = TO_ROUTERS / OSPF_Hdr(src="10.0.0.1", area="0.0.0.0") / OSPF_DBDesc(mtu=1400)
ADVERTISEMENT = (
    Ether(src=MAC, dst="33:33:00:00:00:01") / IPv6(src="fe80::1", dst="ff02::1", hlim=255)
    / ICMPv6ND_RA(routerlifetime=1800, M=0, O=1) / ICMPv6NDOptSrcLLAddr(lladdr=MAC) / ICMPv6NDOptMTU(mtu=1280)
    / ICMPv6NDOptPrefixInfo(prefix="2001:db8:7::", prefixlen=64, validlifetime=600, preferredlifetime=300)
    / ICMPv6NDOptRDNSS(dns=["2001:db8::53"], lifetime=60)
)  # fmt: skip


def log(data, port=514, layer=UDP):
    return Ether(src=MAC, dst=ROOT) / IP(src="192.0.2.1", dst="192.0.2.10") / layer(sport=40000, dport=port) / Raw(data)


LOG = log(b"<134>Nov 23 18:00:00 r1 door: opened")
MARKER = b"\xff" * 16


def message(kind, body=b""):
    return MARKER + struct.pack("!HB", 19 + len(body), kind) + body


def attribute(kind, value):
    return struct.pack("!BBB", 0x40, kind, len(value)) + value


WIDE = struct.pack("!BBBBI", 2, 6, 65, 4, 4200000001)  # the capability of RFC 6793
OPEN = message(1, struct.pack("!BHHIB", 4, 23456, 9, int(IPv4Address("10.0.0.1")), len(WIDE)) + WIDE)
PATH = attribute(2, struct.pack("!BBII", 2, 2, 64501, 4200000001))
HOP = attribute(3, IPv4Address("192.0.2.1").packed)
NLRI = bytes([24, 203, 0, 113, 25, 198, 51, 100, 128])


def update(attributes, nlri=NLRI, withdrawn=b""):
    body = struct.pack("!H", len(withdrawn)) + withdrawn + struct.pack("!H", len(attributes)) + attributes + nlri
    return message(2, body)


UPDATE = update(attribute(1, b"\0") + PATH + HOP, withdrawn=bytes([8, 10]))
KEEPALIVE = message(4)


def stream(data, sequence=1000, flags="PA"):
    return Ether(src=MAC, dst=ROOT) / IP(src="192.0.2.1", dst="192.0.2.2") / TCP(
        sport=40000, dport=179, seq=sequence, flags=flags
    ) / Raw(data)  # fmt: skip


FRAMES = [bytes(one) for one in (RSTP, LACPDU, HELLO, DESCRIPTION, ADVERTISEMENT, LOG, stream(OPEN + UPDATE))]


def read(kind, *frames, sent=False):
    facts = reader(kind)
    return [one for frame in frames for one in facts(bytes(frame), sent)]


@pytest.mark.parametrize(
    ("tags", "vlans"),
    [([], ()), ([Dot1Q(vlan=10)], (10,)), ([Dot1AD(vlan=7), Dot1Q(vlan=4094)], (7, 4094))],
    ids=["untagged", "tagged", "tagged twice"],
)
def test_the_tags_of_a_frame(tags, vlans):
    frame = Ether(src=MAC, dst="ff:ff:ff:ff:ff:ff")
    for tag in tags:
        frame = frame / tag
    (fact,) = read(Frame, frame / ARP(), sent=True)
    assert (fact.vlans, fact.vlan) == (vlans, vlans[0] if vlans else None)
    assert (fact.mac, fact.to, fact.sent) == (MAC, "ff:ff:ff:ff:ff:ff", True)


def test_an_rstp_bpdu():
    (bpdu,) = read(Bpdu, RSTP)
    assert (bpdu.version, bpdu.root, bpdu.cost) == (2, BridgeId(4096, ROOT), 2000)
    assert (bpdu.bridge, bpdu.port, bpdu.role) == (BridgeId(32768, MAC), 3, "designated")
    flags = bpdu.topology_change, bpdu.proposal, bpdu.learning, bpdu.forwarding, bpdu.agreement
    assert flags == (True, False, True, True, False)
    assert (bpdu.age, bpdu.max_age, bpdu.hello, bpdu.forward_delay) == (1, 20, 2, 15)


def test_the_lower_bridge_becomes_the_root():
    assert BridgeId(4096, "ff:00:00:00:00:00") < BridgeId(8192, "00:00:00:00:00:01") < BridgeId(8192, MAC)
    assert str(BridgeId(4096, MAC)) == f"4096/{MAC}"


def test_stp_tells_no_role_and_has_a_notice_of_its_own():
    frame = RSTP.copy()
    frame[STP].version, frame[STP].bpdutype, frame[STP].bpduflags = 0, 0, 0x81
    (bpdu,) = read(Bpdu, frame)
    assert (bpdu.version, bpdu.role, bpdu.topology_change, bpdu.forwarding) == (0, "unknown", True, False)
    notice = bytes(Dot3(src=MAC, dst="01:80:c2:00:00:00") / LLC(dsap=0x42, ssap=0x42, ctrl=3)) + b"\0\0\0\x80"
    assert read(Bpdu, notice) == []
    assert [one.mac for one in read(TopologyNotice, notice, frame)] == [MAC]


def test_a_tagged_bpdu_is_one_too():
    tagged = Ether(src=MAC, dst="01:80:c2:00:00:00") / Dot1Q(vlan=5, type=38) / bytes(RSTP[LLC])
    assert [one.vlan for one in read(Bpdu, tagged)] == [5]


def test_both_ends_of_a_bundle():
    (told,) = read(Lacpdu, LACPDU)
    assert told.actor == LacpEnd(MAC, 65534, 7, 2, **dict.fromkeys(UP, True), defaulted=False, expired=False)
    down = dict.fromkeys(UP, False) | {"active": True, "aggregatable": True}
    assert told.partner == LacpEnd(ROOT, 1, 9, 4, **down, defaulted=True, expired=False)


UP = ("active", "fast", "aggregatable", "synchronised", "collecting", "distributing")


def test_an_ospf_hello():
    (hello,) = read(OspfHello, HELLO)
    assert (hello.router_id, hello.area) == (IPv4Address("10.0.0.1"), IPv4Address("0.0.0.1"))
    assert (hello.interface, hello.hello, hello.dead) == (IPv4Interface("192.0.2.1/30"), 1, 4)
    assert (hello.designated, hello.backup) == (IPv4Address("192.0.2.1"), IPv4Address("192.0.2.2"))
    assert hello.neighbours == (IPv4Address("10.0.0.2"), IPv4Address("10.0.0.3"))
    assert (hello.authentication, hello.key_id, hello.external) == ("none", None, True)


def test_how_ospf_packets_prove_who_sent_them():
    plain, keyed = HELLO.copy(), HELLO.copy()
    plain[OSPF_Hdr].authtype = 1
    keyed[OSPF_Hdr].authtype, keyed[OSPF_Hdr].keyid, keyed[OSPF_Hdr].authdatalen = 2, 9, 16
    found = read(OspfHello, plain, bytes(keyed) + b"\xab" * 16)
    assert [(one.authentication, one.key_id) for one in found] == [("password", None), ("cryptographic", 9)]
    assert found[1].neighbours == found[0].neighbours, "the digest behind it is no neighbour"


def test_other_ospf_packets():
    assert [one.mtu for one in read(OspfDescription, HELLO, DESCRIPTION)] == [1400]
    found = read(Ospf, HELLO, DESCRIPTION, TO_ROUTERS / OSPF_Hdr(src="10.0.0.1", area="0.0.0.0") / OSPF_LSReq())
    assert [type(one) for one in found] == [OspfHello, OspfDescription, Ospf]


def test_a_router_advertisement():
    (told,) = read(RouterAdvertisement, ADVERTISEMENT)
    assert (told.router, told.lifetime, told.managed, told.other) == (IPv6Address("fe80::1"), 1800, False, True)
    assert (told.mtu, told.dns) == (1280, (IPv6Address("2001:db8::53"),))
    network = IPv6Network("2001:db8:7::/64")
    assert told.prefixes == (Prefix(network, autonomous=True, on_link=True, valid=600, preferred=300),)


def test_log_messages():
    (told,) = read(Syslog, LOG)
    assert (told.facility, told.severity, told.tcp) == (16, 6, False)
    assert (told.text, str(told.source)) == ("Nov 23 18:00:00 r1 door: opened", "192.0.2.1")
    assert [one.facility for one in read(Syslog, log(b"no priority"))] == [None]
    counted = read(Syslog, log(b"12 <134>opened\n<135>shut\n", layer=TCP))
    assert [(one.text, one.severity, one.tcp) for one in counted] == [("opened", 6, True), ("shut", 7, True)]
    assert read(Syslog, log(b"<134>elsewhere", port=515)) == []


def test_a_bgp_session_from_its_first_segment_on():
    found = read(Bgp, stream(b"", 999, "S"), stream(OPEN), stream(KEEPALIVE + UPDATE, 1000 + len(OPEN)))
    assert [type(one) for one in found] == [BgpOpen, BgpKeepalive, BgpUpdate]
    opening, _, news = found
    assert (opening.asn, opening.hold, opening.router_id) == (4200000001, 9, IPv4Address("10.0.0.1"))
    assert opening.capabilities == (65,)
    assert (str(opening.source), str(opening.target)) == ("192.0.2.1", "192.0.2.2")
    assert news.announced == (IPv4Network("203.0.113.0/24"), IPv4Network("198.51.100.128/25"))
    assert news.withdrawn == (IPv4Network("10.0.0.0/8"),)
    assert (news.path, news.next_hop) == ((64501, 4200000001), IPv4Address("192.0.2.1"))


def test_an_as_number_of_two_octets():
    narrow = attribute(2, struct.pack("!BBHH", 2, 2, 64501, 64502))
    plain = message(1, struct.pack("!BHHIB", 4, 64501, 180, 1, 0))
    found = read(Bgp, stream(plain + update(narrow)))
    assert (found[0].asn, found[1].path) == (64501, (64501, 64502))


def test_ipv6_routes_in_bgp():
    hop = IPv6Address("2001:db8::1")
    reach = b"\0\x02\x01\x10" + hop.packed + b"\0" + bytes([32, 0x20, 0x01, 0x0D, 0xB8])
    gone = b"\0\x02\x01" + bytes([16, 0x20, 0x01])
    (news,) = read(BgpUpdate, stream(update(attribute(14, reach) + attribute(15, gone), nlri=b"")))
    assert (news.announced, news.next_hop) == ((IPv6Network("2001:db8::/32"),), hop)
    assert news.withdrawn == (IPv6Network("2001::/16"),)


def test_a_message_in_two_segments_one_of_them_sent_twice():
    first, second = UPDATE[:30], UPDATE[30:] + message(3, b"\x06\x02")
    found = read(Bgp, stream(first), stream(first), stream(second, 1030), stream(second, 1030))
    assert [type(one) for one in found] == [BgpUpdate, BgpNotification]
    assert (found[1].code, found[1].subcode) == (6, 2)


def test_a_session_that_was_there_before_is_joined_at_a_message():
    assert read(Bgp, stream(UPDATE[25:])) == []
    found = read(Bgp, stream(UPDATE[25:]), stream(KEEPALIVE, 5000), stream(KEEPALIVE, 5019))
    assert [type(one) for one in found] == [BgpKeepalive, BgpKeepalive]


def test_only_the_kind_that_was_asked_for():
    for kind in KINDS[1:]:
        others = [frame for frame in FRAMES if not read(kind, frame)]
        assert len(others) >= len(FRAMES) - 2, kind
    assert len(read(Frame, *FRAMES)) == len(FRAMES)


@given(st.binary(max_size=300))
def test_no_frame_is_too_broken(data):
    for kind in KINDS:
        assert all(isinstance(one, kind) for one in read(kind, data))


@given(st.sampled_from(FRAMES), st.data())
def test_real_frames_with_broken_parts(frame, draw):
    broken = bytearray(frame)
    for at in draw.draw(st.lists(st.integers(0, len(frame) - 1), min_size=1, max_size=8)):
        broken[at] = draw.draw(st.integers(0, 255))
    cut = draw.draw(st.integers(0, len(frame)))
    for kind in KINDS:
        for data in (bytes(broken), bytes(broken[:cut])):
            assert all(isinstance(one, kind) and repr(one) for one in read(kind, data))


@given(st.lists(st.binary(max_size=60), max_size=12))
def test_a_hostile_stream_is_held_within_bounds(parts):
    streams, sequence = BgpReader(), 1000
    for part in parts:
        data = MARKER + part
        assert all(isinstance(one, Bgp) for one in streams(opened(bytes(stream(data, sequence)))))
        sequence += len(data)
    assert all(len(one.held) <= MOST for one in streams.streams.values())
