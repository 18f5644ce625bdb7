"""A pcap stream cut at packets, however it comes in."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netlab.pcap import PcapStream

HEADER = struct.pack("=IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)


def packet(data):
    return struct.pack("=IIII", 1, 2, len(data), 9999) + data


@given(st.lists(st.binary(max_size=40), max_size=5), st.integers(1, 30))
def test_all_of_it_comes_out_in_whole_packets(contents, size):
    whole = HEADER + b"".join(packet(one) for one in contents)
    stream, out = PcapStream(), b""
    ends = {len(HEADER)} | {len(HEADER + b"".join(packet(x) for x in contents[: n + 1])) for n in range(len(contents))}
    for start in range(0, len(whole), size):
        out += stream.feed(whole[start : start + size])
        assert len(out) in ends | {0}
    assert (out, stream.packets) == (whole, len(contents))


@pytest.mark.parametrize("cut", [10, 24, 30, 45])
def test_what_is_not_complete_is_held_back(cut):
    stream = PcapStream()
    assert len(stream.feed((HEADER + packet(b"x" * 10))[:cut])) == (24 if cut >= 24 else 0)
    assert stream.packets == 0
