"""What a check may use: the lab's parameters, probes on nodes, devices over SSH, a power cycle.

The libraries behind it take long to import: each is, when first used.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from netlab.causes import Truth
from netlab.faults.change import Trace
from netlab.grading.job import Job, Line, NodeFacts
from netlab.grading.services import Services, new_mac
from netlab.probe import kernel
from netlab.probe.evidence import Recorder
from netlab.probe.inside import V4, Address
from netlab.probe.reach import Means, Outcome, reach
from netlab.probe.timeline import EVERY, Timeline
from netlab.probe.trace import trace
from netlab.questions.question import Question
from netlab.topology import Topology

if TYPE_CHECKING:
    from netlab.probe.device import Device
    from netlab.probe.names import NameAnswer
    from netlab.probe.web import Page


_DEVICES = re.compile(r"""\bdevice\(["']([^"']+)["']\)""")


class LabFacts:
    """`lab["reception"]`: the learner's own parameters, typed; `lab.topology`: the network as planned.

    `lab.faults`: what is really wrong, as Truths, where faults were put in; `traces`: what shows them.
    """

    def __init__(
        self,
        values: Mapping[str, Any],
        topology: Topology,
        questions: Mapping[str, Question],
        faults: Sequence[Truth] = (),
        traces: Sequence[Trace] = (),
    ) -> None:
        self.values = values
        self.topology = topology
        self.questions = questions
        self.faults = faults
        self.traces = traces

    def __getitem__(self, name: str) -> Any:
        return self.values[name]


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


class Toolbox:
    """Makes probes and devices, keeps SSH sessions open between checks, closes them at the end."""

    def __init__(self, job: Job, line: Line, recorder: Recorder) -> None:
        self._job = job
        self._line = line
        self._recorder = recorder
        self._nodes = {node.name: node for node in job.nodes}
        self._devices: dict[str, Device] = {}
        self._making = threading.Lock()
        self.may_disturb = True

    @property
    def answers(self) -> Mapping[str, str]:
        """What the learner has answered, by question."""
        return self._job.answers

    @property
    def files(self) -> Mapping[str, str]:
        """Where the files lie that the learner has handed in, by question."""
        return self._job.files

    @property
    def nodes(self) -> Mapping[str, NodeFacts]:
        """As they are now: a power cycle gives them new networks."""
        return self._nodes

    def _node(self, name: str) -> NodeFacts:
        if name not in self._nodes:
            raise ValueError(f"there is no node '{name}': the topology has {', '.join(self._nodes)}")
        return self._nodes[name]

    def probe(self, node: str) -> Probe:
        return Probe(self._node(node), self._recorder)

    def device(self, node: str) -> Device:
        from netlab.probe.device import Device

        with self._making:
            if node not in self._devices:
                address = self._node(node).mgmt
                self._devices[node] = Device(node, address, self._job.key_file, self._recorder)
            return self._devices[node]

    def log_in(self, grader: str) -> None:
        """Begin to open the sessions that a grader's text names: `device("r1")`."""
        for name in sorted(set(_DEVICES.findall(grader)) & set(self._nodes)):
            self.device(name).log_in()

    def power_cycle(self, nodes: Sequence[str]) -> None:
        """Cut the nodes' power and wait until they have booted: only what was saved is still there."""
        self._require_disturbing("power_cycle")
        self._recorder.now.add("power-cycle", nodes=list(nodes))
        for name in nodes:
            if device := self._devices.pop(name, None):
                device.close()
        self._nodes = {node.name: node for node in self._line.restart(nodes)}

    @contextmanager
    def link(self, end: str, *words: str) -> Iterator[None]:
        """Change a link as `netlab link` does ("r1:eth1", "down"); after the block all links are as they were."""
        self._require_disturbing("link")
        self._recorder.now.add("link", end=end, set=" ".join(words))
        self._line.link(end, words)
        try:
            yield
        finally:
            self._line.link(end, ())
            self._recorder.now.add("link", end=end, set="as before")

    def _require_disturbing(self, what: str) -> None:
        if not self.may_disturb:
            raise ValueError(f"a check that uses {what} is marked after_restart=True: not while somebody works")

    def renew(self, job: Job) -> None:
        """Nodes and answers as they are now: sessions with nodes that have booted since are over."""
        self._job = job
        for one in job.nodes:
            before = self._nodes.get(one.name)
            if before and before.pid != one.pid and (device := self._devices.pop(one.name, None)):
                device.close()
        self._nodes = {node.name: node for node in job.nodes}

    def close(self) -> None:
        for device in self._devices.values():
            device.close()
