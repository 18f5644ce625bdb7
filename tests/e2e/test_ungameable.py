"""A learner is root on every node: whatever they do there, a grade is not fooled, does not hang, says what it saw."""

import json

import pytest
from harness import LAB

from netlab.errors import ExitCode

pytestmark = pytest.mark.native
LIAR = "printf '#!/bin/sh\\n{1}\\n' >$(command -v {0})"
FLOOD = """
import os, socket
ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
ear.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
ear.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth1")
ear.bind(("", 67))
while True:
    reply = b"\\x02\\x01\\x06\\x00" + os.urandom(232) + b"\\x63\\x82\\x53\\x63" + os.urandom(60)
    ear.sendto(reply, ("255.255.255.255", 68))
"""


@pytest.fixture
def solved(netlab):
    assert netlab("start", LAB).code == 0
    assert netlab("author", "apply", "solution").code == 0
    return netlab


def grade(user):
    graded = user("grade", "--json", timeout=180)
    assert graded.code in (ExitCode.OK, ExitCode.BELOW_PASS_MARK, ExitCode.NOT_CHECKED), graded
    return {check["id"]: check for check in graded.json["checks"]}


def lost(checks, verdict):
    return {name: check["observed"] for name, check in checks.items() if check["verdict"] == verdict}


def test_a_router_without_its_address_whose_ip_says_it_has_it(solved):
    truth = solved.node("r1", "ip -json -4 address show").out.strip()
    assert json.loads(truth)
    solved.node("r1", f"cat >/tmp/said <<'E'\n{truth}\nE\n")
    solved.node("r1", "ip address del $(ip -4 -o address show eth1 | awk '{print $4}') dev eth1")
    assert solved.node("r1", LIAR.format("ip", "cat /tmp/said")).code == 0
    failed = lost(grade(solved), "fail")
    assert failed["router_addresses"].startswith("eth1 none, eth2 ")


def test_two_servers_of_which_ss_shows_one(solved):
    one_card = "echo bind-interfaces >/etc/dnsmasq.d/card.conf; echo interface=eth1 >>/etc/dnsmasq.d/card.conf"
    assert solved.node("srv1", f"{one_card}; systemctl restart dnsmasq").code == 0
    solved.node("srv1", "cp $(command -v ss) /tmp/real; /tmp/real -Hlunp | grep :67 >/tmp/said")
    assert solved.node("srv1", LIAR.format("ss", "cat /tmp/said")).code == 0
    second = (
        "dnsmasq --conf-file=/dev/null --port=0 --dhcp-range=10.9.0.2,10.9.0.3 --pid-file=/run/second.pid "
        "--interface=lo --bind-interfaces"
    )
    assert solved.node("srv1", second).code == 0
    assert lost(grade(solved), "fail")["one_server"] == "dnsmasq, dnsmasq"


def test_a_server_that_only_knows_the_makers_number_of_the_graders_cards(solved):
    only = "dhcp-mac=set:grader,02:00:5e:*:*:*\\ndhcp-ignore=tag:!grader\\n"
    assert solved.node("srv1", f"printf '{only}' >/etc/dnsmasq.d/only.conf; systemctl restart dnsmasq").code == 0
    assert {"reception_offer", "surgery_offer"} <= lost(grade(solved), "fail").keys()


def test_a_server_in_the_wrong_place(solved):
    rooms = solved.node("srv1", "cat /etc/dnsmasq.d/rooms.conf").out
    assert solved.node("srv1", "systemctl disable --now dnsmasq").code == 0
    assert solved.node("r1", "systemctl disable --now isc-dhcp-relay").code == 0
    solved.node("r1", f"cat >/etc/dnsmasq.d/rooms.conf <<'E'\n{rooms}\nE\n")
    assert solved.node("r1", "systemctl enable --now dnsmasq").code == 0
    failed = lost(grade(solved), "fail")
    assert failed["reception_offer"].endswith("was offered and confirmed, but not by srv1")
    assert failed["relay_giaddr"] == "reception: not seen at the server; surgery: not seen at the server"


def test_a_server_that_is_killed_again_and_again(solved):
    assert solved.node("srv1", "setsid sh -c 'while :; do pkill dnsmasq; done' >/dev/null 2>&1 &").code == 0
    failed = lost(grade(solved), "fail")
    assert {"reception_offer", "surgery_offer"} <= failed.keys()
    assert "no DHCP server runs on srv1" in failed["reception_offer"]


@pytest.mark.parametrize(
    "trick",
    [
        LIAR.format("ss", "exec yes 0123456789012345678901234567890123456789"),
        LIAR.format("ss", "exec sleep 1000"),
        "echo 'exec cat /dev/zero' >/root/.bashrc",
        "echo 'exec sleep 1000' >/root/.bashrc",
        "usermod -s /bin/false root",
    ],
    ids=["gigabytes", "no answer", "a shell of gigabytes", "a shell that says nothing", "no shell"],
)
def test_a_login_that_does_not_do_what_a_login_does_is_an_error_of_that_check_alone(solved, trick):
    assert solved.node("srv1", trick).code == 0
    checks = grade(solved)
    assert lost(checks, "fail") == {}
    assert set(lost(checks, "error")) == {"one_server"}
    assert "These 2 points could not be checked" in lost(checks, "error")["one_server"]
    assert checks["one_server"]["points"] == 0


def test_a_wire_full_of_broken_dhcp_neither_crashes_nor_stops_a_grading(solved):
    solved.node("r1", f"cat >/tmp/flood.py <<'E'\n{FLOOD}\nE\n")
    assert solved.node("r1", "setsid python3 /tmp/flood.py >/dev/null 2>&1 &").code == 0
    checks = grade(solved)
    assert lost(checks, "error") == {}
    assert checks["surgery_offer"]["verdict"] == "pass", "the other room does not suffer"
