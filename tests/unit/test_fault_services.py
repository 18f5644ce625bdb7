"""Faults of filters and services: each bends one line of the daemon's own file, and leaves the rest alone."""

import pytest

from netlab.causes import CAUSES
from netlab.command import Command
from netlab.faults.change import FaultError, Site, Trace
from netlab.faults.classes import CLASSES
from netlab.topology import TopologyFile

TOPOLOGY = TopologyFile.model_validate({"name": "t", "topology": {"nodes": {"n": {"kind": "linux"}}}}).resolve()
FILES = {
    "/etc/nftables.conf": """table inet f {
    chain forward {
        type filter hook forward priority filter; policy accept;
        iifname "eth2" tcp dport 80 accept
        iifname "eth2" drop
        oifname "eth1" snat ip to 192.0.2.1
    }
}
""",
    "/etc/dnsmasq.d/rooms.conf": """port=0
dhcp-range=set:staff,10.1.0.10,10.1.0.99,255.255.255.0,60m
dhcp-range=set:staff,10.1.0.120,10.1.0.200,255.255.255.0,60m
dhcp-range=set:guests,10.2.0.10,10.2.0.99,255.255.255.0,60m
dhcp-option=tag:staff,option:router,10.1.0.1
dhcp-option=tag:guests,option:router,10.2.0.1
dhcp-option=option:dns-server,10.1.0.53
""",
    "/etc/default/isc-dhcp-relay": '# where to\nSERVERS="10.9.0.2"\nINTERFACES="eth1 eth2"\n',
    "/etc/bind/db.example": """$TTL 1h
@       IN SOA ns1 admin 7 1h 10m 1w 5m
@       IN NS  ns1
ns1     IN A   192.0.2.53
www     300 IN A 192.0.2.80 ; the site
shop    IN NS  ns.shop
ns.shop IN A   192.0.2.54
""",
    "/etc/bind/named.conf.options": "options {\n    forwarders { 192.0.2.53; };\n    recursion yes;\n};\n",
    "/etc/unbound/unbound.conf.d/up.conf": 'forward-zone:\n    name: "."\n    forward-addr: 192.0.2.53\n',
    "/etc/chrony/chrony.conf": "server 192.0.2.123 iburst\ndriftfile /var/lib/chrony/drift\n",
    "/etc/bind/db.lines": "@ IN SOA ns1 admin (\n   7 ; serial\n   1h 10m 1w 5m )\n",
    "/etc/nginx/conf.d/www.conf": "server {\n    listen 192.0.2.80:443 ssl;\n    return 200;\n}\n",
    "/etc/ssh/sshd_config.d/port.conf": "# where\nPort 22\n",
    "/etc/rsyslog.d/all.conf": 'module(load="imudp")\n*.*  -/var/log/all.log\n',
    "/etc/swanctl/swanctl.conf": "c {\n  proposals = aes256-sha256-x25519\n  esp_proposals = aes256gcm16\n"
    '  secret = "long and secret"\n}\n',
    "/etc/dnsmasq.d/tftp.conf": "port=0\nenable-tftp\n",
    "/root/backup/r1.conf": "hostname r1\nip route 10.0.0.0/8 10.1.0.1\nend\n",
    "/etc/frr/frr.conf": "router ospf\n ospf router-id 192.0.2.1\n!\n"
    "router bgp 1\n address-family ipv4 unicast\n  network 10.0.0.0/8\n exit-address-family\n",
}
(NFT, DNSMASQ, RELAY, ZONE, OPTIONS, UNBOUND, CHRONY, LINES, NGINX, SSHD, RSYSLOG, SWANCTL, TFTP, BACKUP, FRR) = FILES
WEB = 'iifname "eth2" tcp dport 80 accept'
SNAT = 'oifname "eth1" snat ip to 192.0.2.1'


def site(**given):
    return Site("n", "", given, lambda _, path: FILES.get(path), TOPOLOGY)


def changed(path, before, after):
    assert FILES[path].count(before) == 1
    return FILES[path].replace(before, after)


CASES = {
    "a rule is missing": ("firewall-rule", {"rule": WEB}, NFT, f"        {WEB}\n", "", None),
    "a rule is another": (
        "firewall-rule", {"rule": WEB, "becomes": 'iifname "eth2" tcp dport 81 accept'},
        NFT, "dport 80", "dport 81", 'iifname "eth2" tcp dport 81 accept',
    ),
    "rules in the wrong order": (
        "firewall-order", {"rule": WEB, "behind": 'iifname "eth2" drop'},
        NFT, f'        {WEB}\n        iifname "eth2" drop\n', f'        iifname "eth2" drop\n        {WEB}\n', None,
    ),
    "the wrong source address": (
        "nat-rule", {"rule": SNAT, "becomes": 'oifname "eth1" snat ip to 192.0.2.9'},
        NFT, "to 192.0.2.1", "to 192.0.2.9", 'oifname "eth1" snat ip to 192.0.2.9',
    ),
    "the wrong router": (
        "dhcp-scope", {"file": DNSMASQ, "option": "tag:staff,option:router", "value": "10.1.0.254"},
        DNSMASQ, "router,10.1.0.1\n", "router,10.1.0.254\n", "dhcp-option=tag:staff,option:router,10.1.0.254",
    ),
    "the wrong server": (
        "dhcp-relay", {"server": "10.9.0.3"}, RELAY, "10.9.0.2", "10.9.0.3", 'SERVERS="10.9.0.3"',
    ),
    "a record is wrong": (
        "dns-record", {"file": ZONE, "name": "www", "kind": "A", "value": "192.0.2.81"},
        ZONE, "192.0.2.80", "192.0.2.81", "www     300 IN A 192.0.2.81 ; the site",
    ),
    "a delegation leads nowhere": (
        "dns-delegation", {"file": ZONE, "zone": "shop", "server": "ns.old"},
        ZONE, "NS  ns.shop", "NS  ns.old", "shop    IN NS  ns.old",
    ),
    "BIND asks a stranger": (
        "dns-forwarder", {"server": "192.0.2.99"},
        OPTIONS, "192.0.2.53", "192.0.2.99", "forwarders { 192.0.2.99; };",
    ),
    "unbound asks a stranger": (
        "dns-forwarder", {"server": "192.0.2.99", "file": UNBOUND},
        UNBOUND, "192.0.2.53", "192.0.2.99", "forward-addr: 192.0.2.99",
    ),
    "an old serial number": (
        "dns-serial", {"file": ZONE, "serial": 6}, ZONE, "admin 7 ", "admin 6 ",
        "@       IN SOA ns1 admin 6 1h 10m 1w 5m",
    ),
    "an old serial number on a line of its own": (
        "dns-serial", {"file": LINES, "serial": 6}, LINES, "   7 ;", "   6 ;", "6 ; serial",
    ),
    "another port of nginx": (
        "wrong-port", {"file": NGINX, "port": 4443}, NGINX, ":443 ", ":4443 ", "listen 192.0.2.80:4443 ssl;",
    ),
    "another port of sshd": ("wrong-port", {"file": SSHD, "port": 222}, SSHD, "Port 22", "Port 222", "Port 222"),
    "a log of a few bytes": (
        "log-full", {"file": RSYSLOG, "log": "/var/log/all.log", "size": 99}, RSYSLOG, FILES[RSYSLOG],
        '$outchannel all_log,/var/log/all.log,99\nmodule(load="imudp")\n*.*  :omfile:$all_log\n',
        "$outchannel all_log,/var/log/all.log,99",
    ),
    "a second DHCP server": (
        "dhcp-rogue", {"file": TFTP, "range": "10.1.0.200,10.1.0.210,1h", "router": "10.1.0.9"}, TFTP, FILES[TFTP],
        FILES[TFTP] + "dhcp-range=10.1.0.200,10.1.0.210,1h\ndhcp-option=option:router,10.1.0.9\n",
        "dhcp-range=10.1.0.200,10.1.0.210,1h",
    ),
    "a key of one end only": (
        "psk-mismatch", {"secret": "other"}, SWANCTL, "long and secret", "other", 'secret = "other"',
    ),
    "a cipher of one end only": (
        "proposal-mismatch", {"proposal": "aes128-sha1-modp2048"},
        SWANCTL, "aes256-sha256-x25519", "aes128-sha1-modp2048", "proposals = aes128-sha1-modp2048",
    ),
    "a cipher of one end only, of the tunnel itself": (
        "proposal-mismatch", {"proposal": "aes128", "of": "esp_proposals"},
        SWANCTL, "aes256gcm16", "aes128", "esp_proposals = aes128",
    ),
    "what nobody approved": (
        "config-drift", {"file": RELAY, "line": "# where to", "becomes": "# to where"},
        RELAY, "# where to", "# to where", "# to where",
    ),
    "half a backup": (
        "backup-corrupt", {"file": BACKUP}, BACKUP, "0.0.0.0/8 10.1.0.1\nend\n", "", "ip route 1",
    ),
    "somebody else's router id": (
        "route-flap", {"router_id": "192.0.2.3"}, FRR, "router-id 192.0.2.1", "router-id 192.0.2.3",
        "ospf router-id 192.0.2.3",
    ),
    "the wrong clock": (
        "ntp-skew", {"source": "192.0.2.124"}, CHRONY, "192.0.2.123", "192.0.2.124", "server 192.0.2.124 iburst",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_one_line_is_bent(name):
    cause, given, path, before, after, trace = CASES[name]
    change = CLASSES[cause](site(**given))
    assert change.files == {("n", path): changed(path, before, after)}
    assert list(change.traces) == ([Trace("file", "n", value=trace)] if trace else [])


@pytest.mark.parametrize(("given", "last"), [({}, "10.1.0.10"), ({"most": 3}, "10.1.0.12")])
def test_of_a_scope_in_several_ranges_a_few_addresses_are_left(given, last):
    change = CLASSES["dhcp-exhausted"](site(file=DNSMASQ, scope="set:staff", **given))
    (text,) = change.files.values()
    line = f"dhcp-range=set:staff,10.1.0.10,{last},255.255.255.0,60m"
    assert [one for one in text.splitlines() if "set:staff" in one] == [line]
    assert text.count("\n") == FILES[DNSMASQ].count("\n") - 1
    assert [one.value for one in change.traces] == [line]


def test_a_bgp_filter_takes_out_one_network_and_lets_the_others_pass():
    change = CLASSES["bgp-filter"](site(neighbour="192.0.2.9", network="10.7.0.0/16"))
    (text,) = change.files.values()
    assert text == (
        "router ospf\n ospf router-id 192.0.2.1\n!\n"
        "router bgp 1\n address-family ipv4 unicast\n  neighbor 192.0.2.9 prefix-list from-peer in\n"
        "  network 10.0.0.0/8\n exit-address-family\n!\n"
        "ip prefix-list from-peer seq 5 deny 10.7.0.0/16\nip prefix-list from-peer seq 10 permit 0.0.0.0/0 le 32\n"
    )


@pytest.mark.parametrize(
    ("cause", "given", "why"),
    [
        ("firewall-rule", {"rule": "tcp dport 22 accept"}, "no lines match"),
        ("firewall-rule", {}, "`with` must give rule"),
        ("firewall-order", {"rule": 'iifname "eth2" drop', "behind": WEB}, "is so already"),
        ("dhcp-exhausted", {"file": DNSMASQ, "scope": "set:lab"}, "has no dhcp-range for set:lab"),
        ("dhcp-scope", {"file": "/etc/dnsmasq.conf", "option": "x", "value": "y"}, "n has no /etc/dnsmasq.conf"),
        ("dhcp-relay", {"server": "10.9.0.2"}, "is so already"),
        ("dns-record", {"file": ZONE, "name": "ns1", "kind": "AAAA", "value": "::1"}, "no lines match"),
    ],
)
def test_what_cannot_be_bent_is_refused(cause, given, why):
    with pytest.raises(FaultError, match=why):
        CLASSES[cause](site(**given))


def test_every_cause_has_a_class():
    assert set(CLASSES) == set(CAUSES)


def test_an_expired_certificate_is_made_on_the_node_and_back_again():
    paths = {"certificate": "/etc/ssl/www.crt", "authority": "/etc/ssl/ca.crt", "key": "/etc/ssl/ca.key"}
    change = CLASSES["certificate-expired"](site(service="nginx", **paths))
    assert not change.files
    (expired, restart), (valid, again) = change.commands, change.undo
    assert "-not_after 20250301000000Z" in str(expired)
    assert "-days 365" in str(valid)
    assert restart == again == Command("n", ("systemctl", "restart", "nginx"))


@pytest.mark.parametrize(
    ("cause", "given", "why"),
    [
        ("dns-serial", {"file": RELAY, "serial": 1}, "no SOA record"),
        ("backup-corrupt", {"file": SSHD}, "too short"),
        ("dhcp-rogue", {"file": DNSMASQ, "range": "x", "router": "y"}, "gives out addresses already"),
        ("log-full", {"file": RSYSLOG, "log": "/var/log/none"}, "no lines match"),
    ],
)
def test_what_has_no_place_for_the_fault_is_refused(cause, given, why):
    with pytest.raises(FaultError, match=why):
        CLASSES[cause](site(**given))
