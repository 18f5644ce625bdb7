"""What a probe asks of the services of a network: management, time, IPv6 addresses."""

from __future__ import annotations

import secrets
from ipaddress import ip_address
from typing import TYPE_CHECKING

from netlab.grading.presence import Presence
from netlab.probe.facts import RouterAdvertisement
from netlab.probe.inside import Address
from netlab.probe.wire import Wire

if TYPE_CHECKING:
    from netlab.probe.dhcp6 import Dhcp6Client
    from netlab.probe.ntp import NtpAnswer
    from netlab.probe.snmp import SnmpAnswer, SnmpUser


class Services(Presence):
    """Questions from a node to servers and routers."""

    def snmp(self, server: Address | str, *oids: str, who: str | SnmpUser = "public", walk: bool = False) -> SnmpAnswer:
        """Values of an agent by OID; `walk=True`: all below each. `who`: a community (2c), or a user (version 3)."""
        from netlab.probe.snmp import ask_agent

        facts = self._facts
        answer = ask_agent(facts.netns, facts.name, ip_address(server), oids, who, walk=walk)
        shown = "\n".join([answer.status, *(f"{oid} = {value}" for oid, value in answer.values.items())])
        self._recorder.now.add("snmp", node=facts.name, server=str(server), question=" ".join(oids), output=shown)
        return answer

    def ntp(self, server: Address | str) -> NtpAnswer | None:
        """What a time server says: `stratum`, `offset`, `reference`, `synchronised`; None when nobody answers."""
        from netlab.probe.ntp import ask_time

        answer = ask_time(self._facts.netns, self._facts.name, ip_address(server))
        self._recorder.now.add("ntp", node=self._facts.name, server=str(server), output=str(answer or "no answer"))
        return answer

    def dhcp6(self, wire: Wire) -> Dhcp6Client:
        """DHCPv6 clients that live on that wire."""
        from netlab.probe.dhcp6 import Dhcp6Client

        return Dhcp6Client(wire)

    def routers(self, interface: str, patience: float = 4.0) -> list[RouterAdvertisement]:
        """The first router advertisement on a LAN, asked for as a new host does (RFC 4861, 6.3.7); none: no router."""
        from netlab.probe.nd import solicitation

        with self.wire(interface) as wire:
            mac = new_mac()
            return self.heard(wire, RouterAdvertisement, ask=lambda: wire.send(solicitation(mac)), patience=patience)


def new_mac() -> str:
    """Of a device nobody has seen before: chosen now, all of it, so that no answer can be prepared for it."""
    first, *rest = secrets.token_bytes(6)
    return bytes([first & ~1, *rest]).hex(":")  # to one device (IEEE 802, the group bit)
