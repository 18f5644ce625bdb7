"""The shape of a containerlab topology file (`*.clab.yml`), key by key as containerlab 0.79's own schema has it.

Only the shape: what netlab does with a key, and what it must refuse, is in `rules` and `cables`.
"""

import re
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from netlab.complaints import matching
from netlab.topology.clabnode import NodeSpec, Strict, TextMap, as_text

Name = Annotated[
    str, matching(r"[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}", "a name: letters, digits and . _ - only, at most 63 of them")
]
_MAC = re.compile(r"([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}")


def _mac(value: str) -> str:
    if not _MAC.fullmatch(value):
        raise ValueError(f"'{value}' is not a MAC address such as 02:00:00:00:00:01")
    value = value.replace("-", ":").lower()
    if int(value[:2], 16) & 1:
        raise ValueError(
            f"'{value}' is a group's (multicast) address, and no interface can have it; try 02:00:00:00:00:01"
        )
    if not value.strip("0:"):
        raise ValueError(f"'{value}' is no address that an interface can have; try 02:00:00:00:00:01")
    return value


def _subnet(version: type[IPv4Network] | type[IPv6Network], example: str) -> BeforeValidator:
    """A network, or auto; one complaint, where pydantic would have one for each of the two."""

    def check(value: Any) -> Any:
        if value in (None, "auto"):
            return value
        try:
            return version(str(value))
        except ValueError as wrong:
            raise ValueError(
                f"'{value}' is not a network such as {example}, without host bits; or write auto"
            ) from wrong

    return BeforeValidator(check)


def _nothing(value: Any) -> Any:
    return None if value == "" else value


def _end(value: Any) -> Any:
    """`node:interface`, the brief way to write an end."""
    if not isinstance(value, str):
        return value
    node, colon, interface = value.partition(":")
    if not (colon and node and interface):
        raise ValueError(f"'{value}' is not an endpoint: write node:interface, for example r1:eth1")
    return {"node": node, "interface": interface}


Ipv4End = Annotated[IPv4Interface | None, BeforeValidator(_nothing)]
Ipv6End = Annotated[IPv6Interface | None, BeforeValidator(_nothing)]


class EndSpec(Strict):
    node: str
    interface: str
    mac: Annotated[str, BeforeValidator(_mac), BeforeValidator(as_text)] | None = None
    ipv4: Ipv4End = None
    ipv6: Ipv6End = None
    vars: dict[str, Any] | None = None

    def __str__(self) -> str:
        return f"{self.node}:{self.interface}"


End = Annotated[EndSpec, BeforeValidator(_end)]


class LinkSpec(Strict):
    """A link, brief (no `type`) or extended."""

    type: str | None = None
    endpoints: list[End] | None = None
    endpoint: End | None = None
    mtu: int | None = Field(default=None, ge=68, le=65535)
    ipv4: list[Ipv4End] | None = Field(default=None, max_length=2)
    ipv6: list[Ipv6End] | None = Field(default=None, max_length=2)
    vars: dict[str, Any] | None = None
    labels: TextMap | None = None
    # Only for links to the outside.
    host_interface: str | None = None
    mode: str | None = None
    remote: str | None = None
    vni: int | None = None
    dst_port: int | None = None
    src_port: int | None = None


class MgmtSpec(Strict):
    network: str | None = None
    bridge: str | None = None
    ipv4_subnet: Annotated[IPv4Network | Literal["auto"] | None, _subnet(IPv4Network, "192.0.2.0/24")] = None
    ipv6_subnet: Annotated[IPv6Network | Literal["auto"] | None, _subnet(IPv6Network, "2001:db8::/64")] = None
    ipv4_gw: IPv4Address | None = None
    ipv6_gw: IPv6Address | None = None
    ipv4_range: IPv4Network | None = None
    ipv6_range: IPv6Network | None = None
    mtu: int | None = Field(default=None, ge=68, le=65535)
    external_access: bool | None = None
    skip_when_unused: bool | None = None
    driver_opts: dict[str, Any] | None = None


class Body(Strict):
    defaults: NodeSpec | None = None
    kinds: dict[str, NodeSpec | None] = Field(default_factory=dict)
    groups: dict[str, NodeSpec | None] = Field(default_factory=dict)
    nodes: dict[Name, NodeSpec | None]
    links: list[LinkSpec] = Field(default_factory=list)


class ClabFile(Strict):
    """A whole topology file."""

    name: Name
    prefix: str | None = None
    mgmt: MgmtSpec = MgmtSpec()
    topology: Body
    settings: dict[str, Any] | None = None
    debug: bool | None = None
