"""A topology file as written becomes a topology, with all that is wrong with it and all that makes no difference."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from netlab.topology import addresses, cables, order, rules
from netlab.topology.build import Outfit, outfit, topology
from netlab.topology.clabfile import ClabFile
from netlab.topology.clabnode import NodeSpec
from netlab.topology.merge import group_of, kind_of, merged
from netlab.topology.model import Topology
from netlab.topology.problems import Place, Problem, Remark

NODE_KINDS = ("linux",)
BRIDGE = "bridge"
MGMT_WITHOUT_EFFECT = ("network", "bridge", "external-access", "skip-when-unused", "driver-opts")
_OTHER_KINDS = {
    "ovs-bridge": "Write `kind: bridge` for a plain switch, or `kind: linux` and run Open vSwitch on the node.",
    "host": "Remove the node: nothing of this computer can be part of a lab.",
    "ext-container": "Remove the node: only nodes of the lab itself can be part of it.",
    "k8s-kind": "Remove the node: it needs Docker.",
}
_NOS_FIX = "Run it with containerlab, or put an FRR router (`kind: linux`, image frrouting/frr) in its place."


@dataclass(frozen=True, slots=True)
class Expansion:
    """`topology` is worth running only when no problem is left, or all that are left are optional."""

    topology: Topology
    outfits: Mapping[str, Outfit]
    problems: tuple[Problem, ...]
    remarks: tuple[Remark, ...] = ()


def expand(file: ClabFile, *, as_lab: bool) -> Expansion:
    """`as_lab`: as netlab's own labs are wired (MTU 1500, nodes apart on the management network)."""
    body = file.topology
    kinds = {name: kind_of(body, name) for name in body.nodes}
    specs = {name: merged(body, name) for name, kind in kinds.items() if kind in NODE_KINDS}
    found = list({(one.place, one.text): one for one in problems(file, kinds, specs)}.values())
    refused = {one.place[:3] for one in found}
    links = {number: link for number, link in enumerate(body.links) if ("topology", "links", number) not in refused}
    bridges = tuple(name for name, kind in kinds.items() if kind == BRIDGE)
    return Expansion(
        topology=topology(file, specs, links, bridges, as_lab=as_lab),
        outfits={name: outfit(spec) for name, spec in specs.items()},
        problems=tuple(found),
        remarks=tuple(_remarks(file, kinds)),
    )


def problems(file: ClabFile, kinds: Mapping[str, str], specs: Mapping[str, NodeSpec]) -> Iterator[Problem]:
    """All there are, wherever they stand in the file."""
    body, cabled = file.topology, {name for name, kind in kinds.items() if kind in {*NODE_KINDS, BRIDGE}}
    if "__git" in file.name:
        yield Problem(("name",), f"{file.name}: netlab does not look into Git for names", "Write a name.")
    for name in (name for name in kinds if name.endswith(".new")):
        yield Problem(("topology", "nodes", name), f"{name}: netlab uses names that end in .new itself", "Change it.")
    if not body.nodes:
        yield Problem(("topology", "nodes"), "there is not one node")
    for name, kind in kinds.items():
        if kind not in {*NODE_KINDS, BRIDGE}:
            text = f"{name} is of kind {kind}; netlab runs the kinds linux and bridge"
            place: Place = ("topology", "nodes", name)
            own = body.nodes.get(name)
            where = (*place, "kind") if own and own.kind else place
            yield Problem(where, text, _OTHER_KINDS.get(kind, _NOS_FIX), optional=True)
    for place, spec in _layers(file):
        if place[:2] != ("topology", "nodes") or kinds[str(place[2])] in NODE_KINDS:
            yield from rules.problems(place, spec)
    unmanaged = {name for name, spec in specs.items() if spec.network_mode == "none"} | set(kinds) - set(specs)
    yield from (_inside(one) for one in cables.problems(body.links, kinds, cabled, unmanaged))
    for pool in (addresses.pool4(file), addresses.pool6(file)):
        yield from pool.problems()
        yield from pool.too_few(list(specs))
    yield from _order_problems(specs)


def _inside(problem: Problem) -> Problem:
    return Problem(("topology", *problem.place), problem.text, problem.fix, problem.optional)


def _order_problems(specs: Mapping[str, NodeSpec]) -> Iterator[Problem]:
    for name, waited in order.waits(specs).items():
        for other in sorted(waited - set(specs)):
            text = f"{name} waits for {other}, and there is no such node"
            yield Problem(("topology", "nodes", name, "stages"), text)
    try:
        order.waves(specs)
    except order.CircleError as circle:
        yield Problem(("topology", "nodes"), f"nodes wait for one another for ever: {circle}")


def _layers(file: ClabFile) -> Iterator[tuple[Place, NodeSpec]]:
    body = file.topology
    if body.defaults:
        yield ("topology", "defaults"), body.defaults
    for key, layer in (("kinds", body.kinds), ("groups", body.groups), ("nodes", body.nodes)):
        for name, spec in layer.items():
            if spec and (key != "kinds" or name in NODE_KINDS):
                yield ("topology", key, name), spec


def _remarks(file: ClabFile, kinds: Mapping[str, str]) -> Iterator[Remark]:
    body = file.topology
    for place, spec in _layers(file):
        yield from rules.remarks(place, spec)
    used = {group_of(body, name) for name in body.nodes}
    idle_kinds = [name for name in body.kinds if name not in {*kinds.values(), *NODE_KINDS}]
    yield from (Remark(("topology", "kinds", name), "no node is of this kind") for name in idle_kinds)
    yield from (
        Remark(("topology", "groups", name), "no node is in this group") for name in body.groups if name not in used
    )
    for key in MGMT_WITHOUT_EFFECT:
        if key.replace("-", "_") in file.mgmt.model_fields_set:
            yield Remark(("mgmt", key), "the management network is inside the lab, and leads nowhere")
    for number, link in enumerate(body.links):
        for key in sorted({"vars", "labels"} & link.model_fields_set):
            yield Remark(("topology", "links", number, key), "it is for containerlab's configuration engine and graphs")
    if file.settings is not None:
        yield Remark(("settings",), "netlab issues no certificates")
    if file.debug is not None:
        yield Remark(("debug",), "use `netlab --debug`")
