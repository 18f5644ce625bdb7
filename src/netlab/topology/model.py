"""What a network consists of: pure data, knows neither files nor runtimes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network

MGMT_INTERFACE = "eth0"
MGMT_SUBNET = IPv4Network("172.20.20.0/24")
BOOT = "/usr/lib/netlab/boot"
LAB_MTU = 1500
SHM_SIZE = 64 << 20
DANGLING = "~dummy"  # where the far ends of dummy links are; no node can have this name


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One end of a link."""

    node: str
    interface: str

    def __str__(self) -> str:
        return f"{self.node}:{self.interface}"


@dataclass(frozen=True, slots=True)
class Factory:
    """How an interface comes out of the box where a topology says so; `mac` None: netlab's own choice."""

    mac: str | None = None
    ipv4: IPv4Interface | None = None
    ipv6: IPv6Interface | None = None

    @property
    def addresses(self) -> list[str]:
        return [str(address) for address in (self.ipv4, self.ipv6) if address]


@dataclass(frozen=True, slots=True)
class Link:
    """A cable between two interfaces. A dummy link's far end is on the node DANGLING."""

    a: Endpoint
    b: Endpoint
    mtu: int = LAB_MTU
    factory: tuple[Factory, Factory] = (Factory(), Factory())

    def __iter__(self) -> Iterator[Endpoint]:
        return iter((self.a, self.b))

    @property
    def dummy(self) -> bool:
        return self.b.node == DANGLING

    def factory_of(self, end: Endpoint) -> Factory:
        return self.factory[0 if end == self.a else 1]


@dataclass(frozen=True, slots=True)
class Node:
    """A router, switch, server or PC.

    `command` is its first process, in shell quoting. `rootfs` is the digest of a given image ("": the node
    image). `services` are enabled before the first boot; `runs` are commands run once it is up, in order;
    `background` one that is left running before them.
    `wave`: nodes of a higher wave boot when those of all lower ones are ready; `turn`: the order in which nodes
    run their commands.
    """

    name: str
    mgmt: IPv4Interface
    image: str = ""
    command: str = BOOT
    labels: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    sysctls: Mapping[str, str] = field(default_factory=dict)
    mgmt6: IPv6Interface | None = None
    managed: bool = True
    hostname: str = ""
    rootfs: str = ""
    user: str = ""
    directory: str = "/"
    tmpfs: Mapping[str, str] = field(default_factory=dict)
    shm_size: int = SHM_SIZE
    background: str = ""
    services: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()
    wave: int = 0
    turn: int = 0

    @property
    def role(self) -> str:
        return self.labels.get("netlab.role", "pc")

    @property
    def about(self) -> str:
        """One line on what this node is in the story, for `status` and the brief."""
        return self.labels.get("netlab.about", "")


@dataclass(frozen=True, slots=True)
class Topology:
    """Nodes by name, links, and the subnet that the nodes are managed on.

    `bridges` are plain switches: places for cables, without processes. `open_mgmt`: nodes reach one another on
    the management network, and have a default route there, as under containerlab; in a lab neither is so.
    """

    name: str
    nodes: Mapping[str, Node]
    links: tuple[Link, ...]
    mgmt: IPv4Network = MGMT_SUBNET
    bridges: tuple[str, ...] = ()
    mgmt6: IPv6Network | None = None
    gateway: IPv4Address | None = None
    gateway6: IPv6Address | None = None
    mgmt_mtu: int = LAB_MTU
    open_mgmt: bool = False

    def interfaces(self, node: str) -> list[str]:
        """The link interfaces of one node, in the order the links are written."""
        return [end.interface for link in self.links for end in link if end.node == node]

    def far_end(self, end: Endpoint) -> Endpoint | None:
        """What an interface is cabled to; None for an interface that has no cable."""
        return next((far for name, far in self.neighbours(end.node) if name == end.interface), None)

    def link_of(self, end: Endpoint) -> Link | None:
        """The cable in an interface."""
        return next((link for link in self.links if end in tuple(link)), None)

    def neighbours(self, node: str) -> list[tuple[str, Endpoint]]:
        """For each of the node's interfaces, what is at the other end of the cable."""
        pairs = [(link.a, link.b) for link in self.links] + [(link.b, link.a) for link in self.links]
        found = ((near.interface, far) for near, far in pairs if near.node == node)
        return sorted(found, key=lambda pair: pair[0])
