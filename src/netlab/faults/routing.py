"""Faults of routing protocols, in FRR's configuration."""

import re

from netlab.faults import stanza
from netlab.faults.change import Change, FaultError, Site, Trace
from netlab.faults.stanza import FRR

OSPF = "router ospf"
_OTHER_AREA = "1"


def _line(site: Site, line: str, instead_of: str) -> Change:
    """With that line in the block of the interface, in place of one of its kind if there is one."""
    text, where = stanza.interface_block(site)
    try:
        new = stanza.swap(text, where, f"({instead_of})", f" {line}")
    except FaultError:
        new = stanza.add(text, where, line)
    return site.file(FRR, new, Trace("file", site.node, value=line))


def ospf_hello(site: Site) -> Change:
    """`seconds`: the wrong hello interval (RFC 2328, 9.5); 7 unless told."""
    return _line(site, f"ip ospf hello-interval {int(site.given.get('seconds', 7))}", r" ip ospf hello-interval \d+")


def ospf_auth(site: Site) -> Change:
    """`key`: a password that the neighbour has not (RFC 2328, D.3)."""
    text, where = stanza.interface_block(site)
    text = stanza.add(text, where, "ip ospf authentication")
    where = stanza.block(text, f"interface {re.escape(site.card)}")
    key = f"ip ospf authentication-key {site.given.get('key', 'core-2019')}"
    return site.file(FRR, stanza.add(text, where, key), Trace("file", site.node, value=key))


def ospf_passive(site: Site) -> Change:
    """No hello leaves the interface any more."""
    return _line(site, "ip ospf passive", r" ip ospf passive")


def ospf_area(site: Site) -> Change:
    """`network`: whose statement has the wrong area; `area`: 1 unless told."""
    area, pattern = site.given.get("area", _OTHER_AREA), rf" network {re.escape(str(site.ask('network')))} area (\S+)"
    return stanza.bend(site, FRR, pattern, area, stanza.block(site.text(FRR), OSPF))


def ospf_network(site: Site) -> Change:
    """`network`: it is advertised no longer."""
    return site.file(FRR, stanza.drop(site.text(FRR), rf" network {re.escape(str(site.ask('network')))} area \S+"))


def route_flap(site: Site) -> Change:
    """`router_id`: that of another router of the area, not a neighbour: both take each other's routes back, in turn."""
    return stanza.bend(site, FRR, r" ospf router-id (\S+)", site.ask("router_id"), stanza.block(site.text(FRR), OSPF))


def bgp_as(site: Site) -> Change:
    """`neighbour`: its address; `number`: the wrong AS, one more than the right one unless told."""
    text, neighbour = site.text(FRR), re.escape(str(site.ask("neighbour")))
    where, pattern = stanza.block(text, r"router bgp \d+"), rf" neighbor {neighbour} remote-as (\d+)"
    number = site.given.get("number") or int(stanza.value(text, where, pattern)) + 1
    return stanza.bend(site, FRR, pattern, number, where)


def bgp_max_prefix(site: Site) -> Change:
    """`neighbour`: it may announce no more than `most` networks (1 unless told), or the session ends."""
    text, neighbour = site.text(FRR), str(site.ask("neighbour"))
    line = f"neighbor {neighbour} maximum-prefix {int(site.given.get('most', 1))}"
    return site.file(FRR, _in_family(text, line), Trace("file", site.node, value=line))


def bgp_filter(site: Site) -> Change:
    """`neighbour`: `network` is no longer taken from it, by a prefix list called `list` (from-peer unless told)."""
    name, network = str(site.given.get("list", "from-peer")), site.ask("network")
    line = f"neighbor {site.ask('neighbour')} prefix-list {name} in"
    rules = [f"ip prefix-list {name} seq 5 deny {network}", f"ip prefix-list {name} seq 10 permit 0.0.0.0/0 le 32"]
    text = _in_family(site.text(FRR), line).rstrip("\n")
    return site.file(FRR, "\n".join([text, "!", *rules, ""]), Trace("file", site.node, value=line))


def _in_family(text: str, line: str) -> str:
    family = re.search(r"^ address-family ipv4 unicast\n", text, re.MULTILINE)
    if not family:
        raise FaultError(f"{FRR} has no 'address-family ipv4 unicast'")
    return f"{text[: family.end()]}  {line}\n{text[family.end() :]}"
