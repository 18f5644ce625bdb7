"""What a check may use: the lab's parameters, probes on nodes, devices over SSH, a power cycle."""

from collections.abc import Mapping, Sequence
from typing import Any

from netlab.grading.job import Job, Line, NodeFacts
from netlab.probe.device import Device
from netlab.probe.dhcp import DhcpClient
from netlab.probe.evidence import Recorder
from netlab.probe.wire import Wire
from netlab.topology import Topology


class LabFacts:
    """`lab["reception"]`: the learner's own parameters, typed; `lab.topology`: the network as planned."""

    def __init__(self, values: Mapping[str, Any], topology: Topology) -> None:
        self._values = values
        self.topology = topology

    def __getitem__(self, name: str) -> Any:
        return self._values[name]


class Probe:
    """The grader's own presence on one node's interfaces."""

    def __init__(self, facts: NodeFacts, recorder: Recorder) -> None:
        self._facts = facts
        self._recorder = recorder

    def wire(self, interface: str) -> Wire:
        """Raw frames on an interface (a context manager)."""
        return Wire(self._facts.netns, self._facts.name, interface, self._recorder)

    def dhcp(self, wire: Wire) -> DhcpClient:
        """DHCP clients that live on that wire."""
        return DhcpClient(wire)


class Toolbox:
    """Makes probes and devices, keeps SSH sessions open between checks, closes them at the end."""

    def __init__(self, job: Job, line: Line, recorder: Recorder) -> None:
        self._job = job
        self._line = line
        self._recorder = recorder
        self._nodes = {node.name: node for node in job.nodes}
        self._devices: dict[str, Device] = {}

    def probe(self, node: str) -> Probe:
        return Probe(self._nodes[node], self._recorder)

    def device(self, node: str) -> Device:
        if node not in self._devices:
            address = self._nodes[node].mgmt
            self._devices[node] = Device(node, address, self._job.key_file, self._recorder)
        return self._devices[node]

    def power_cycle(self, nodes: Sequence[str]) -> None:
        """Cut the nodes' power and wait until they have booted: only what was saved is still there."""
        self._recorder.now.add("power-cycle", nodes=list(nodes))
        for name in nodes:
            if device := self._devices.pop(name, None):
                device.close()
        self._nodes = {node.name: node for node in self._line.restart(nodes)}

    def close(self) -> None:
        for device in self._devices.values():
            device.close()
