"""Faults of addresses, gateways and links. What is there is read from the node's own start files, and then bent."""

import re
from dataclasses import replace
from ipaddress import IPv4Interface, ip_interface

from netlab.faults import stanza
from netlab.faults.change import Change, FaultError, Site, Trace
from netlab.faults.stanza import INTERFACES, SYSCTL
from netlab.port import Port
from netlab.topology import Endpoint

ADDRESS = r"\s+address\s+(\S+)"
LONGEST = 30  # a prefix with room for two devices


def _own(site: Site) -> tuple[str, tuple[int, int], IPv4Interface]:
    text = site.text(INTERFACES)
    where = stanza.iface(text, site.card)
    return text, where, IPv4Interface(stanza.value(text, where, ADDRESS))


def _readdressed(site: Site, wrong: IPv4Interface) -> Change:
    text, where, right = _own(site)
    if wrong == right:
        raise FaultError(f"{site.card} of {site.node} has {right} already")
    trace = Trace("address", site.node, site.card, str(wrong))
    return site.file(INTERFACES, stanza.swap(text, where, ADDRESS, str(wrong)), trace)


def wrong_mask(site: Site) -> Change:
    """`prefix`: the wrong length; without one, one bit more than the right one."""
    _, _, right = _own(site)
    length = int(site.given.get("prefix", right.network.prefixlen + 1))
    if not 1 <= length <= LONGEST:
        raise FaultError(f"/{length} is no prefix length for a LAN")
    return _readdressed(site, IPv4Interface(f"{right.ip}/{length}"))


def wrong_address(site: Site) -> Change:
    """`address`: the wrong one; its prefix length stays."""
    _, _, right = _own(site)
    return _readdressed(site, IPv4Interface(f"{site.ask('address')}/{right.network.prefixlen}"))


def duplicate_address(site: Site) -> Change:
    """`of`: NODE:INTERFACE whose address this one takes, too."""
    node, _, card = str(site.ask("of")).partition(":")
    _, _, taken = _own(replace(site, node=node, interface=card))
    _, _, right = _own(site)
    if taken.ip not in right.network:
        raise FaultError(f"{taken.ip} of {node} is not in {right.network}")
    return _readdressed(site, IPv4Interface(f"{taken.ip}/{right.network.prefixlen}"))


def wrong_gateway(site: Site) -> Change:
    """`gateway`: the wrong one; without it, the next address after the right one that is in the network."""
    text, where, own = _own(site)
    right = ip_interface(stanza.value(text, where, r"\s+gateway\s+(\S+)")).ip
    near = [right + 1, right - 1]
    wrong = str(site.given.get("gateway") or next(one for one in near if one in own.network and one != own.ip))
    new = stanza.swap(text, where, r"\s+gateway\s+(\S+)", wrong)
    return site.file(INTERFACES, new, Trace("gateway", site.node, value=wrong))


def interface_down(site: Site) -> Change:
    """Its stanza stays; nothing brings it up when the node boots."""
    text = site.text(INTERFACES)
    stanza.iface(text, site.card)
    new = stanza.drop(text, rf"(?:auto|allow-hotplug)\s+{re.escape(site.card)}\s*")
    return site.file(INTERFACES, new, Trace("down", site.node, site.card))


def mtu_mismatch(site: Site) -> Change:
    """`mtu`: 1400 unless told."""
    text, mtu = site.text(INTERFACES), int(site.given.get("mtu", 1400))
    where = stanza.iface(text, site.card)
    return site.file(INTERFACES, stanza.add(text, where, f"mtu {mtu}"), Trace("mtu", site.node, site.card, str(mtu)))


def forwarding_off(site: Site) -> Change:
    """Kernel settings of the node's own say so; the file is one that any administrator may have written."""
    before = site.read(site.node, SYSCTL) or ""
    text = f"{before}net.ipv4.ip_forward = 0\n"
    return Change({(site.node, SYSCTL): text}, traces=[Trace("sysctl", site.node, value="net.ipv4.ip_forward = 0")])


def return_route(site: Site) -> Change:
    """`network`: the route to it is gone from the stanza of the interface (`up ip route add …`)."""
    text, network = site.text(INTERFACES), re.escape(str(site.ask("network")))
    return site.file(INTERFACES, stanza.drop(text, rf"\s+(?:post-)?up\s+ip route (?:add|replace) {network}\s.*"))


def wrong_route(site: Site) -> Change:
    """`network`, and `via`: the wrong next hop."""
    text, network, via = site.text(INTERFACES), str(site.ask("network")), str(site.ask("via"))
    pattern = rf"\s+(?:post-)?up\s+ip route (?:add|replace) {re.escape(network)}\s+via\s+(\S+).*"
    new = stanza.swap(text, (0, len(text)), pattern, via)
    return site.file(INTERFACES, new, Trace("route", site.node, value=f"{network} via {via}"))


def _port(site: Site, port: Port, *, both: bool) -> Change:
    near = Endpoint(site.node, site.card)
    far = site.topology.far_end(near)
    if far is None:
        raise FaultError(f"{near} is no end of a link")
    return Change(ports={near: port, **({far: port} if both else {})})


def cable_cut(site: Site) -> Change:
    """Neither end has a carrier any more, whatever their nodes do."""
    return _port(site, Port(up=False), both=False)


def random_loss(site: Site) -> Change:
    """`percent`: of the frames in either direction; 10 unless told."""
    return _port(site, Port(loss=float(site.given.get("percent", 10))), both=True)


def rate_limit(site: Site) -> Change:
    """`kbit`: kbit/s in either direction; 256 unless told."""
    return _port(site, Port(rate=1000 * int(site.given.get("kbit", 256))), both=True)
