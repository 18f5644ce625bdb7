"""one-rack: a lease, names, a page, a log, the time and a backup."""

import secrets

import pytest

from netlab.grading import check
from netlab.grading.services import new_mac


@check(points=2, ksbs=["S2"], why="a device gets its address from the right server")
def test_lease(probe, lab, expect):
    """A new device gets a lease from gw."""
    with probe("pc1").wire("eth1") as wire:
        servers = probe("pc1").dhcp(wire).servers(new_mac())
    routers = {str(address): ", ".join(map(str, offer.routers)) for address, offer in servers.items()}
    gw = str(lab["gw"])
    said = "; ".join(f"{address} offers the router {router}" for address, router in sorted(routers.items()))
    expect(routers == {gw: gw}, expected=f"{gw} alone offers the router {gw}", observed=said or "no offer")


@pytest.fixture
def names(probe, until):
    """`names(server, name, kind, right)`: the values of a name, once they are right or five seconds are over."""

    def ask(server, name, kind, right):
        found = []

        def once():
            found[:] = probe("pc1").dns(server, name, kind).values
            return right(found)

        until(once, patience=5)
        return found

    return ask


@check(points=2, ksbs=["S2"], why="a name leads to its machine")
def test_names(names, lab, expect):
    """The name www leads to ns1, whichever server is asked."""
    for server in ("ns1", "ns2", "gw"):
        found = names(lab[server], "www.rack.example", "A", lambda said: said == [str(lab["ns1"])])
        expect(found == [str(lab["ns1"])], expected=str(lab["ns1"]), observed=f"{server}: {', '.join(found) or 'none'}")


@check(points=2, ksbs=["S2"], why="a secondary has what the primary has")
def test_zone(names, lab, expect):
    """Both servers have the same zone."""
    first = names(lab["ns1"], "rack.example", "SOA", bool)
    second = names(lab["ns2"], "rack.example", "SOA", lambda said: said == first)
    expect(first and first == second, expected=f"ns2 has {', '.join(first)}", observed=f"ns2 has {', '.join(second)}")


@check(points=2, ksbs=["S2"], why="a zone of its own is delegated")
def test_delegation(names, lab, expect):
    """Names below lab are found by way of ns1."""
    wanted = [str(lab["lan"][20])]
    found = names(lab["ns1"], "host.lab.rack.example", "A", lambda said: said == wanted)
    expect(found == wanted, expected=wanted[0], observed=", ".join(found) or "nothing")


@check(points=2, ksbs=["S2"], why="a page can be trusted")
def test_page(probe, device, lab, expect):
    """The page of www is there, by HTTPS."""
    authority = device("ns1").run("cat /etc/ssl/local/ca.crt")
    page = probe("pc1").web(lab["ns1"], "www.rack.example", tls=True, port=443, authority=authority)
    expect(page.status == 200, expected="the page", observed=page.why or f"status {page.status}")
    shown = page.certificate
    expect(shown.trusted, expected="a certificate that can be trusted", observed=shown.why_not or "it can be trusted")


@check(points=2, ksbs=["S2"], why="a log holds what happens")
def test_log(device, until, expect):
    """What pc1 logs is in the log on ns2."""
    word = f"rack-{secrets.token_hex(4)}"
    device("pc1").run(f"for i in 1 2 3 4 5; do logger a line of some length in a log; done; logger {word}")
    found = until(lambda: word in device("ns2").run("cat /var/log/rack.log"), patience=4)
    expect(found, expected=word, observed="it is there" if found else "it is not there")


@check(points=2, ksbs=["S2"], why="clocks agree", method="ST")
def test_time(device, lab, expect):
    """ns1 asks gw for the time."""
    said = device("ns1").run("chronyc -n -c sources")
    sources = [line.split(",")[2] for line in said.splitlines() if line.startswith("^")]
    expect(sources == [str(lab["gw"])], expected=str(lab["gw"]), observed=", ".join(sources) or "nobody")


@check(points=2, ksbs=["S2"], why="what is approved is what runs", method="CD")
def test_approved(device, lab, expect):
    """The rack alone gets its time from gw."""
    said = device("gw").run("grep ^allow /etc/chrony/chrony.conf")
    expect(said == f"allow {lab['lan']}", expected=f"allow {lab['lan']}", observed=said)


@check(points=4, ksbs=["S5"], why="a backup is worth what it restores", method="CD")
def test_backup(device, expect):
    """The backup of gw is what gw has."""
    now, kept = device("gw").run("cat /etc/dnsmasq.d/lan.conf"), device("ns1").run("cat /root/backup/gw-lan.conf")
    lines = len(set(now.splitlines()) - set(kept.splitlines()))
    expect(now == kept, expected="the same lines", observed=f"{lines} lines are missing")
