"""Management addresses: those the file asks for, and the next free ones for all other nodes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from itertools import islice

from netlab.topology.clabfile import ClabFile
from netlab.topology.clabnode import NodeSpec
from netlab.topology.model import MGMT_SUBNET
from netlab.topology.problems import Problem

MGMT_SUBNET6 = IPv6Network("3fff:172:20:20::/64")
_SEARCHED = 1 << 16
Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Pool:
    """One family's management subnet. `key` is 4 or 6, as in the names of the file's keys."""

    key: int
    subnet: Network
    gateway: Address
    range: Network
    asked: Mapping[str, Address]

    def problems(self) -> Iterator[Problem]:
        taken = {self.gateway: "the gateway"}
        if self.gateway not in self.subnet:
            yield Problem(("mgmt", f"ipv{self.key}-gw"), f"{self.gateway} is not in {self.subnet}")
        if not (self.range.version == self.subnet.version and self.range.subnet_of(self.subnet)):  # type: ignore[arg-type]
            yield Problem(("mgmt", f"ipv{self.key}-range"), f"{self.range} is not in {self.subnet}")
        for name, address in self.asked.items():
            place = ("topology", "nodes", name, f"mgmt-ipv{self.key}")
            if address not in self.subnet:
                yield Problem(place, f"{address} is not in {self.subnet}, the management network", "Correct it.")
            elif address in taken:
                yield Problem(place, f"{address} is taken: {taken[address]} has it", "Choose another, or remove it.")
            taken.setdefault(address, name)

    def addresses(self, names: list[str]) -> dict[str, Address]:
        """For every node one, as many as there are."""
        used = {self.gateway, *self.asked.values()}
        hosts: Iterator[Address] = iter(self.range.hosts() if self.range == self.subnet else self.range)
        free = (host for host in islice(hosts, _SEARCHED) if host not in used)
        found = {name: self.asked.get(name) or next(free, None) for name in names}
        return {name: address for name, address in found.items() if address}

    def too_few(self, names: list[str]) -> Iterator[Problem]:
        if len(self.addresses(names)) < len(names):
            text = f"{self.range} has too few addresses for {len(names)} nodes"
            yield Problem(("mgmt", f"ipv{self.key}-subnet"), text)


def pool4(file: ClabFile) -> Pool:
    mgmt = file.mgmt
    subnet = mgmt.ipv4_subnet if isinstance(mgmt.ipv4_subnet, IPv4Network) else MGMT_SUBNET
    gateway = mgmt.ipv4_gw or _first(subnet)
    asked = {name: node.mgmt_ipv4 for name, node in _nodes(file) if node.mgmt_ipv4}
    return Pool(4, subnet, gateway, mgmt.ipv4_range or subnet, asked)


def pool6(file: ClabFile) -> Pool:
    mgmt = file.mgmt
    subnet = mgmt.ipv6_subnet if isinstance(mgmt.ipv6_subnet, IPv6Network) else MGMT_SUBNET6
    gateway = mgmt.ipv6_gw or _first(subnet)
    asked = {name: node.mgmt_ipv6 for name, node in _nodes(file) if node.mgmt_ipv6}
    return Pool(6, subnet, gateway, mgmt.ipv6_range or subnet, asked)


def _first(subnet: Network) -> Address:
    return subnet[min(1, subnet.num_addresses - 1)]


def _nodes(file: ClabFile) -> Iterator[tuple[str, NodeSpec]]:
    return ((name, node) for name, node in file.topology.nodes.items() if node)
