"""Is a fault still there? Seen by what the kernel says of the node where it can be, else by its file or its switch."""

import re
import shlex
from collections.abc import Callable
from typing import Any

from netlab.faults.change import Trace
from netlab.grading.job import NodeFacts
from netlab.grading.judge import Expect
from netlab.grading.toolbox import LabFacts, Toolbox
from netlab.probe import kernel
from netlab.probe.evidence import Recorder
from netlab.probe.routes import EVERYWHERE, routes

_FOLDERS = (
    "/etc/frr /etc/network /etc/sysctl.d /etc/dnsmasq.d /etc/default /etc/kea /etc/bind /etc/chrony /etc/unbound "
    "/etc/nftables.conf"
)


class Mended:
    """`mended()` in a check: a fail while any trace of a fault is left. Whether the network works, other checks say."""

    def __init__(self, lab: LabFacts, tools: Toolbox, recorder: Recorder, expect: Expect) -> None:
        self._lab = lab
        self._tools = tools
        self._recorder = recorder
        self._expect = expect

    def __call__(self, *, hint: str = "") -> None:
        """Raises ValueError when the lab has no fault that leaves a trace: then a check of this kind proves nothing."""
        if not self._lab.traces:
            raise ValueError("no fault of this run leaves a trace; check what the network does")
        left = [trace for trace in self._lab.traces if self._is_there(trace)]
        said = "it is put right" if not left else "it is as it was"
        self._expect(not left, expected="what was wrong is put right", observed=said, hint=hint)

    def _is_there(self, trace: Trace) -> bool:
        """The evidence does not say where it was looked: it is the learner's to read."""
        with self._recorder.unseen():
            there = self._look(trace)
        self._recorder.now.add("trace-of-fault", there=there)
        return there

    def _look(self, trace: Trace) -> bool:
        if trace.kind in _LOOK:
            return _LOOK[trace.kind](self._tools.nodes[trace.node], trace)
        return bool(self._tools.device(trace.node).run(_command(trace)).strip())


def _command(trace: Trace) -> str:
    """What prints something while the trace is there, by the node's own programs: all there is for configuration."""
    if trace.kind == "switch":
        table, name = trace.interface.split()
        return f"ovs-vsctl --timeout=5 --bare --columns=name find {table} name={name} {shlex.quote(trace.value)}"
    line = shlex.quote(rf"^\s*{re.escape(trace.value)}\s*$")
    return f"grep -rhPs {line} {_FOLDERS}"


def _address(node: NodeFacts, trace: Trace) -> bool:
    return trace.value in map(str, kernel.addresses(node.netns, node.name).get(trace.interface, []))


def _gateway(node: NodeFacts, trace: Trace) -> bool:
    return f"{EVERYWHERE[4]} via {trace.value}" in _ways(node)


def _route(node: NodeFacts, trace: Trace) -> bool:
    return trace.value in _ways(node)


def _ways(node: NodeFacts) -> set[str]:
    return {f"{one.network} via {one.via}" for one in routes(node.netns, node.name)}


def _link(node: NodeFacts, trace: Trace) -> dict[str, Any]:
    return kernel.links(node.netns, node.name).get(trace.interface, {})


def _down(node: NodeFacts, trace: Trace) -> bool:
    return "UP" not in _link(node, trace).get("flags", ())


def _mtu(node: NodeFacts, trace: Trace) -> bool:
    return str(_link(node, trace).get("mtu")) == trace.value


def _sysctl(node: NodeFacts, trace: Trace) -> bool:
    name, _, value = trace.value.partition(" = ")
    return kernel.setting(node.netns, node.name, name) == value


_LOOK: dict[str, Callable[[NodeFacts, Trace], bool]] = {
    "address": _address, "gateway": _gateway, "route": _route, "down": _down, "mtu": _mtu, "sysctl": _sysctl,
}  # fmt: skip
