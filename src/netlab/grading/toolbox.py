"""What a check may use: the lab's parameters, probes on nodes, devices over SSH, a power cycle.

The libraries behind it take long to import: each is, when first used.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from netlab.causes import Truth
from netlab.faults.change import Trace
from netlab.grading.job import Job, Line, NodeFacts
from netlab.grading.probe import Probe
from netlab.probe.evidence import Recorder
from netlab.questions.question import Question
from netlab.topology import Topology

if TYPE_CHECKING:
    from netlab.probe.device import Device

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


class Toolbox:
    """Makes probes and devices, keeps SSH sessions open between checks, closes them at the end.

    `may_disturb`: may power and links be cut in this round? `disturbing`: is the check one of those that do?
    """

    def __init__(self, job: Job, line: Line, recorder: Recorder) -> None:
        self._job = job
        self._line = line
        self._recorder = recorder
        self._nodes = {node.name: node for node in job.nodes}
        self._devices: dict[str, Device] = {}
        self._making = threading.Lock()
        self.may_disturb = True
        self.disturbing = False

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
        if not self.disturbing:
            raise ValueError(f"a check that uses {what} is marked after_restart=True, so that it runs last")

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
