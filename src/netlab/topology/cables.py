"""Links as written become cables, or are refused: those that lead out of the lab."""

import re
from collections.abc import Iterator, Mapping

from netlab.topology.clabfile import EndSpec, LinkSpec
from netlab.topology.model import DANGLING, MGMT_INTERFACE, Endpoint, Factory, Link
from netlab.topology.problems import Place, Problem

OUTSIDE = {
    "host": "a cable to this computer's own network would let a lab out, and this computer in",
    "mgmt-net": "only netlab itself is plugged into the management network",
    "macvlan": "it would put the node onto this computer's own network",
    "vxlan": "it would lead out of the lab, over this computer's own network",
    "vxlan-stitch": "it would lead out of the lab, over this computer's own network",
}
_CABLES = ("veth", "veth-stitch", "dummy")
_INTERFACE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+@-]*")
_LONGEST = 15
_PAIR = 2


def kind(link: LinkSpec) -> str:
    """The link's type; a brief link's is in the name of the node at one of its ends."""
    named = [end.node for end in link.endpoints or [] if end.node in OUTSIDE] if not link.type else []
    return link.type or next(iter(named), "veth")


def ends(link: LinkSpec) -> list[EndSpec]:
    return list(link.endpoints or []) if link.endpoints is not None else [link.endpoint] if link.endpoint else []


def problems(
    links: list[LinkSpec], nodes: Mapping[str, str], cabled: set[str], free_eth0: set[str]
) -> Iterator[Problem]:
    """`nodes`: name to kind; `cabled`: those that netlab has; `free_eth0`: those that are not managed over eth0."""
    taken: set[str] = set()
    for number, link in enumerate(links):
        place: Place = ("links", number)
        if (type_ := kind(link)) in OUTSIDE:
            fix = "Remove the link, or leave such links out with --skip-unsupported."
            yield Problem(place, f"a link of type {type_}: {OUTSIDE[type_]}", fix, optional=True)
            continue
        yield from _shape(place, link, type_)
        for end in ends(link):
            if end.node in nodes and end.node not in cabled:
                text = f"it leads to {end.node}, which is of kind {nodes[end.node]}"
                yield Problem(place, text, optional=True)
        for end in ends(link):
            yield from _end(place, end, nodes, taken, free_eth0)
            taken.add(str(end))


def _shape(place: Place, link: LinkSpec, type_: str) -> Iterator[Problem]:
    found, wanted = len(ends(link)), 1 if type_ == "dummy" else _PAIR
    if type_ not in _CABLES:
        yield Problem((*place, "type"), f"there are no links of type '{type_}'", f"Known: {', '.join(_CABLES)}.")
    elif found != wanted:
        key = "endpoint" if link.endpoint or type_ == "dummy" else "endpoints"
        yield Problem((*place, key), f"a link of type {type_} has {wanted} under {key}, not {found}")


def _end(place: Place, end: EndSpec, nodes: Mapping[str, str], taken: set[str], free: set[str]) -> Iterator[Problem]:
    name = end.interface
    if end.node not in nodes:
        yield Problem(place, f"the link end {end} names a node that is not in 'nodes'")
    if len(name) > _LONGEST:
        text = f"'{name}' is longer than {_LONGEST} characters, which Linux does not take for an interface"
        yield Problem(place, text, "Shorten it.")
    elif not _INTERFACE.fullmatch(name):
        yield Problem(place, f"'{end}' is not an endpoint: '{name}' cannot be the name of an interface on Linux")
    elif str(end) in taken or name == "lo" or (name == MGMT_INTERFACE and end.node not in free | {DANGLING}):
        reason = "each is used once, eth0 is for management (unless the node has network-mode: none)"
        yield Problem(place, f"the interface {end} is taken; {reason}")


def cable(number: int, link: LinkSpec, mtu: int) -> Link:
    """A link that has no problem."""
    both = [*ends(link), EndSpec.model_construct(node=DANGLING, interface=f"d{number}")][:_PAIR]
    ipv4, ipv6 = [*(link.ipv4 or []), None, None], [*(link.ipv6 or []), None, None]
    made = [Factory(end.mac, end.ipv4 or ipv4[at], end.ipv6 or ipv6[at]) for at, end in enumerate(both)]
    one, other = (Endpoint(end.node, end.interface) for end in both)
    return Link(one, other, link.mtu or mtu, (made[0], made[1]))
