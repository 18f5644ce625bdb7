"""What servers and neighbours answer, read out of recorded packets: NTP, DHCPv6, neighbour discovery."""

import struct
from ipaddress import IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.dhcp6 import (
    DUID_LL,
    DHCP6_Advertise,
    DHCP6_Reply,
    DHCP6OptClientId,
    DHCP6OptDNSDomains,
    DHCP6OptDNSServers,
    DHCP6OptIA_NA,
    DHCP6OptIAAddress,
    DHCP6OptServerId,
    DHCP6OptStatusCode,
)
from scapy.layers.inet import UDP
from scapy.layers.inet6 import ICMPv6ND_NA, ICMPv6ND_NS, ICMPv6NDOptDstLLAddr, IPv6
from scapy.layers.l2 import Ether

from netlab.probe.dhcp6 import parse
from netlab.probe.nd import answer_for, group_mac, link_local, who_has6
from netlab.probe.ntp import read_answer

MAC, SERVER = "02:00:5e:00:53:01", "02:00:5e:00:53:02"
WORD = b"someword"
EPOCH = 2_208_988_800
NUMBER = 0x123456


def ntp(  # noqa: PLR0913 - by name
    *, flags=0x24, stratum=2, reference=bytes([192, 0, 2, 1]), origin=WORD, received=1000.5, sent=1000.75
):
    stamps = [struct.pack("!II", int(at) + EPOCH, int(at % 1 * 2**32)) for at in (900.0, received, sent)]
    head = struct.pack("!BBbbII4s", flags, stratum, 6, -20, 1 << 15, 1 << 14, reference)
    return head + stamps[0] + origin + stamps[1] + stamps[2]


def test_a_server_that_is_ahead():
    """It left here at 900 and was back at 901, of which the server took a quarter of a second."""
    answer = read_answer(ntp(), WORD, 900.0, 901.0)
    assert (answer.offset, answer.delay) == pytest.approx((100.125, 0.75))
    assert (answer.stratum, answer.leap, answer.reference, answer.synchronised) == (2, 0, "192.0.2.1", True)
    assert (answer.root_delay, answer.root_dispersion) == (0.5, 0.25)


@pytest.mark.parametrize(
    ("facts", "reference", "synchronised"),
    [
        ({"stratum": 1, "reference": b"GPS\0"}, "GPS", True),
        ({"stratum": 0, "reference": b"RATE"}, "RATE", False),
        ({"flags": 0xE4}, "192.0.2.1", False),
        ({"stratum": 16}, "192.0.2.1", False),
    ],
    ids=["of a clock", "asked too often", "not synchronised", "beyond the last stratum"],
)
def test_what_a_server_follows(facts, reference, synchronised):
    answer = read_answer(ntp(**facts), WORD, 900.0, 901.0)
    assert (answer.reference, answer.synchronised) == (reference, synchronised)


@pytest.mark.parametrize(
    "data",
    [b"", ntp()[:47], ntp(origin=b"another."), ntp(flags=0x23)],
    ids=["nothing", "short", "another's", "a client"],
)
def test_what_is_no_answer_of_a_server(data):
    assert read_answer(data, WORD, 900.0, 901.0) is None


@given(st.binary(max_size=80))
def test_no_datagram_is_too_broken(data):
    assert read_answer(data, WORD, 900.0, 901.0) is None
    answer = read_answer(data[:24].ljust(24, b"\0") + WORD + data[24:].ljust(16, b"\0"), WORD, 900.0, 901.0)
    assert answer is None or isinstance(answer.offset, float)


def answered(kind, *options):
    packet = Ether(src=SERVER, dst=MAC) / IPv6(src="fe80::2", dst=str(link_local(MAC))) / UDP(sport=547, dport=546)
    for option in (kind(trid=NUMBER), DHCP6OptServerId(duid=DUID_LL(lladdr=SERVER)), *options):
        packet = packet / option
    return bytes(packet)


GIVEN = DHCP6OptIA_NA(iaid=7, ianaopts=[DHCP6OptIAAddress(addr="2001:db8::100", preflft=300, validlft=600)])
REPLY = answered(
    DHCP6_Reply,
    DHCP6OptClientId(duid=DUID_LL(lladdr=MAC)),
    GIVEN,
    DHCP6OptDNSServers(dnsservers=["2001:db8::53"]),
    DHCP6OptDNSDomains(dnsdomains=["lab.example."]),
)


def test_an_address_by_dhcpv6():
    lease = parse(REPLY, DHCP6_Reply, {NUMBER: MAC})
    assert (lease.mac, lease.address, lease.status) == (MAC, IPv6Address("2001:db8::100"), 0)
    assert (lease.preferred, lease.valid, lease.via) == (300, 600, SERVER)
    assert (lease.dns, lease.domains) == ((IPv6Address("2001:db8::53"),), ("lab.example",))
    assert lease.server == bytes(DUID_LL(lladdr=SERVER))


def test_no_address_and_why():
    none_left = DHCP6OptIA_NA(iaid=7, ianaopts=[DHCP6OptStatusCode(statuscode=2)])
    for refusal in (none_left, DHCP6OptStatusCode(statuscode=2)):
        lease = parse(answered(DHCP6_Advertise, refusal), DHCP6_Advertise, {NUMBER: MAC})
        assert (lease.address, lease.status) == (None, 2)


def test_an_answer_to_another():
    assert parse(REPLY, DHCP6_Reply, {NUMBER + 1: MAC}) is None
    assert parse(REPLY, DHCP6_Advertise, {NUMBER: MAC}) is None


@given(st.data())
def test_no_reply_is_too_broken(draw):
    broken = bytearray(REPLY)
    for at in draw.draw(st.lists(st.integers(54, len(REPLY) - 1), max_size=8)):
        broken[at] = draw.draw(st.integers(0, 255))
    found = parse(bytes(broken[: draw.draw(st.integers(0, len(broken)))]), DHCP6_Reply, {NUMBER: MAC})
    assert found is None or found.mac == MAC


class FakeWire:
    """A card on which each question brings the same frames."""

    def __init__(self, *frames):
        self.arriving = frames
        self.sent, self.kept = [], []

    def send(self, packet):
        self.sent.append(Ether(bytes(packet)))

    def frames(self, _seconds):
        return iter(self.arriving)

    def keep(self, data):
        self.kept.append(data)


def test_addresses_of_a_device():
    assert link_local(MAC) == IPv6Address("fe80::5eff:fe00:5301")
    assert group_mac("ff02::1:2") == "33:33:00:01:00:02"


def test_all_who_answer_for_an_address_are_told():
    def advertisement(mac, address="2001:db8::10", *, option=True):
        packet = Ether(src=mac, dst=MAC) / IPv6(src=address, dst=str(link_local(MAC))) / ICMPv6ND_NA(tgt=address)
        return bytes(packet / ICMPv6NDOptDstLLAddr(lladdr=mac) if option else packet)

    two = advertisement(SERVER, option=False), advertisement("02:00:5e:00:53:03"), advertisement(MAC, "2001:db8::11")
    wire = FakeWire(*two)
    assert who_has6(wire, IPv6Address("2001:db8::10"), MAC) == [SERVER, "02:00:5e:00:53:03"]
    (question,) = wire.sent
    assert (question.dst, question[IPv6].dst, question[IPv6].hlim) == ("33:33:ff:00:00:10", "ff02::1:ff00:10", 255)
    assert wire.kept == list(two[:2])
    silent = FakeWire()
    assert who_has6(silent, IPv6Address("2001:db8::10"), MAC) == []
    assert len(silent.sent) == 3


def test_neighbours_who_look_for_a_device_of_ours_are_answered():
    def question(target):
        return bytes(Ether(src=SERVER, dst="33:33:ff:00:53:01") / IPv6(src="fe80::2") / ICMPv6ND_NS(tgt=target))

    own, wire = str(link_local(MAC)), FakeWire()
    assert answer_for(wire, question(own), {own: MAC}) == own
    (answer,) = wire.sent
    assert (answer.dst, answer[IPv6].src, answer[ICMPv6ND_NA].tgt) == (SERVER, own, own)
    assert answer[ICMPv6NDOptDstLLAddr].lladdr == MAC
    assert answer_for(wire, question("fe80::99"), {own: MAC}) is None
    assert len(wire.sent) == 1


@given(st.binary(max_size=200))
def test_no_frame_of_a_neighbour_is_too_broken(data):
    assert who_has6(FakeWire(data), IPv6Address("2001:db8::10"), MAC) == []
