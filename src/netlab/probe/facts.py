"""What a listener on a card can know of a frame, typed: what `probe(NODE).heard` gives."""

from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Any frame. `vlans`: its 802.1Q tags from outer to inner, none on an untagged one. `sent`: by the node itself.

    `data` holds the tags as well, wherever the kernel had put them.
    """

    mac: str
    to: str
    vlans: tuple[int, ...]
    sent: bool
    data: bytes = field(repr=False)

    @property
    def vlan(self) -> int | None:
        """The VLAN id of the outer tag; None on an untagged frame."""
        return self.vlans[0] if self.vlans else None


@dataclass(frozen=True, slots=True, order=True)
class BridgeId:
    """Who is lower becomes the root (IEEE 802.1D-2004, 9.2.5). `priority`: all 16 bits."""

    priority: int
    mac: str

    def __str__(self) -> str:
        return f"{self.priority}/{self.mac}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bpdu(Frame):
    """A configuration BPDU of STP (version 0), RSTP (2) or MSTP (3): IEEE 802.1D-2004, 9.3. Times in seconds.

    `role` of the port that sent it: designated, root, alternate, or unknown (STP tells none).
    """

    version: int
    root: BridgeId
    cost: int
    bridge: BridgeId
    port: int
    role: str
    topology_change: bool
    proposal: bool
    agreement: bool
    learning: bool
    forwarding: bool
    age: float
    max_age: float
    hello: float
    forward_delay: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TopologyNotice(Frame):
    """A topology change notification of STP (IEEE 802.1D-2004, 9.3.2); RSTP sets a flag in its BPDUs instead."""


@dataclass(frozen=True, slots=True)
class LacpEnd:
    """One end of a link as a LACPDU tells it, and its state (IEEE 802.1AX-2014, 6.4.2.3)."""

    system: str
    system_priority: int
    key: int
    port: int
    active: bool
    fast: bool
    aggregatable: bool
    synchronised: bool
    collecting: bool
    distributing: bool
    defaulted: bool
    expired: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacpdu(Frame):
    """`actor`: who sent it; `partner`: what it has heard from the other end, all zeros when nothing."""

    actor: LacpEnd
    partner: LacpEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class Ospf(Frame):
    """Any packet of OSPFv2 (RFC 2328, A.3.1). `authentication`: none, password, cryptographic, or its number."""

    source: IPv4Address
    router_id: IPv4Address
    area: IPv4Address
    authentication: str
    key_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OspfHello(Ospf):
    """RFC 2328, A.3.2. Intervals in seconds; `external`: the E bit, off in a stub area."""

    interface: IPv4Interface
    hello: int
    dead: int
    priority: int
    designated: IPv4Address
    backup: IPv4Address
    neighbours: tuple[IPv4Address, ...]
    external: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OspfDescription(Ospf):
    """The head of a database description (RFC 2328, A.3.3): routers whose `mtu` differs never get past it."""

    mtu: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bgp(Frame):
    """Any message of BGP-4 (RFC 4271), as one router sent it to the other."""

    source: Address
    target: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class BgpOpen(Bgp):
    """RFC 4271, 4.2. `asn`: all four octets (RFC 6793). `hold` in seconds. `capabilities`: codes (RFC 5492)."""

    asn: int
    hold: int
    router_id: IPv4Address
    capabilities: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BgpUpdate(Bgp):
    """RFC 4271, 4.3, and IPv6 unicast of RFC 4760. `path`: its AS numbers from the nearest on."""

    announced: tuple[Network, ...]
    withdrawn: tuple[Network, ...]
    path: tuple[int, ...]
    next_hop: Address | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BgpNotification(Bgp):
    """RFC 4271, 4.5: why a session ends."""

    code: int
    subcode: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BgpKeepalive(Bgp):
    """RFC 4271, 4.4."""


@dataclass(frozen=True, slots=True)
class Prefix:
    """A prefix information option (RFC 4861, 4.6.2). Lifetimes in seconds; `autonomous`: hosts make addresses of it."""

    network: IPv6Network
    autonomous: bool
    on_link: bool
    valid: int
    preferred: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RouterAdvertisement(Frame):
    """RFC 4861, 4.2; `dns` of RFC 8106. `lifetime` in seconds, 0: no default router.

    `managed`, `other`: DHCPv6 gives addresses, or the rest.
    """

    router: IPv6Address
    lifetime: int
    managed: bool
    other: bool
    mtu: int | None
    prefixes: tuple[Prefix, ...]
    dns: tuple[IPv6Address, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Syslog(Frame):
    """A message to port 514, by UDP (RFC 5426) or in one segment of TCP (RFC 6587). `text`: all behind the priority.

    `facility` and `severity`: RFC 5424, 6.2.1; both None when the message tells none.
    """

    source: Address
    target: Address
    tcp: bool
    facility: int | None
    severity: int | None
    text: str
