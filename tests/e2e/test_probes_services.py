"""SNMP, NTP, log messages and IPv6 as the grader asks for them: of snmpd, chrony, rsyslog, Kea and FRR."""

import secrets

import asking
import pytest
from devices import network, static

pytestmark = pytest.mark.native
SRV, SRV6 = "192.0.2.10", "2001:db8::10"
NAME, PLACE = "1.3.6.1.2.1.1.5.0", "1.3.6.1.2.1.1.6.0"
INTERFACES, UPTIME, NOWHERE = "1.3.6.1.2.1.2.2.1.2", "1.3.6.1.2.1.1.3.0", "1.3.6.1.2.1.1.99.0"
AGENT = """agentAddress udp:161,udp6:161
rocommunity public
rocommunity6 public
rouser ann authPriv
sysLocation Room 7
sysName srv1
"""
# Kea starts before eth1's link-local address may be used (duplicate address detection), so it tries again.
KEA = """{ "Dhcp6": { "interfaces-config": { "interfaces": [ "eth1" ],
"service-sockets-max-retries": 20, "service-sockets-retry-wait-time": 250 }, "lease-database": { "type": "memfile" },
"preferred-lifetime": 300, "valid-lifetime": 600, "subnet6": [ { "id": 1, "subnet": "2001:db8::/64",
"interface": "eth1", "pools": [ { "pool": "2001:db8::100 - 2001:db8::103" } ],
"option-data": [ { "name": "dns-servers", "data": "2001:db8::53" },
{ "name": "domain-search", "data": "lab.example" } ] } ] } }
"""
ROUTER = """interface eth1
 ipv6 address 2001:db8::1/64
 no ipv6 nd suppress-ra
 ipv6 nd other-config-flag
 ipv6 nd ra-interval 3
 ipv6 nd ra-lifetime 1200
 ipv6 nd prefix 2001:db8::/64 600 300
"""
V6 = "iface eth1 inet6 static\n    address {}/64\n    accept_ra 0\n    dad-attempts 0\n"
BRIDGE = "auto br0\niface br0 inet manual\n    bridge_ports eth1 eth2 eth3\n    bridge_stp off\n    bridge_fd 0\n"
NODES = {
    "srv1": {
        "enable": "snmpd chrony kea-dhcp6-server",
        "/etc/network/interfaces": static(eth1=f"{SRV}/24") + V6.format(SRV6),
        "/etc/snmp/snmpd.conf": AGENT,
        "/var/lib/snmp/snmpd.conf": 'createUser ann SHA-256 "longenough" AES "secretenough"\n',
        "/etc/chrony/conf.d/lab.conf": "local stratum 5\nallow\n",
        "/etc/kea/kea-dhcp6.conf": KEA,
        "/etc/rsyslog.d/lab.conf": 'module(load="imudp")\ninput(type="imudp" port="514")\n',
    },
    "r1": {
        "enable": "frr",
        "/etc/network/interfaces": static(eth1="192.0.2.1/24"),
        "/etc/frr/daemons": "zebra=yes\n",
        "/etc/frr/frr.conf": ROUTER,
        "/etc/sysctl.d/90-forward.conf": "net.ipv6.conf.all.forwarding = 1\n",
        "/etc/rsyslog.d/lab.conf": f"*.* @{SRV}\n",
    },
    "pc1": {"/etc/network/interfaces": static(eth1="192.0.2.11/24") + V6.format("2001:db8::11")},
    "sw1": {"/etc/network/interfaces": BRIDGE},
}
LINKS = ["srv1:eth1 sw1:eth1", "r1:eth1 sw1:eth2", "pc1:eth1 sw1:eth3"]


@pytest.fixture(scope="module")
def lan(implementation, image, tmp_path_factory):
    with network(implementation, image["path"], tmp_path_factory.mktemp("services"), NODES, LINKS) as made:
        for port in (161, 123, 547):
            made.until("srv1", f"ss -lun | grep :{port}")
        yield made


def ask(lan, node, method, *arguments, **options):
    told = asking.ask(lan.runtime, probe=[node, method, arguments, options])
    assert len(told["entries"]) == 1, "every question is in the evidence"
    return told["found"]


def test_values_of_an_agent(lan):
    answer = ask(lan, "pc1", "snmp", SRV, NAME, PLACE, UPTIME, NOWHERE)
    assert answer["status"] == "answered"
    uptime = answer["values"].pop(UPTIME)
    assert isinstance(uptime, int)
    assert answer["values"] == {NAME: "srv1", PLACE: "Room 7", NOWHERE: None}
    assert ask(lan, "pc1", "snmp", SRV6, NAME)["values"] == {NAME: "srv1"}


def test_all_values_below_an_oid(lan):
    answer = ask(lan, "pc1", "snmp", SRV, INTERFACES, walk=True)
    assert answer["status"] == "answered"
    assert {"lo", "eth0", "eth1"} <= set(answer["values"].values())
    assert all(oid.startswith(INTERFACES) for oid in answer["values"])


@pytest.mark.parametrize(
    ("user", "status"),
    [
        ({"key": "longenough", "secret": "secretenough"}, "answered"),
        ({"key": "wrongwrong", "secret": "secretenough"}, "Wrong SNMP PDU digest"),
        ({"key": "longenough"}, "authorizationError"),
        ({"key": "longenough", "secret": "secretenough", "name": "bob"}, "Unknown USM user"),
    ],
    ids=["right", "wrong key", "not encrypted", "nobody known"],
)
def test_a_user_of_version_3(lan, user, status):
    answer = ask(lan, "pc1", "snmp", SRV, NAME, who={"name": "ann", "authentication": "SHA-256"} | user)
    assert answer["status"] == status
    assert answer["values"] == ({NAME: "srv1"} if status == "answered" else {})


def test_an_agent_that_says_nothing(lan):
    assert ask(lan, "pc1", "snmp", SRV, NAME, who="private")["status"] == "no answer"
    assert ask(lan, "pc1", "snmp", "192.0.2.1", NAME)["status"] == "no answer"


def test_the_time_of_a_server(lan):
    answer = ask(lan, "pc1", "ntp", SRV)
    assert (answer["stratum"], answer["leap"], answer["reference"]) == (5, 0, "127.127.1.1")
    assert abs(answer["offset"]) < 0.5, "it is the clock of the same computer"
    assert 0 < answer["delay"] < 1
    assert ask(lan, "pc1", "ntp", "192.0.2.1") is None, "nothing of the kind runs there"
    assert ask(lan, "pc1", "ntp", "192.0.2.99") is None


def test_a_message_that_a_device_logs_arrives(lan):
    word = secrets.token_hex(8)
    with asking.listening(lan.runtime, ("srv1", "eth1"), "Syslog", word=word.encode()) as listening:
        lan.sh("r1", f"logger -p local0.notice -t door {word}")
        (told,) = listening()
    assert (told["source"], told["target"], told["facility"], told["severity"]) == ("192.0.2.1", SRV, 16, 5)
    assert told["text"].endswith(f"door: {word}")


def test_addresses_by_dhcpv6_for_many_and_back_again(lan):
    answer = asking.ask(lan.runtime, dhcp6=["pc1", "eth1", 5])
    given = {lease["address"] for lease in answer["leases"].values()}
    assert given == {f"2001:db8::10{number}" for number in range(4)}, "the pool has four"
    for lease in answer["leases"].values():
        assert (lease["dns"], lease["domains"]) == (["2001:db8::53"], ["lab.example"])
        assert (lease["preferred"], lease["valid"], lease["status"]) == (300, 600, 0)
    assert [one["status"] for one in answer["more"].values()] == [2], "NoAddrsAvail, RFC 8415"
    assert len(answer["again"]) == 4, "those that were given back are free"
    assert answer["information"]["dns"] == ["2001:db8::53"]
    assert answer["frames"] >= 8


def test_a_router_tells_hosts_how_to_make_addresses(lan):
    (told,) = ask(lan, "pc1", "routers", "eth1")
    assert (told["lifetime"], told["managed"], told["other"]) == (1200, False, True)
    (prefix,) = told["prefixes"]
    assert (prefix["network"], prefix["autonomous"], prefix["valid"], prefix["preferred"]) == (
        "2001:db8::/64", True, 600, 300,
    )  # fmt: skip
    lan.sh("r1", "systemctl stop frr")
    assert ask(lan, "pc1", "routers", "eth1", patience=1.5) == []
    lan.sh("r1", "systemctl start frr")


def test_who_answers_for_an_ipv6_address(lan):
    assert len(ask(lan, "pc1", "who_has", "eth1", SRV6)) == 1
    assert ask(lan, "pc1", "who_has", "eth1", "2001:db8::77") == []
    lan.sh("r1", f"ip address add {SRV6}/64 dev eth1 nodad")
    assert len(ask(lan, "pc1", "who_has", "eth1", SRV6)) == 2
    lan.sh("r1", f"ip address del {SRV6}/64 dev eth1")
