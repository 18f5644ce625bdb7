"""Recorded frames in one line each."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.dhcp import BOOTP, DHCP
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import ARP, Ether

from netlab.probe.dhcp import once_more, parse_request
from netlab.probe.frames import describe, summary

MAC = "02:00:5e:00:00:01"


def dhcp(kind, source, target, **facts):
    hardware = bytes.fromhex(MAC.replace(":", ""))
    return bytes(
        Ether(src=MAC, dst="ff:ff:ff:ff:ff:ff") / IP(src=source, dst=target) / UDP(sport=68, dport=67)
        / BOOTP(chaddr=hardware, **facts) / DHCP(options=[("message-type", kind), "end"])
    )  # fmt: skip


@pytest.mark.parametrize(
    ("frame", "line"),
    [
        (
            dhcp("discover", "0.0.0.0", "255.255.255.255"),
            f"DHCP DISCOVER 0.0.0.0 to 255.255.255.255, device {MAC}",
        ),
        (
            dhcp("offer", "192.0.2.2", "198.51.100.1", op=2, yiaddr="198.51.100.30", giaddr="198.51.100.1"),
            f"DHCP OFFER 192.0.2.2 to 198.51.100.1, device {MAC}, gives 198.51.100.30, relayed by 198.51.100.1",
        ),
    ],
)
def test_a_frame_in_words(frame, line):
    assert describe(frame).startswith(line)


def test_other_packets_are_named_by_their_layers():
    assert "ARP" in describe(bytes(Ether() / ARP()))


@given(st.binary(max_size=400))
def test_no_frame_is_too_broken_to_be_described(data):
    assert len(describe(data).splitlines()) == 1


def test_of_many_frames_the_first_and_last_are_shown():
    frames = [dhcp("discover", "0.0.0.0", f"192.0.2.{number}") for number in range(40)]
    lines = summary(frames).splitlines()
    assert len(lines) == 13
    assert lines[6] == "(28 more, see the file)"
    assert "192.0.2.39" in lines[-1]
    assert len(summary(frames[:12]).splitlines()) == 12


def test_a_relayed_request_once_more_for_another_device():
    relayed = dhcp("discover", "192.0.2.1", "192.0.2.2", giaddr="198.51.100.1", xid=7, hops=1)
    again = parse_request(bytes(once_more(relayed, "02:00:5e:00:00:02")))
    first = parse_request(relayed)
    assert again.mac == "02:00:5e:00:00:02"
    assert (again.giaddr, again.source, again.destination) == (first.giaddr, first.source, first.destination)
