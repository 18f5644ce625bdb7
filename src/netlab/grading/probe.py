"""What a check can do from a node: `probe(NODE)`.

The libraries behind it take long to import: each is, when first used.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from netlab.grading.services import Services, new_mac
from netlab.probe import kernel
from netlab.probe.inside import V4, Address
from netlab.probe.reach import Means, Outcome, reach
from netlab.probe.routes import Route, routes
from netlab.probe.timeline import EVERY, Timeline
from netlab.probe.trace import trace

if TYPE_CHECKING:
    from netlab.probe.names import NameAnswer
    from netlab.probe.web import Page


class Probe(Services):
    """All that a check can do from a node: `Presence` on its cards, questions to `Services`, and what is below."""

    def reach(self, to: Address | str, by: str = "ping", patience: float = 3.5) -> Outcome:
        """Is there an answer from that address (`ping`, `tcp/80`, `udp/53`)? A matrix also looks who gives it."""
        facts = self._facts
        outcome = reach(facts.netns, facts.name, ip_address(to), Means.of(by), patience)
        self._recorder.now.add("reach", pair=f"{facts.name} to {to} ({by})", output=outcome.words)
        return outcome

    def timeline(self, to: Address | str, every: float = EVERY) -> Timeline:
        """Pings at a steady beat while the block lasts (a context manager); its `watch` tells of outages and loss."""
        return Timeline(self._facts.netns, self._facts.name, ip_address(to), self._recorder, every)

    def dns(self, server: Address | str, name: str, kind: str = "A", **more: bool) -> NameAnswer:
        """One question to a name server; `kind` PTR takes an address, AXFR asks for the whole zone.

        `recursion=False` asks for what the server itself knows, `tcp=True` by TCP.
        """
        from netlab.probe.names import ask

        facts = self._facts
        answer = ask(facts.netns, facts.name, server=ip_address(server), name=name, kind=kind, **more)
        shown = f"{answer.status} {', '.join(answer.values)}"
        self._recorder.now.add("dns", node=facts.name, server=str(server), question=f"{name} {kind}", output=shown)
        return answer

    def web(self, to: Address | str, host: str, path: str = "/", **more: Any) -> Page:
        """One page: `port=`, `tls=True`, and with `authority=` (PEM) whether its certificate is to be trusted."""
        from netlab.probe.web import fetch

        facts = self._facts
        page = fetch(facts.netns, facts.name, to=ip_address(to), host=host, path=path, **more)
        shown = "\n".join([str(page.status or page.why), *(f"{name}: {value}" for name, value in page.headers.items())])
        self._recorder.now.add("web", node=facts.name, to=str(to), page=f"{host}{path}", output=shown)
        return page

    def who_has(self, interface: str, address: Address | str) -> list[str]:
        """The MAC addresses that answer for an address on the LAN of that interface (ARP, or IPv6's neighbours)."""
        from netlab.probe.nd import who_has6
        from netlab.probe.neighbours import who_has

        wanted = ip_address(address)
        ask, kind = (who_has, "arp") if wanted.version == V4 else (who_has6, "nd")
        with self.wire(interface) as wire:
            found = ask(wire, wanted, new_mac())
        shown = ", ".join(found) or "nobody"
        self._recorder.now.add(kind, node=self._facts.name, interface=interface, address=str(address), output=shown)
        return found

    def addresses(self) -> dict[str, list[kernel.Interface]]:
        """By interface, as the kernel has them: what the node's own programs say does not matter."""
        found = kernel.addresses(self._facts.netns, self._facts.name)
        shown = "\n".join(f"{name} {' '.join(map(str, there))}" for name, there in found.items())
        self._recorder.now.add("kernel", node=self._facts.name, about="addresses", output=shown)
        return found

    def routes(self, version: int = 4) -> list[Route]:
        """As the kernel has them, with who made them (static, ospf, bgp)."""
        found = routes(self._facts.netns, self._facts.name, version)
        shown = "\n".join(map(str, found))
        self._recorder.now.add("kernel", node=self._facts.name, about=f"routes of IPv{version}", output=shown)
        return found

    def listeners(self, protocol: str, port: int) -> dict[int, str]:
        """Who on the node has a port open (`udp`, `tcp`), by pid, as the kernel has it; the names are their own."""
        found = kernel.listeners(self._facts.pid, protocol, port)
        shown = ", ".join(found.values()) or "nobody"
        self._recorder.now.add("kernel", node=self._facts.name, about=f"{protocol} port {port}", output=shown)
        return found

    def trace(self, to: Address | str, hops: int = 12) -> list[Address | None]:
        """The routers on the way, and the address itself where it was reached; None for a hop that is silent."""
        found = trace(self._facts.netns, self._facts.name, ip_address(to), hops=hops)
        shown = " ".join("*" if hop is None else str(hop) for hop in found)
        self._recorder.now.add("trace", node=self._facts.name, to=str(to), output=shown or "nobody answered")
        return found
