"""Servers: each daemon answers its own protocol from another node; services are handled as on any Debian machine."""

import pytest
from contract import IMPLEMENTATIONS
from devices import network, static

pytestmark = pytest.mark.native

SRV = "192.0.2.1"
LINKS = ["srv:eth1 pc:eth1"]
SERVER = {
    "keep": "/etc/nftables.conf /etc/network/*",
    "/etc/network/interfaces": static(eth1=f"{SRV}/24") + "iface eth1 inet6 static\n    address 2001:db8::1/64\n",
    "/etc/dnsmasq.d/lab.conf": (
        "port=5300\ninterface=eth1\nbind-interfaces\nno-ping\ndhcp-range=192.0.2.100,192.0.2.110,1h\n"
        "host-record=web.example,192.0.2.1\nenable-tftp\ntftp-root=/srv\n"
    ),
    "/srv/hello.txt": "hello over tftp\n",
    "/etc/bind/named.conf.local": 'zone "lab.example" { type master; file "/etc/bind/db.lab.example"; };\n',
    "/etc/bind/db.lab.example": (
        "$TTL 60\n@ IN SOA srv.lab.example. root.lab.example. (1 60 60 60 60)\n"
        "  IN NS srv.lab.example.\nsrv IN A 192.0.2.1\nwww IN CNAME srv\n"
    ),
    "/etc/unbound/unbound.conf.d/lab.conf": (
        "server:\n  interface: 192.0.2.1@5301\n  access-control: 192.0.2.0/24 allow\n  do-not-query-localhost: no\n"
        '  domain-insecure: "lab.example"\n'
        'forward-zone:\n  name: "lab.example"\n  forward-addr: 127.0.0.1@53\n'
    ),
    "/etc/kea/kea-dhcp4.conf": (
        '{"Dhcp4": {"interfaces-config": {"interfaces": ["eth1"]}, "lease-database": {"type": "memfile"},'
        ' "subnet4": [{"id": 1, "subnet": "192.0.2.0/24", "pools": [{"pool": "192.0.2.200-192.0.2.210"}]}]}}\n'
    ),
    "/etc/snmp/snmpd.conf": (
        "agentaddress udp:161\nrocommunity public\nsyslocation Room 7\n"
        "createUser ann SHA256 longenough AES longenough\nrouser ann authpriv\n"
    ),
    "/etc/chrony/conf.d/lab.conf": "local stratum 5\nallow 192.0.2.0/24\n",
    "/etc/rsyslog.d/10-remote.conf": (
        'module(load="imudp")\ninput(type="imudp" port="514")\n'
        'if $fromhost-ip == "192.0.2.9" then /var/log/remote.log\n'
    ),
    "/etc/nginx/sites-enabled/tls": (
        "server { listen 192.0.2.1:80; listen 192.0.2.1:443 ssl; root /srv;\n"
        " ssl_certificate /etc/ssl/lab.crt; ssl_certificate_key /etc/ssl/lab.key; }\n"
    ),
}
PC = {"/etc/network/interfaces": static(eth1="192.0.2.9/24"), "/etc/rsyslog.d/send.conf": f"*.* @{SRV}\n"}

# The address is asked for and not put on the interface.
LEASE = "dhclient -1 -v -sf /bin/true eth1 2>&1 | grep '{}'; dhclient -x -sf /bin/true eth1 2>/dev/null"


@pytest.fixture(scope="module", params=IMPLEMENTATIONS)
def lab(request, image, tmp_path_factory):
    folder = tmp_path_factory.mktemp("servers")
    with network(request.param, image["path"], folder, {"srv": SERVER, "pc": PC}, LINKS) as made:
        yield made


def start(lab, unit):
    """Start a service; nothing may be said on the screen."""
    done = lab.ask("srv", f"systemctl start {unit}")
    assert (done.code, done.stdout, done.stderr) == (0, "", ""), lab.ask("srv", f"journalctl -u {unit}").stdout
    assert lab.sh("srv", f"systemctl is-active {unit}") == "active\n"


def test_dnsmasq_answers_dns_tftp_and_dhcp(lab):
    start(lab, "dnsmasq")
    assert lab.sh("pc", f"dig +short +time=2 -p 5300 @{SRV} web.example") == "192.0.2.1\n"
    assert lab.sh("pc", f"curl -s -m 5 tftp://{SRV}/hello.txt") == "hello over tftp\n"
    lab.sh("pc", LEASE.format("bound to 192.0.2.1[01]"))
    assert "DHCPACK(eth1) 192.0.2.1" in lab.sh("srv", "journalctl -u dnsmasq")
    lab.sh("srv", "systemctl stop dnsmasq")


def test_kea_gives_leases(lab):
    start(lab, "kea-dhcp4-server")
    lab.until("srv", "ss -lun | grep '192.0.2.1:67 '")
    lab.sh("pc", LEASE.format("bound to 192.0.2.2"))
    assert "DHCP4_LEASE_ALLOC" in lab.sh("srv", "journalctl -u kea-dhcp4-server")
    assert lab.sh("srv", "systemctl is-active kea-dhcp4-server") == "active\n"


def test_bind_and_unbound_resolve(lab):
    start(lab, "named")
    assert lab.sh("pc", f"dig +short +time=2 @{SRV} www.lab.example") == "srv.lab.example.\n192.0.2.1\n"
    assert lab.sh("srv", "systemctl is-active bind9") == "active\n"
    start(lab, "unbound")
    assert "192.0.2.1" in lab.sh("pc", f"dig +short +time=3 -p 5301 @{SRV} srv.lab.example")
    lab.sh("srv", "sed -i 's/^www.*/ftp IN A 192.0.2.7/; s/(1 /(2 /' /etc/bind/db.lab.example; systemctl reload named")
    lab.until("pc", f"[ $(dig +short @{SRV} ftp.lab.example) = 192.0.2.7 ]")


def test_nginx_serves_with_tls(lab):
    lab.sh(
        "srv",
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=srv"
        " -addext subjectAltName=IP:192.0.2.1 -keyout /etc/ssl/lab.key -out /etc/ssl/lab.crt 2>/dev/null",
    )
    start(lab, "nginx")
    with lab.runtime.copy_out("srv", "/etc/ssl/lab.crt") as certificate:
        lab.runtime.copy_in("pc", certificate, "/root")
    assert "tftp" in lab.sh("pc", f"curl -s -m 5 --cacert /root/lab.crt https://{SRV}/hello.txt")
    assert "200" in lab.sh("pc", f"curl -sI -m 5 http://{SRV}/hello.txt")


def test_a_bad_configuration_is_told_as_on_debian(lab):
    lab.sh("srv", "mv /etc/nginx/sites-enabled/tls /root/; echo 'server { listne 80; }' >/etc/nginx/sites-enabled/bad")
    done = lab.ask("srv", "systemctl restart nginx")
    assert done.code == 1
    assert done.stderr.splitlines() == [
        "Job for nginx.service failed because the control process exited with error code.",
        'See "systemctl status nginx.service" and "journalctl -xeu nginx.service" for details.',
    ]
    assert 'unknown directive "listne"' in lab.sh("srv", "journalctl -xeu nginx.service")
    said = lab.ask("srv", "systemctl status nginx")
    assert said.code == 3
    assert "failed (Result: exit-code)" in said.stdout
    assert 'unknown directive "listne"' in said.stdout
    lab.sh("srv", "rm /etc/nginx/sites-enabled/bad; mv /root/tls /etc/nginx/sites-enabled/")
    start(lab, "nginx")


def test_snmpd_answers_versions_2_and_3(lab):
    start(lab, "snmpd")
    assert "Room 7" in lab.sh("pc", f"snmpget -v2c -c public {SRV} 1.3.6.1.2.1.1.6.0")
    words = f"-v3 -u ann -l authPriv -a SHA-256 -A longenough -x AES -X longenough {SRV}"
    assert "eth1" in lab.sh("pc", f"snmpwalk {words} 1.3.6.1.2.1.31.1.1.1.1")


def test_chrony_serves_time(lab):
    start(lab, "chrony")
    lab.sh("pc", f"echo 'server {SRV} iburst' >/etc/chrony/sources.d/lab.sources; systemctl start chrony")
    lab.until("pc", f"chronyc -n sources | grep '^^[*] *{SRV}'", "the pc's chrony follows the server")


def test_rsyslog_collects_from_another_node(lab):
    lab.sh("pc", "logger -t door 'opened at the back'")
    lab.until("srv", "grep 'pc door.*opened at the back' /var/log/remote.log")
    assert "opened at the back" in lab.sh("pc", "journalctl -n 20 --no-pager")


def test_nftables_filters_and_is_loaded_again_after_a_power_cut(lab):
    rules = (
        "flush ruleset\\ntable inet filter {\\n chain input { type filter hook input priority 0; policy accept;\\n"
        '  tcp dport 8080 log prefix \\"door \\" group 0 counter drop\\n }\\n}\\n'
    )
    lab.sh("srv", "systemctl start ulogd2; nginx -s reload; printf '%b' \"" + rules + '" >/etc/nftables.conf')
    lab.sh("srv", "systemctl enable --now nftables")
    assert not lab.ask("pc", f"nc -z -w 1 {SRV} 8080").ok
    assert "packets" in lab.sh("srv", "nft list ruleset | grep 'dport 8080' | grep -v 'packets 0'")
    lab.until("srv", "grep -h 'door .*DPT=8080' /var/log/ulog/*.log", "the dropped packet is logged")
    lab.restart("srv")
    assert "dport 8080" in lab.sh("srv", "nft list ruleset")
    assert lab.sh("srv", "systemctl is-active nftables") == "active\n"
    assert lab.ask("srv", "systemctl is-active nginx").stdout == "inactive\n", "it was not enabled"


def test_the_journal_knows_the_usual_options(lab):
    lab.sh("srv", "systemctl start cron; logger -t old first; logger -p user.err -t new second")
    assert "Started cron.service" in lab.sh("srv", "journalctl -u cron -n 5 --no-pager")
    assert "second" in lab.sh("srv", "journalctl --since '5 min ago' -t new")
    assert "second" in lab.sh("srv", "journalctl --since today --until now -t new")
    assert "first" not in lab.sh("srv", "journalctl -b -t new --since -1h")
    assert "-- No entries --" in lab.sh("srv", "journalctl -u cron --until '2020-01-01 00:00:00'")
    follow = lab.sh("srv", "timeout 2 journalctl -f -n 0 >/tmp/f & sleep 0.6; logger -t door bell; wait $!; cat /tmp/f")
    assert "bell" in follow


def test_pc_tools_are_there(lab):
    tools = "dhclient ping traceroute dig host nslookup curl nc tcpdump mtr iperf3 arping nmap"
    tools += " ssh vim nano less sudo ethtool conntrack nft snmpwalk python3 lldpcli chronyc ip bridge"
    tools += " tc ss ifup vtysh ovs-vsctl nfcapd crontab"
    assert lab.sh("pc", f"for tool in {tools}; do command -v $tool >/dev/null || echo $tool; done") == ""
    lab.sh("srv", "rm -f /etc/nginx/sites-enabled/tls; systemctl restart nginx")
    assert "80/tcp open" in lab.sh("pc", f"nmap -n -p 80 {SRV} | tr -s ' '")


def test_a_daemon_whose_main_process_died_can_be_started_again(lab):
    start(lab, "nginx")
    lab.sh("srv", "kill -9 $(cat /run/nginx.pid)")
    lab.until("srv", "! systemctl is-active --quiet nginx")
    assert lab.ask("srv", "pgrep -x nginx").ok, "its workers are still there, on its port"
    start(lab, "nginx")
    lab.sh("srv", "kill -9 $(cat /run/nginx.pid); systemctl restart nginx; systemctl is-active nginx")
    lab.sh("srv", "systemctl stop nginx; ! pgrep -x nginx")


EARLY = """
import os, time
if os.fork():
    os._exit(0)
open("/run/early.pid", "w").write(str(os.getpid()))
time.sleep(0.3)
os.setsid()
if os.fork():
    time.sleep(999)
os.execve("/bin/sleep", ["worker-of-early", "998"], {})
"""


def test_workers_of_a_main_process_that_began_its_session_late_go_too(lab):
    """The pid file of nginx is there before its own session is: on a busy machine, much earlier."""
    unit = "[Service]\nType=forking\nPIDFile=/run/early.pid\nExecStart=/usr/bin/python3 /root/early.py\n"
    lab.sh("srv", f"printf '%b' \"{unit}\" >/etc/systemd/system/early.service; cat >/root/early.py <<'END'{EARLY}END")
    start(lab, "early")
    lab.until("srv", "pgrep -f ^worker-of-early")
    lab.sh("srv", "kill -9 $(cat /run/early.pid)")
    start(lab, "early")
    lab.until("srv", "[ $(pgrep -fc ^worker-of-early) = 1 ]")
    lab.sh("srv", "systemctl stop early; ! pgrep -f ^worker-of-early")


def test_nothing_is_said_to_be_enabled_that_does_not_start_with_its_machine(lab):
    for unit in ("named", "bind9", "chrony", "unbound", "nginx", "snmpd"):
        assert lab.ask("srv", f"systemctl is-enabled {unit}").stdout == "disabled\n", unit
    lab.sh("srv", "systemctl enable bind9; systemctl is-enabled named")
    lab.restart("srv")
    lab.until("srv", "systemctl is-active named")
    lab.sh("srv", "systemctl disable --now named")


def test_units_that_share_a_pid_file_are_told_apart(lab):
    start(lab, "chrony")
    assert lab.ask("srv", "systemctl is-active chronyd-restricted").stdout == "inactive\n"
    lab.sh("srv", "systemctl stop chrony")
