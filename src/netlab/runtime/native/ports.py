"""What the ends of a lab's cables have been set to, kept beside the pod so that a power cycle does not undo it."""

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from netlab import textfile
from netlab.port import Port
from netlab.topology import LAB_MTU, Endpoint, Topology

GOOD = Port()


@dataclass(frozen=True, slots=True)
class PortBook:
    """`ports.json`: every end that is not as it was built."""

    path: Path
    topology: Topology

    def read(self) -> dict[Endpoint, Port]:
        with suppress(FileNotFoundError, ValueError):
            data = json.loads(self.path.read_text(encoding="ascii"))
            return {Endpoint(*end.split(":")): Port(**port) for end, port in data.items()}
        return {}

    def write(self, ports: Mapping[Endpoint, Port]) -> None:
        data = {str(end): port.as_json() for end, port in sorted(ports.items(), key=str) if port != GOOD}
        textfile.replace(self.path, json.dumps(data, indent=1))

    def plan(self, wanted: Mapping[Endpoint, Port], now: Mapping[Endpoint, Port]) -> list[dict[str, Any]]:
        """What the agent is to do so that ends which are as `now` says become as wanted.

        A port that is, or was, down takes its far end along: a cable is cut at both of its ends.
        """
        after = {**now, **wanted}
        far = {end: self.topology.far_end(end) for end in wanted}
        ends = dict.fromkeys(wanted)
        for end, other in far.items():
            if other and not (after[end].up and now.get(end, GOOD).up):
                ends[other] = None
        return [
            {
                "node": end.node,
                "interface": end.interface,
                "built_mtu": link.mtu if (link := self.topology.link_of(end)) else LAB_MTU,
                "old": now.get(end, GOOD).as_json(),
                "new": after.get(end, GOOD).as_json(),
                "was_cut": self.cut(end, now),
                "cut": self.cut(end, after),
            }
            for end in ends
        ]

    def asked(self) -> list[dict[str, Any]]:
        """Every end of a cable, to be looked at."""
        now = self.read()
        ends = [end for link in self.topology.links for end in link]
        return [{"node": end.node, "interface": end.interface, "cut": self.cut(end, now)} for end in ends]

    def cut(self, end: Endpoint, ports: Mapping[Endpoint, Port]) -> bool:
        """Whether the cable in this port is dead: the port, or the one at the far end, is down."""
        link = self.topology.link_of(end)
        return not all(ports.get(one, GOOD).up for one in (link or (end,)))

    def after_restart(self, nodes: Iterable[str]) -> list[dict[str, Any]]:
        """Power was cut: the nodes' cables, at both ends, are to be made again as they were set."""
        ends = {end for link in self.topology.links for end in link if {one.node for one in link} & set(nodes)}
        return self.plan({end: port for end, port in self.read().items() if end in ends}, {})
