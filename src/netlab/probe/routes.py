"""The routes of a node as the kernel has them, with who put them there: no program on the node is asked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from netlab.probe import kernel

Address = IPv4Address | IPv6Address
EVERYWHERE = {4: "0.0.0.0/0", 6: "::/0"}
# rtnetlink(7) and Linux's include/uapi/linux/rtnetlink.h; FRR's own from its zebra/rt_netlink.h
_MADE_BY = {
    "2": "kernel", "3": "boot", "4": "static", "9": "ra", "11": "zebra", "16": "dhcp", "186": "bgp", "187": "isis",
    "188": "ospf", "189": "rip", "196": "static",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Route:
    """One way to a network; a route with several next hops is several of these.

    `via` is None on the network itself. `made_by`: kernel (an address implies it), boot (by hand, ip(8)), static, ospf,
    bgp, dhcp, ra, or the kernel's number. Whoever is root on the node can write what he likes there.
    """

    network: IPv4Network | IPv6Network
    via: Address | None
    interface: str
    made_by: str

    def __str__(self) -> str:
        way = f"via {self.via}" if self.via else f"on {self.interface}"
        return f"{self.network} {way} ({self.made_by})"


def routes(netns: str, node: str, version: int = 4) -> list[Route]:
    """Those of the main table, of one version of IP. Raises CannotLookError."""
    return [way for one in kernel.routes(netns, node, version) for way in _ways(one, version)]


def _ways(one: Mapping[str, Any], version: int) -> Iterator[Route]:
    network = ip_network(EVERYWHERE[version] if one["dst"] == "default" else one["dst"])
    made_by = str(one.get("protocol", "3"))  # ip(8) leaves out its own
    for hop in one.get("nexthops", [one]):
        gateway = hop.get("gateway") or hop.get("via", {}).get("host")
        via = ip_address(gateway) if gateway else None
        yield Route(network, via, hop.get("dev", ""), _MADE_BY.get(made_by, made_by))
