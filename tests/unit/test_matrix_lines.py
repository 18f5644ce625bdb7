"""How a matrix is written down, and how its packets are told from all others."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Dot1AD, Dot1Q, Ether

from netlab.grading.cells import cells
from netlab.probe.arrivals import Syn, syn_of
from netlab.probe.reach import Means, Outcome, echo_request, internet_checksum
from netlab.probe.refusal import Refusal

PLACES = {"srv1": ip_address("192.0.2.1"), "pc1": ip_address("2001:db8::1")}
SYN = {"sport": 40000, "dport": 80, "seq": 0x01020304, "flags": "S"}


def test_a_line_is_one_cell_for_each_means():
    found = cells(["pc1 > srv1: ping tcp/80", "pc2 x srv1:udp/53"], PLACES)
    assert [cell.sentence() for cell in found] == [
        "pc1 reaches srv1 (ping)",
        "pc1 reaches srv1 (tcp/80)",
        "pc2 cannot reach srv1 (udp/53)",
    ]


def test_an_outcome_is_true_when_there_was_an_answer():
    assert Outcome(answered=True)
    assert not Outcome(answered=False, why="refused")


def test_a_matrix_without_a_line_is_refused():
    with pytest.raises(ValueError, match="shows nothing"):
        cells([], PLACES)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("pc1 srv1: ping", "is no line of a matrix"),
        ("pc1 > srv1:", "is no line of a matrix"),
        ("pc1 > srv2: ping", "no address is given for srv2"),
        ("pc1 > srv1: tcp", "'tcp' is no way to reach anybody"),
        ("pc1 > srv1: ping, tcp/80", "'ping,' is no way to reach anybody"),
    ],
)
def test_a_line_that_is_none_is_quoted(line, said):
    with pytest.raises(ValueError, match=r"^'") as wrong:
        cells([line], PLACES)
    assert said in str(wrong.value)


@pytest.mark.parametrize("text", ["", "tcp/0", "tcp/65536", "tcp/080", "icmp", "udp/", "ping/1", "tcp/8 "])
def test_what_is_no_means(text):
    with pytest.raises(ValueError, match="no way to reach anybody"):
        Means.of(text)


@given(st.sampled_from(["tcp", "udp"]), st.integers(1, 65535))
def test_a_port_is_written_as_it_is_read(name, port):
    assert str(Means.of(f"{name}/{port}")) == f"{name}/{port}"


@pytest.mark.parametrize(
    "packet",
    [
        Ether() / IP() / TCP(**SYN),
        Ether() / IP(options=b"\x01" * 8) / TCP(**SYN),
        Ether() / Dot1Q(vlan=10) / IP() / TCP(**SYN),
        Ether() / Dot1AD(vlan=5) / Dot1Q(vlan=10) / IP() / TCP(**SYN),
        Ether() / IPv6() / TCP(**SYN),
    ],
    ids=["IPv4", "IP options", "tagged", "double-tagged", "IPv6"],
)
def test_a_syn_is_known_by_its_sequence_number(packet):
    assert syn_of(bytes(packet)) == Syn(40000, 80, b"\1\2\3\4")


@pytest.mark.parametrize(
    "packet", [Ether() / IP() / TCP(**SYN | {"flags": "SA"}), Ether() / IP() / UDP(), Ether() / IPv6() / UDP()]
)
def test_other_packets_are_no_syn(packet):
    assert syn_of(bytes(packet)) is None


@given(st.binary(max_size=120))
def test_a_broken_frame_is_no_syn_or_looks_like_one_but_never_raises(data):
    found = syn_of(data)
    assert found is None or len(found.sequence) == 4
    assert syn_of(b"\0" * 12 + b"\x08\x00" + data) is None or data


@given(st.binary(min_size=16, max_size=16), st.integers(1, 255))
def test_a_pings_checksum_adds_up(nonce, number):
    assert internet_checksum(echo_request(4, nonce, number)) == 0


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (Refusal(101), "pc1 has no route there"),
        (Refusal(113, (3, 1), ip_address("192.0.2.9")), "from pc1: nobody there answers ARP"),  # of itself
        (Refusal(113, (3, 1), ip_address("192.0.2.1")), "192.0.2.1 does not know the way (unreachable)"),
        (Refusal(113, (3, 13), ip_address("192.0.2.1")), "192.0.2.1 forbids it (administratively prohibited)"),
        (Refusal(111, (3, 3), ip_address("192.0.2.1")), "192.0.2.1 says that nothing listens there (port unreachable)"),
        (
            Refusal(113, (11, 0), ip_address("192.0.2.1")),
            "its hops ran out at 192.0.2.1 (do two routers send it back and forth?)",
        ),
        (Refusal(90, (2, 0), ip_address("2001:db8::1")), "2001:db8::1 finds the packet too big"),
        (Refusal(13, (1, 1), ip_address("2001:db8::1")), "2001:db8::1 forbids it (administratively prohibited)"),
        (Refusal(71, (12, 0), ip_address("192.0.2.1")), "192.0.2.1 sent ICMP type 12 code 0"),
        (Refusal(5), "from pc1: input/output error"),
    ],
)  # fmt: skip
def test_a_refusal_in_words(refusal, words):
    assert refusal.words("pc1", ip_address("192.0.2.9")) == words
