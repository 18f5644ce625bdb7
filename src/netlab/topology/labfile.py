"""The topology of one of netlab's own labs: a containerlab file that uses only what a lab has a use for."""

import re
from collections.abc import Iterator, Mapping

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from netlab.topology.clabfile import ClabFile
from netlab.topology.clabnode import NodeSpec
from netlab.topology.expand import Expansion, expand
from netlab.topology.model import Topology
from netlab.topology.problems import Place, Problem

NODE_KEYS = frozenset({"kind", "image", "cmd", "labels", "env", "sysctls", "mgmt_ipv4", "privileged", "cap_add"})
_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")


class TopologyFile(ClabFile):
    """`resolve()` gives what the file means. Whatever cannot be honoured is refused when it is read."""

    @model_validator(mode="after")
    def _fits(self) -> "TopologyFile":
        for problem in (*self._not_for_labs(), *self._expanded().problems):
            at = problem.place
            raise PydanticCustomError("topology", "{text}", {"text": problem.text, "at": at})
        return self

    def resolve(self) -> Topology:
        """The nodes with defaults and kinds merged in, and their management addresses given out in order."""
        return self._expanded().topology

    def _expanded(self) -> Expansion:
        return expand(self, as_lab=True)

    def _not_for_labs(self) -> Iterator[Problem]:
        body = self.topology
        if not _NAME.fullmatch(self.name):
            yield Problem(("name",), f"'{self.name}' cannot be a lab's topology: small letters, digits and - only")
        for name in body.nodes:
            if not _NAME.fullmatch(name):
                yield Problem(("topology", "nodes", name), "a lab's node has small letters, digits and - in its name")
        for name in body.kinds:
            if name != "linux":
                yield Problem(("topology", "kinds", name), f"there is nothing of kind {name} in a lab, only linux")
        named: Mapping[str, Mapping[str, NodeSpec | None]] = {
            "defaults": {"": body.defaults},
            "kinds": body.kinds,
            "groups": body.groups,
            "nodes": body.nodes,
        }
        for key, layer in named.items():
            for name, spec in layer.items():
                place: Place = ("topology", key, name) if name else ("topology", key)
                for field in sorted((spec.model_fields_set if spec else set()) - NODE_KEYS):
                    yield Problem((*place, field.replace("_", "-")), "a lab's node cannot have this")
