"""What can be wrong with a network, each cause once: the words of a diagnosis, and of the truth it is held against.

A cause has a code, an OSI layer (ISO/IEC 7498-1: 1 physical to 7 application), a family of its near relations, and a
title of a few words for people.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Cause:
    """One row of the table."""

    code: str
    layer: int
    family: str
    title: str


_ROWS = (
    ("interface-down", 1, "link", "an interface is shut down"),
    ("cable-cut", 1, "link", "a cable is cut or pulled out"),
    ("random-loss", 1, "link", "a link loses frames at random"),
    ("rate-limit", 1, "link", "a link is slower than it should be"),
    ("mtu-mismatch", 2, "link", "the ends of a link have different MTUs"),
    ("wrong-vlan", 2, "switching", "an access port is in the wrong VLAN"),
    ("native-vlan", 2, "switching", "the native VLANs of a trunk differ"),
    ("trunk-vlan-missing", 2, "switching", "a trunk does not carry a VLAN"),
    ("stp-off", 2, "switching", "spanning tree does not run"),
    ("stp-root", 2, "switching", "the wrong switch is the root of the spanning tree"),
    ("wrong-mask", 3, "addressing", "an address has the wrong prefix length"),
    ("wrong-gateway", 3, "addressing", "the wrong default gateway is set"),
    ("wrong-address", 3, "addressing", "an interface has the wrong address"),
    ("duplicate-address", 3, "addressing", "two devices have the same address"),
    ("forwarding-off", 3, "routing", "a router does not forward packets"),
    ("return-route", 3, "routing", "there is no route back"),
    ("wrong-route", 3, "routing", "a route leads to the wrong next hop"),
    ("route-flap", 3, "routing", "a route comes and goes"),
    ("ospf-hello", 3, "ospf", "OSPF timers differ between neighbours"),
    ("ospf-area", 3, "ospf", "OSPF areas differ between neighbours"),
    ("ospf-auth", 3, "ospf", "OSPF authentication differs between neighbours"),
    ("ospf-passive", 3, "ospf", "an OSPF interface is passive that should have a neighbour"),
    ("ospf-network", 3, "ospf", "a network is not advertised by OSPF"),
    ("bgp-as", 3, "bgp", "a BGP neighbour has the wrong AS number"),
    ("bgp-filter", 3, "bgp", "a BGP filter takes out what should pass"),
    ("bgp-max-prefix", 3, "bgp", "a BGP session is closed by its prefix limit"),
    ("firewall-rule", 4, "filtering", "a firewall drops what it should let through"),
    ("firewall-order", 4, "filtering", "the rules of a firewall are in the wrong order"),
    ("nat-rule", 4, "filtering", "an address translation is wrong or missing"),
    ("wrong-port", 4, "service", "a service listens on the wrong port or address"),
    ("service-stopped", 7, "service", "a service does not run"),
    ("dhcp-scope", 7, "dhcp", "a DHCP scope gives the wrong addresses or options"),
    ("dhcp-exhausted", 7, "dhcp", "a DHCP pool has no free address"),
    ("dhcp-relay", 7, "dhcp", "a DHCP relay sends requests to the wrong server, or none"),
    ("dhcp-rogue", 7, "dhcp", "a second DHCP server answers that nobody has asked for"),
    ("dns-forwarder", 7, "dns", "a resolver asks the wrong server, or none"),
    ("dns-record", 7, "dns", "a DNS record is wrong or missing"),
    ("dns-serial", 7, "dns", "a zone was changed without a new serial number"),
    ("dns-delegation", 7, "dns", "a delegation or its glue is wrong"),
    ("ntp-skew", 7, "time", "a clock follows the wrong source, or none"),
    ("certificate-expired", 7, "service", "a certificate has expired"),
    ("psk-mismatch", 3, "vpn", "the two ends of a tunnel have different keys"),
    ("proposal-mismatch", 3, "vpn", "the two ends of a tunnel agree on no cipher"),
    ("log-full", 7, "host", "a log or a disk is full"),
    ("config-drift", 7, "host", "a configuration was changed without approval"),
    ("backup-corrupt", 7, "host", "a backup cannot be restored"),
)
CAUSES: Mapping[str, Cause] = {code: Cause(code, layer, family, title) for code, layer, family, title in _ROWS}


@dataclass(frozen=True, slots=True)
class Truth:
    """What is really wrong: `device` is a node, `interface` one of its cards, or None where no card matters."""

    device: str
    cause: str
    interface: str | None = None

    @property
    def layer(self) -> int:
        return CAUSES[self.cause].layer

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"layer": self.layer}
