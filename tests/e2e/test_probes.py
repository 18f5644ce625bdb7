"""The grader's own clients, against real servers: BIND, nginx, a second host with the same address."""

from datetime import datetime

import asking
import pytest
from devices import network, static

pytestmark = pytest.mark.native
SRV = "192.0.2.10"
ZONE = """$TTL 3600
@ IN SOA ns1.lab.example. admin.lab.example. ( 2026112301 3600 900 604800 300 )
@ IN NS ns1.lab.example.
@ IN MX 10 mail.lab.example.
ns1 IN A 192.0.2.10
www IN A 192.0.2.20
www IN A 192.0.2.21
www IN AAAA 2001:db8::20
mail IN CNAME www
"""
REVERSE = """$TTL 3600
@ IN SOA ns1.lab.example. admin.lab.example. ( 1 3600 900 604800 300 )
@ IN NS ns1.lab.example.
20 IN PTR www.lab.example.
"""
OPTIONS = """options { directory "/var/cache/bind"; recursion no; listen-on { any; };
allow-transfer { 192.0.2.11; }; };
"""
LOCAL = """zone "lab.example" { type master; file "/etc/bind/db.lab"; };
zone "2.0.192.in-addr.arpa" { type master; file "/etc/bind/db.rev"; };
"""
SITE = """server { listen 80; listen 443 ssl; server_name www.lab.example;
ssl_certificate /etc/nginx/site.pem; ssl_certificate_key /etc/nginx/site.key;
location / { return 200 "hello\\n"; add_header X-Lab yes; } location /gone { return 410; } }
"""
SERVER = {
    "enable": "named nginx",
    "/etc/network/interfaces": static(eth1=f"{SRV}/24"),
    "/etc/bind/named.conf.options": OPTIONS,
    "/etc/bind/named.conf.local": LOCAL,
    "/etc/bind/db.lab": ZONE,
    "/etc/bind/db.rev": REVERSE,
    "/etc/nginx/sites-enabled/default": SITE,
}
CERTIFICATE = (
    "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=www.lab.example "
    "-addext subjectAltName=DNS:www.lab.example,IP:192.0.2.10 -keyout /etc/nginx/site.key -out /etc/nginx/site.pem 2>&1"
)


@pytest.fixture(scope="module")
def lan(implementation, image, tmp_path_factory):
    nodes = {
        "srv1": SERVER,
        "pc1": {"/etc/network/interfaces": static(eth1="192.0.2.11/24")},
        "pc2": {"/etc/network/interfaces": static(eth1="192.0.2.12/24")},
        "sw1": {"/etc/network/interfaces": BRIDGE},
    }
    links = ["srv1:eth1 sw1:eth1", "pc1:eth1 sw1:eth2", "pc2:eth1 sw1:eth3"]
    with network(implementation, image["path"], tmp_path_factory.mktemp("lan"), nodes, links) as made:
        made.sh("srv1", f"{CERTIFICATE}; systemctl restart nginx")
        made.until("srv1", "ss -ltn | grep :443; ss -lun | grep :53")
        yield made


BRIDGE = "auto br0\niface br0 inet manual\n    bridge_ports eth1 eth2 eth3\n    bridge_stp off\n    bridge_fd 0\n"


def ask(lan, node, method, *arguments, **options):
    told = asking.ask(lan.runtime, probe=[node, method, arguments, options])
    assert len(told["entries"]) == 1, "every question is in the evidence"
    return told["found"]


@pytest.mark.parametrize(
    ("name", "kind", "values"),
    [
        ("www.lab.example", "A", ["192.0.2.20", "192.0.2.21"]),
        ("www.lab.example", "AAAA", ["2001:db8::20"]),
        ("lab.example", "MX", ["10 mail.lab.example."]),
        ("mail.lab.example", "A", ["192.0.2.20", "192.0.2.21"]),
        ("192.0.2.20", "PTR", ["www.lab.example."]),
        ("lab.example", "SOA", ["ns1.lab.example. admin.lab.example. 2026112301 3600 900 604800 300"]),
    ],
)
@pytest.mark.parametrize("tcp", [False, True], ids=["UDP", "TCP"])
def test_records_of_a_zone(lan, name, kind, values, tcp):
    answer = ask(lan, "pc1", "dns", SRV, name, kind, tcp=tcp)
    assert (answer["status"], sorted(answer["values"])) == ("NOERROR", values)
    assert (answer["authoritative"], answer["recursive"]) == (True, False)


def test_what_a_server_refuses_or_does_not_know(lan):
    assert ask(lan, "pc1", "dns", SRV, "nobody.lab.example")["status"] == "NXDOMAIN"
    assert ask(lan, "pc1", "dns", SRV, "elsewhere.example")["status"] == "REFUSED"
    assert ask(lan, "pc1", "dns", "192.0.2.12", "www.lab.example")["status"] == "no answer"
    assert ask(lan, "pc1", "dns", "192.0.2.99", "www.lab.example")["status"] == "no answer"


def test_a_zone_transfer_is_given_to_some_only(lan):
    allowed = ask(lan, "pc1", "dns", SRV, "lab.example", "AXFR")
    assert allowed["status"] == "NOERROR"
    assert "www.lab.example. A 192.0.2.20" in allowed["records"]
    refused = ask(lan, "pc2", "dns", SRV, "lab.example", "AXFR")
    assert (refused["status"], refused["records"]) == ("REFUSED", [])


def test_a_page_and_its_headers(lan):
    page = ask(lan, "pc1", "web", SRV, "www.lab.example")
    assert (page["status"], page["body"], page["headers"]["x-lab"]) == (200, "hello\n", "yes")
    assert ask(lan, "pc1", "web", SRV, "www.lab.example", "/gone")["status"] == 410
    nobody = ask(lan, "pc1", "web", SRV, "www.lab.example", port=8080)
    assert (nobody["status"], nobody["why"]) == (0, "connection refused")


def test_a_certificate_is_trusted_by_those_who_know_its_authority_and_for_its_name(lan):
    authority = lan.sh("srv1", "cat /etc/nginx/site.pem")
    shown = ask(lan, "pc1", "web", SRV, "www.lab.example", port=443, tls=True, authority=authority)["certificate"]
    assert shown["trusted"], shown
    assert (shown["subject"], shown["names"]) == ("www.lab.example", ["www.lab.example", SRV])
    assert datetime.fromisoformat(shown["begins"]) < datetime.fromisoformat(shown["ends"])
    other = ask(lan, "pc1", "web", SRV, "mail.lab.example", port=443, tls=True, authority=authority)
    assert (other["status"], other["certificate"]["trusted"]) == (200, False)
    assert "mail.lab.example" in other["certificate"]["why_not"]
    unknown = lan.sh("srv1", CERTIFICATE.replace("site.", "other.") + "; cat /etc/nginx/other.pem")
    pem = unknown[unknown.index("-----BEGIN CERT") :]
    stranger = ask(lan, "pc1", "web", SRV, "www.lab.example", port=443, tls=True, authority=pem)["certificate"]
    assert not stranger["trusted"]
    plain = ask(lan, "pc1", "web", SRV, "www.lab.example", port=80, tls=True)
    assert plain["status"] == 0


def test_who_answers_for_an_address_and_two_are_a_duplicate(lan):
    assert len(ask(lan, "pc1", "who_has", "eth1", SRV)) == 1
    assert ask(lan, "pc1", "who_has", "eth1", "192.0.2.77") == []
    lan.sh("pc2", f"ip address add {SRV}/24 dev eth1")
    assert len(ask(lan, "pc1", "who_has", "eth1", SRV)) == 2
    lan.sh("pc2", f"ip address del {SRV}/24 dev eth1")
