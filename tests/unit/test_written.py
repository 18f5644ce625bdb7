"""Written work held against facts; and files that are handed in."""

import contextlib
from ipaddress import ip_address, ip_interface, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netlab.questions import uploads
from netlab.questions.uploads import UploadError
from netlab.questions.written import look, names, strangers

OWN = [ip_network("192.0.2.0/25"), ip_address("203.0.113.1"), "198.51.100.7", ["2001:db8::1"], 62, "Harbour Dental"]


@pytest.mark.parametrize(
    ("text", "fact", "there"),
    [
        ("The gateway is 192.0.2.1.", ip_address("192.0.2.1"), True),
        ("The gateway is 192.0.2.10.", ip_address("192.0.2.1"), False),
        ("The gateway is 1192.0.2.1", ip_address("192.0.2.1"), False),
        ("all of 192.0.2.0/25, that is", ip_network("192.0.2.0/25"), True),
        ("for  harbour DENTAL we", "Harbour Dental", True),
        ("down for 3.1 minutes", 3.2, True),
        ("down for 4 minutes", 3.2, False),
        ("down for 13.2 minutes", 3.2, False),
        ("anything", "", False),
    ],
)
def test_a_fact_is_in_the_text_or_not(text, fact, there):
    assert names(text, fact) is there


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("192.0.2.77 and 203.0.113.1, then 198.51.100.7 and 2001:db8::1", []),
        ("10.9.9.9 was down, 192.0.2.200 too: 10.9.9.9 again.", ["10.9.9.9", "192.0.2.200"]),
        ("the mask is 255.255.255.128, wildcard 0.0.0.127", []),
        ("fe80::1 and ::1, 127.0.0.1, 224.0.0.5", []),
        ("2001:db8:9::1 answered", ["2001:db8:9::1"]),
        ("at 10:42:07 the MAC 02:00:5e:10:00:01 was seen, version 1.2.3.4.5", []),
        ("999.1.1.1 is nothing", []),
    ],
)
def test_addresses_that_this_network_never_had(text, found):
    assert strangers(text, OWN) == found


def test_the_summary_is_for_the_person_who_marks():
    found = look("The relay 192.0.2.1 lost 10.1.1.1.", {"relay": ip_address("192.0.2.1"), "outage": 3.5}, OWN)
    assert found.summary == (
        "5 words wait for a person to mark them; facts named: relay; facts not named: outage; "
        "not of this network: 10.1.1.1"
    )


@given(st.text())
def test_no_text_breaks_it(text):
    look(text, {"a": text[:5], "b": 3}, OWN)


COLUMNS = {"node": "text", "address": "prefix", "mac": "mac"}
TABLE = b"Node, MAC, address, note\nr1, 02:00:5E:10:00:01, 192.0.2.1/25, first\n\nr2,02-00-5e-10-00-02,192.0.2.2/25,\n"


def test_a_table_has_typed_rows_and_spare_columns_do_not_matter():
    first, second = uploads.rows(TABLE, COLUMNS)
    assert first == {"node": "r1", "address": ip_interface("192.0.2.1/25"), "mac": "02:00:5e:10:00:01"}
    assert second["mac"] == "02:00:5e:10:00:02"


@pytest.mark.parametrize(
    ("data", "line", "why"),
    [
        (b"", 1, "node, address, mac is not among them"),
        (TABLE.replace(b"192.0.2.2/25", b"192.0.2.2.5/25"), 4, "address: '192.0.2.2.5/25' is not an address with its"),
        (TABLE.replace(b"02-00-5e-10-00-02", b""), 4, "mac: '' is not a MAC address"),
        (b"node,address,mac,Node\n", 1, "names the column node twice"),
        (TABLE.replace(b"first", b'"first'), 4, "this is not CSV"),
        (TABLE.replace(b"first", b"\xff"), 2, "not UTF-8"),
        (TABLE.replace(b"first", b"\0"), 2, "not text"),
        (TABLE.replace(b"r2", b"r" * 3000), 4, "longer than 2000"),
        (TABLE + b"x,02:00:5e:10:00:01,192.0.2.1/25\n" * 2000, 2003, "more than 2000 rows"),
        (b"x" * (2 << 20) + b"x", 0, "larger than 2 MB"),
    ],
)
def test_a_table_that_will_not_do_is_refused_with_its_line(data, line, why):
    with pytest.raises(UploadError, match=why) as refused:
        uploads.check(data, "csv", COLUMNS)
    assert refused.value.line == line


@pytest.mark.parametrize("said", ["nan", "inf", "-inf", "three"])
def test_a_number_in_a_table_is_one_that_can_be_compared(said):
    with pytest.raises(UploadError, match="is not a number"):
        uploads.rows(f"vlan\n{said}\n".encode(), {"vlan": "number"})


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("pcap", b"\xd4\xc3\xb2\xa1\x02\x00", b"PK\x03\x04"),
        ("png", b"\x89PNG\r\n\x1a\n...", b"<svg/>"),
        ("pdf", b"%PDF-1.7", b"%!PS"),
        ("svg", b"<?xml?><svg/>", b"<html/>"),
        ("text", "gr\u00fcn".encode(), b"\xff"),
    ],
)
def test_a_file_is_of_the_kind_that_was_asked_for(kind, good, bad):
    uploads.check(good, kind, {})
    with pytest.raises(UploadError):
        uploads.check(bad, kind, {})


@given(st.binary(max_size=300))
def test_hostile_bytes_are_refused_and_break_nothing(data):
    with contextlib.suppress(UploadError):
        uploads.check(data, "csv", COLUMNS)
