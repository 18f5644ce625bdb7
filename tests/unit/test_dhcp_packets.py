"""DHCP messages on the wire, read as the grader reads them."""

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.dhcp import BOOTP, DHCP
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Dot1Q, Ether

from netlab.probe.dhcp import Request, parse_reply, parse_request

MAC = "02:00:5e:10:20:30"
SERVER = "aa:c1:ab:00:00:01"
NAMES = {1: "discover", 2: "offer", 3: "request", 5: "ack", 6: "nak"}
OFFER = [
    ("message-type", "offer"),
    ("server_id", "192.0.2.2"),
    ("subnet_mask", "255.255.255.128"),
    ("router", "198.51.100.1", "198.51.100.2"),
    ("name_server", "192.0.2.4"),
    ("NTP_server", "192.0.2.5"),
    ("domain", b"harbour-dental.example"),
    ("lease_time", 3600),
    "end",
]


def frame(options, *, operation=2, source="198.51.100.1", ports=(67, 68), **fields):
    bootp = BOOTP(op=operation, chaddr=bytes.fromhex(MAC.replace(":", "")), xid=7, **fields)
    header = Ether(src=SERVER, dst=MAC) / IP(src=source, dst="255.255.255.255")
    return bytes(header / UDP(sport=ports[0], dport=ports[1]) / bootp / DHCP(options=options))


def test_an_offer_is_read_with_all_its_options():
    reply = parse_reply(frame(OFFER, yiaddr="198.51.100.21", giaddr="198.51.100.1"))
    assert (reply.kind, reply.mac, reply.via) == (2, MAC, SERVER)
    assert reply.address == IPv4Address("198.51.100.21")
    assert reply.giaddr == IPv4Address("198.51.100.1")
    assert reply.server == IPv4Address("192.0.2.2")
    assert reply.mask == IPv4Address("255.255.255.128")
    assert reply.routers == (IPv4Address("198.51.100.1"), IPv4Address("198.51.100.2"))
    assert (reply.dns, reply.ntp) == ((IPv4Address("192.0.2.4"),), (IPv4Address("192.0.2.5"),))
    assert (reply.domain, reply.lease_seconds) == ("harbour-dental.example", 3600)


@pytest.mark.parametrize("kind", [2, 5, 6], ids=NAMES.get)
def test_the_kind_of_a_reply_is_its_message_type(kind):
    assert parse_reply(frame([("message-type", kind), "end"])).kind == kind


def test_what_a_reply_does_not_say_is_none():
    reply = parse_reply(frame([("message-type", "ack"), "end"]))
    assert (reply.mask, reply.domain, reply.lease_seconds) == (None, None, None)
    assert (reply.routers, reply.dns, reply.ntp) == ((), (), ())


def test_a_reply_that_names_no_server_comes_from_its_sender():
    assert parse_reply(frame([("message-type", "offer"), "end"])).server == IPv4Address("198.51.100.1")


@pytest.mark.parametrize(
    ("sent", "read"),
    [(b"a.example", "a.example"), (b"a.example\0", "a.example"), (b"a.example.", "a.example"), (b"\xff", "�")],
)
def test_a_domain_is_read_without_its_ending(sent, read):
    assert parse_reply(frame([("message-type", "ack"), ("domain", sent), "end"])).domain == read


@pytest.mark.parametrize("ports", [(68, 67), (67, 67)], ids=["from-a-client", "from-a-relay"])
def test_a_request_is_read_with_the_relay_it_came_through(ports):
    options = [("message-type", "discover"), "end"]
    data = frame(options, operation=1, ports=ports, giaddr="198.51.100.1", hops=1)
    addresses = (IPv4Address(text) for text in ("198.51.100.1", "198.51.100.1", "255.255.255.255"))
    assert parse_request(data) == Request(MAC, *addresses, hops=1)


def test_a_reply_is_no_request_and_a_request_no_reply():
    assert parse_request(frame(OFFER)) is None
    assert parse_reply(frame([("message-type", "discover"), "end"], operation=1, ports=(68, 67))) is None


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(frame(OFFER)[:60], id="cut-off-in-the-header"),
        pytest.param(bytes(Ether() / IP() / UDP(sport=67, dport=68) / b"x"), id="the-port-alone"),
        pytest.param(bytes(Ether() / IP() / UDP(sport=53, dport=53) / (b"x" * 300)), id="another-protocol"),
        pytest.param(bytes(Ether(type=0x0806) / (b"\0" * 28)), id="arp"),
    ],
)
def test_anything_else_is_no_dhcp(data):
    assert parse_reply(data) is None
    assert parse_request(data) is None


def test_a_reply_in_a_vlan_is_read_too():
    plain = Ether(frame(OFFER, yiaddr="198.51.100.21"))
    tagged = bytes(Ether(src=SERVER, dst=MAC) / Dot1Q(vlan=30) / plain[IP])
    assert parse_reply(tagged).address == IPv4Address("198.51.100.21")


def assert_read_or_refused(data):
    assert parse_reply(data) is None or parse_reply(data).mac.count(":") == 5
    assert parse_request(data) is None or parse_request(data).mac.count(":") == 5


@given(st.binary(max_size=600))
def test_random_bytes_never_raise(data):
    assert_read_or_refused(data)


# An option: code, length as claimed, and content (RFC 2132), each as odd as can be.
READ = st.sampled_from([1, 3, 6, 12, 15, 42, 50, 51, 52, 53, 54, 55, 61, 82, 119, 121])
OPTION = st.builds(
    lambda code, length, content: bytes([code, len(content) if length is None else length]) + content,
    READ | st.integers(0, 255), st.none() | st.integers(0, 255), st.binary(max_size=12),
)  # fmt: skip


@given(st.lists(OPTION, max_size=6).map(b"".join), st.sampled_from([1, 2]), st.sampled_from([(67, 68), (68, 67)]))
def test_odd_options_never_raise(options, operation, ports):
    header = Ether() / IP() / UDP(sport=ports[0], dport=ports[1])
    assert_read_or_refused(bytes(header / BOOTP(op=operation) / (b"\x63\x82\x53\x63" + options)))


@given(st.data())
def test_a_damaged_offer_never_raises(data):
    offer = bytearray(frame(OFFER))
    for _ in range(data.draw(st.integers(1, 8))):
        offer[data.draw(st.integers(12, len(offer) - 1))] = data.draw(st.integers(0, 255))
    assert_read_or_refused(bytes(offer[: data.draw(st.integers(0, len(offer)))]))
