"""A containerlab topology of kind `linux`, read from `*.clab.yml`: pure data, knows no runtime.

Follows containerlab's topology definition: `defaults`, `kinds` and `nodes` are merged in that order.
What netlab cannot honour is refused by name when the file is read, never ignored.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from itertools import islice
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator
from pydantic_core import PydanticCustomError

MGMT_INTERFACE = "eth0"
MGMT_SUBNET = IPv4Network("172.20.20.0/24")
NodeName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
_INTERFACE = re.compile(r"[a-zA-Z][a-zA-Z0-9._-]{0,14}")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One end of a link."""

    node: str
    interface: str

    def __str__(self) -> str:
        return f"{self.node}:{self.interface}"


@dataclass(frozen=True, slots=True)
class Link:
    """A cable between two interfaces."""

    a: Endpoint
    b: Endpoint

    def __iter__(self) -> Iterator[Endpoint]:
        return iter((self.a, self.b))


@dataclass(frozen=True, slots=True)
class Node:
    """A router, switch, server or PC."""

    name: str
    mgmt: IPv4Interface
    image: str = ""
    command: str = "/usr/lib/netlab/boot"
    labels: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    sysctls: Mapping[str, str] = field(default_factory=dict)

    @property
    def role(self) -> str:
        return self.labels.get("netlab.role", "pc")

    @property
    def about(self) -> str:
        """One line on what this node is in the story, for `status` and the brief."""
        return self.labels.get("netlab.about", "")


@dataclass(frozen=True, slots=True)
class Topology:
    """Nodes by name, links, and the subnet that the nodes are managed on."""

    name: str
    nodes: Mapping[str, Node]
    links: tuple[Link, ...]
    mgmt: IPv4Network = MGMT_SUBNET

    def interfaces(self, node: str) -> list[str]:
        """The link interfaces of one node, in the order the links are written."""
        return [end.interface for link in self.links for end in link if end.node == node]

    def neighbours(self, node: str) -> list[tuple[str, Endpoint]]:
        """For each of the node's interfaces, what is at the other end of the cable."""
        pairs = [(link.a, link.b) for link in self.links] + [(link.b, link.a) for link in self.links]
        return sorted((near.interface, far) for near, far in pairs if near.node == node)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class _NodeSpec(_Strict):
    kind: Literal["linux"] | None = None
    image: str | None = None
    cmd: str | None = None
    labels: dict[str, str] = Field(default_factory=dict)
    env: dict[str, str] = Field(default_factory=dict)
    sysctls: dict[str, str | int] = Field(default_factory=dict)
    mgmt_ipv4: IPv4Address | None = Field(default=None, alias="mgmt-ipv4")
    # Docker needs these two; a native node is always confined to its own namespaces.
    privileged: bool | None = None
    cap_add: list[str] = Field(default_factory=list, alias="cap-add")


class _LinkSpec(_Strict):
    endpoints: tuple[str, str]

    @field_validator("endpoints")
    @classmethod
    def _well_formed(cls, endpoints: tuple[str, str]) -> tuple[str, str]:
        for text in endpoints:
            _, _, interface = text.partition(":")
            if not _INTERFACE.fullmatch(interface):
                raise ValueError(f"'{text}' is not an endpoint: write node:interface, for example r1:eth1")
        return endpoints


class _Mgmt(_Strict):
    network: str | None = None
    ipv4_subnet: IPv4Network = Field(default=MGMT_SUBNET, alias="ipv4-subnet")


class _Body(_Strict):
    defaults: _NodeSpec = _NodeSpec()
    kinds: dict[Literal["linux"], _NodeSpec] = Field(default_factory=dict)
    nodes: dict[NodeName, _NodeSpec | None] = Field(min_length=1)
    links: list[_LinkSpec] = Field(default_factory=list)

    @model_validator(mode="after")
    def _links_fit_nodes(self) -> "_Body":
        seen: set[str] = set()
        for number, text in ((number, end) for number, link in enumerate(self.links) for end in link.endpoints):
            node, _, interface = text.partition(":")
            if node not in self.nodes:
                raise _link_error(number, f"the link end {text} names a node that is not in 'nodes'")
            if text in seen or interface == MGMT_INTERFACE:
                raise _link_error(number, f"the interface {text} is taken; each is used once, eth0 is for management")
            seen.add(text)
        return self


def _link_error(number: int, message: str) -> PydanticCustomError:
    """An error that knows which of the links is meant (`at`: see `netlab.yamlfile`)."""
    return PydanticCustomError("link", "{text}", {"text": message, "at": ("links", number)})


class TopologyFile(_Strict):
    """The file as written; `topology()` gives what it means."""

    name: NodeName
    prefix: str | None = None
    mgmt: _Mgmt = _Mgmt()
    topology: _Body

    @model_validator(mode="after")
    def _management_addresses_fit(self) -> "TopologyFile":
        subnet, taken = self.mgmt.ipv4_subnet, {self.mgmt.ipv4_subnet[1]}
        for name, node in self.topology.nodes.items():
            address = node.mgmt_ipv4 if node else None
            if address and (address not in subnet or address in taken):
                raise ValueError(f"the mgmt-ipv4 of {name}, {address}, is taken or not in {subnet}")
            taken |= {address} if address else set()
        if len(self.topology.nodes) > subnet.num_addresses - 3:
            raise ValueError(f"{subnet} has too few addresses for {len(self.topology.nodes)} nodes")
        return self

    def resolve(self) -> Topology:
        """The nodes with defaults and kinds merged in, and their management addresses given out in order."""
        asked = {node.mgmt_ipv4 for node in self.topology.nodes.values() if node}
        hosts = (host for host in islice(self.mgmt.ipv4_subnet.hosts(), 1, None) if host not in asked)
        length = self.mgmt.ipv4_subnet.prefixlen
        nodes = {}
        for name, own in self.topology.nodes.items():
            merged = self._merge(own or _NodeSpec())
            address = merged.pop("mgmt_ipv4", None) or next(hosts)
            nodes[name] = Node(name=name, mgmt=IPv4Interface(f"{address}/{length}"), **merged)
        links = tuple(Link(*(_endpoint(end) for end in link.endpoints)) for link in self.topology.links)
        return Topology(self.name, nodes, links, self.mgmt.ipv4_subnet)

    def _merge(self, own: _NodeSpec) -> dict[str, Any]:
        kind = own.kind or self.topology.defaults.kind or "linux"
        layers = [self.topology.defaults, self.topology.kinds.get(kind, _NodeSpec()), own]
        merged: dict[str, Any] = {}
        for layer in layers:
            merged |= {key: getattr(layer, key) for key in ("image", "mgmt_ipv4") if getattr(layer, key)}
            merged |= {"command": layer.cmd} if layer.cmd else {}
            for key in ("labels", "env", "sysctls"):
                more = {name: str(value) for name, value in getattr(layer, key).items()}
                merged[key] = merged.get(key, {}) | more
        return merged


def _endpoint(text: str) -> Endpoint:
    node, _, interface = text.partition(":")
    return Endpoint(node, interface)
