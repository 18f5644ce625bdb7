"""Faults of DHCP, DNS and time, in the files of dnsmasq, the ISC relay, BIND, unbound and chrony."""

import re
from ipaddress import IPv4Address

from netlab.faults.change import Change, FaultError, Site, Trace
from netlab.faults.stanza import bend

RELAY, RESOLVER, CLOCK = "/etc/default/isc-dhcp-relay", "/etc/bind/named.conf.options", "/etc/chrony/chrony.conf"
_RECORD = r"{name}[ \t]+(?:\d+[ \t]+)?(?:IN[ \t]+)?{kind}[ \t]+(\S[^;\n]*?)[ \t]*(?:;.*)?"

_SERIAL = r"\bSOA[ \t]+\S+[ \t]+\S+\s+(?:\(\s*)?(\d+)\b"


def dhcp_scope(site: Site) -> Change:
    """`file` of dnsmasq; `option`: as it stands there, such as tag:staff,option:router; `value`: the wrong one."""
    option = re.escape(str(site.ask("option")))
    return bend(site, str(site.ask("file")), rf"dhcp-option={option},(\S+)", site.ask("value"))


def dhcp_exhausted(site: Site) -> Change:
    """`file` of dnsmasq; `scope`: how its ranges begin, such as set:staff; `most` addresses are left, 1 unless told."""
    path, scope = str(site.ask("file")), re.escape(str(site.ask("scope")))
    text = site.text(path)
    ranges = list(re.finditer(rf"^dhcp-range={scope},([\d.]+),([\d.]+)(.*)\n?", text, re.MULTILINE))
    if not ranges:
        raise FaultError(f"{path} has no dhcp-range for {site.ask('scope')}")
    last = IPv4Address(ranges[0][1]) + int(site.given.get("most", 1)) - 1
    for one in reversed(ranges[1:]):
        text = text[: one.start()] + text[one.end() :]
    first = ranges[0]
    line = f"{first[0][: first.start(2) - first.start()]}{last}{first[3]}"
    new = f"{text[: first.start()]}{line}\n{text[first.end() :]}"
    return site.file(path, new, Trace("file", site.node, value=line))


def dhcp_relay(site: Site) -> Change:
    """`server`: to which requests go in place of the right one."""
    return bend(site, RELAY, r'SERVERS="?([^"\n]*)"?', site.ask("server"))


def dns_record(site: Site) -> Change:
    """`file` of the zone; `name` and `kind` (A, PTR, MX …) of the record; `value`: the wrong one."""
    name, kind = re.escape(str(site.ask("name"))), re.escape(str(site.ask("kind")))
    return bend(site, str(site.ask("file")), _RECORD.format(name=name, kind=kind), site.ask("value"))


def dns_serial(site: Site) -> Change:
    """`file` of the zone: its serial number is `serial`, lower than what its secondaries have (RFC 1982).

    To be put in while they run: a secondary that boots without a copy of its own takes whatever there is.
    """
    path = str(site.ask("file"))
    text = site.text(path)
    found = re.search(_SERIAL, text)
    if not found:
        raise FaultError(f"{path} has no SOA record with a serial number")
    new = f"{text[: found.start(1)]}{int(site.ask('serial'))}{text[found.end(1) :]}"
    line = new[: found.start(1)].count("\n")
    return site.file(path, new, Trace("file", site.node, value=new.splitlines()[line].strip()))


def dns_delegation(site: Site) -> Change:
    """`file` of the parent zone; `zone`: whose name server is said to be `server`."""
    pattern = _RECORD.format(name=re.escape(str(site.ask("zone"))), kind="NS")
    return bend(site, str(site.ask("file")), pattern, site.ask("server"))


def dns_forwarder(site: Site) -> Change:
    """`server`: whom a resolver asks in place of the right one; `file`: BIND's options unless told, or unbound's."""
    pattern = r"[ \t]*(?:forwarders[ \t]*\{[ \t]*|forward-addr:[ \t]*)([0-9A-Fa-f.:]+).*"
    return bend(site, str(site.given.get("file", RESOLVER)), pattern, site.ask("server"))


def ntp_skew(site: Site) -> Change:
    """`source`: whose time chrony follows in place of the right one; `file`: chrony.conf unless told."""
    return bend(site, str(site.given.get("file", CLOCK)), r"(?:server|pool|peer)[ \t]+(\S+).*", site.ask("source"))
