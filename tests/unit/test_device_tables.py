"""Command output as devices print it, read into rows."""

import pytest

from netlab.probe.device import parse_table

# `ss -Hlunp` of iproute2 6.1 and, without the padding, of Debian 13's 6.15.
LISTENERS = [
    pytest.param(
        'UNCONN 0      0               0.0.0.0:67         0.0.0.0:*    users:(("dnsmasq",pid=71,fd=4))',
        {"ADDRESS": "0.0.0.0", "INTERFACE": "", "PORT": "67", "PROGRAM": "dnsmasq", "PID": "71"},
        id="any-address",
    ),
    pytest.param(
        'UNCONN 0      0          0.0.0.0%eth1:67   0.0.0.0:* users:(("dhcrelay",pid=32518,fd=4))',
        {"ADDRESS": "0.0.0.0", "INTERFACE": "eth1", "PORT": "67", "PROGRAM": "dhcrelay", "PID": "32518"},
        id="bound-to-an-interface",
    ),
    pytest.param(
        'UNCONN 0      0                       0.0.0.0%eth1.10:67   0.0.0.0:* users:(("kea",pid=9,fd=6))',
        {"ADDRESS": "0.0.0.0", "INTERFACE": "eth1.10", "PORT": "67", "PROGRAM": "kea", "PID": "9"},
        id="bound-to-a-vlan-interface",
    ),
    pytest.param(
        'UNCONN 0 0 192.0.2.2:53 0.0.0.0:* users:(("named",pid=40,fd=5),("named",pid=41,fd=5))',
        {"ADDRESS": "192.0.2.2", "INTERFACE": "", "PORT": "53", "PROGRAM": "named", "PID": "40"},
        id="several-processes",
    ),
    pytest.param(
        "UNCONN 0      0                               0.0.0.0:4789 0.0.0.0:*                       ",
        {"ADDRESS": "0.0.0.0", "INTERFACE": "", "PORT": "4789", "PROGRAM": "", "PID": ""},
        id="the-kernel's-own",
    ),
    pytest.param(
        "UNCONN 0      0                          0.0.0.0%eth1:67   0.0.0.0:*",
        {"ADDRESS": "0.0.0.0", "INTERFACE": "eth1", "PORT": "67", "PROGRAM": "", "PID": ""},
        id="bound-to-an-interface-without-users",
    ),
    pytest.param(
        'UNCONN 0      0                                     *:68         *:* users:(("dhclient",pid=8,fd=9))',
        {"ADDRESS": "*", "INTERFACE": "", "PORT": "68", "PROGRAM": "dhclient", "PID": "8"},
        id="ipv4-and-ipv6",
    ),
    pytest.param(
        'UNCONN 0      0                                  [::]:547     [::]:* users:(("kea-dhcp6",pid=7,fd=7))',
        {"ADDRESS": "[::]", "INTERFACE": "", "PORT": "547", "PROGRAM": "kea-dhcp6", "PID": "7"},
        id="ipv6",
    ),
    pytest.param(
        'UNCONN 0 0 [fe80::f417:a2ff:fe8e:dece]%eth1:546 [::]:* users:(("dhclient",pid=8,fd=8))',
        {"ADDRESS": "[fe80::f417:a2ff:fe8e:dece]", "INTERFACE": "eth1", "PORT": "546", "PROGRAM": "dhclient",
         "PID": "8"},
        id="ipv6-link-local",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("line", "row"), LISTENERS)
def test_a_listener_becomes_a_row(line, row):
    assert parse_table(line + "\n", "ss_udp") == [row]


def test_the_rows_of_a_whole_table_do_not_run_into_one_another():
    lines = [one.values[0] for one in LISTENERS]
    rows = [one.values[1] for one in LISTENERS]
    assert parse_table("\n".join(lines), "ss_udp") == rows


@pytest.mark.parametrize("output", ["", "\n", "bash: ss: command not found\n"])
def test_no_listener_is_no_row(output):
    assert parse_table(output, "ss_udp") == []
