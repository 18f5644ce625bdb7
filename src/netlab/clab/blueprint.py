"""A topology with all that its nodes need from this computer, ready to be started, or the reasons why it is not."""

import re
import shlex
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from netlab.clab import binds, envfile, kernel, standins
from netlab.clab.binds import Bind, BindError
from netlab.clab.reader import Finding, Reading
from netlab.topology import BOOT, Node, Topology
from netlab.topology.build import Outfit
from netlab.topology.merge import layers, target
from netlab.topology.problems import Place, Problem, Remark
from netlab.topology.rules import words_of

_SEPARATORS = re.compile(r"[-+./]")


@dataclass(frozen=True, slots=True)
class Given:
    """An image that was given with --image: its digest in the cache, and what it says of its own start."""

    digest: str
    entrypoint: tuple[str, ...] = ()
    cmd: tuple[str, ...] = ()
    env: Mapping[str, str] | None = None
    directory: str = "/"
    user: str = ""


@dataclass(frozen=True, slots=True)
class Blueprint:
    """`stand_ins`: image to the nodes that the node image stands in for. Start only when `problems` allow it."""

    reading: Reading
    topology: Topology
    binds: Mapping[str, list[Bind]]
    stand_ins: Mapping[str, list[str]]
    given: Mapping[str, list[str]]
    problems: list[Finding]
    remarks: list[Finding]

    @property
    def blocking(self) -> list[Finding]:
        """What cannot be left out."""
        return [one for one in self.problems if not one.optional]

    def outfit(self, node: str) -> Outfit:
        return self.reading.expansion.outfits[node]


def draw(reading: Reading, given: Mapping[str, Given], accepted: Collection[str] = ()) -> Blueprint:
    """`accepted`: images that the node image may stand in for although it is made for other things ("all" too)."""
    expansion, problems, remarks = reading.expansion, [*reading.expansion.problems], [*reading.expansion.remarks]
    stand_ins: dict[str, list[str]] = {}
    brought: dict[str, list[str]] = {}
    nodes, taken = {}, {}
    for name, plain in expansion.topology.nodes.items():
        outfit = expansion.outfits[name]
        taken[name] = _binds(reading, name, outfit, problems, remarks)
        problems += [*_volumes(reading, name, outfit), *kernel.problems(reading, plain)]
        env = _env_files(reading, name, outfit, problems)
        node = replace(plain, runs=tuple(reading.magic.fill(text, name) for text in plain.runs))
        image = given.get(node.image)
        if image:
            brought.setdefault(node.image, []).append(name)
            nodes[name] = _on_given(node, outfit, image, env, problems)
        else:
            stand_ins.setdefault(node.image, []).append(name)
            nodes[name] = _on_stand_in(node, outfit, env, [bind.target for bind in taken[name]])
            remarks += _idle_user(reading, nodes[name])
            if not standins.fits(node.image) and not {node.image, "all"} & set(accepted):
                problems.append(_no_stand_in(reading, name, node.image))
    return Blueprint(
        reading,
        replace(expansion.topology, nodes=nodes),
        taken,
        stand_ins,
        brought,
        reading.findings(problems),
        reading.findings(remarks),
    )


def _no_stand_in(reading: Reading, name: str, image: str) -> Problem:
    text = f"netlab's node image would not do for {image}, which is made for something else"
    fix = f"Give the image with --image {image}=PATH, or take the node image all the same with --stand-in {image}."
    return Problem(next(_places(reading, name, "image", image), ("topology", "nodes", name)), text, fix)


def _idle_user(reading: Reading, node: Node) -> Iterator[Remark]:
    if node.user and not node.background:
        place = next(_places(reading, node.name, "user", node.user), ("topology", "nodes", node.name))
        yield Remark(place, "it is for the node's `cmd`, and netlab's node image boots as root; `exec` runs as root")


def _places(reading: Reading, node: str, key: str, value: str) -> Iterator[Place]:
    """Where in the file a node got this value, the most specific place first."""
    for place, spec in reversed([*layers(reading.file.topology, node)]):
        said = getattr(spec, key.replace("-", "_"))
        if said == value:
            yield ("topology", *place, key)
        elif isinstance(said, list) and value in said:
            yield ("topology", *place, key, said.index(value))


def _binds(reading: Reading, node: str, outfit: Outfit, problems: list[Problem], remarks: list[Remark]) -> list[Bind]:
    found = []
    for text in outfit.binds:
        place = next(_places(reading, node, "binds", text), ("topology", "nodes", node))
        try:
            bind = binds.parse(reading.magic.fill(text, node), reading.folder)
        except BindError as wrong:
            fix = "Correct the path, or remove the line."
            problems.append(Problem(place, str(wrong), fix, optional=True))
            continue
        if bind.useless:
            remarks.append(Remark(place, f"{target(text)} is as useful on a node without it"))
        else:
            found.append(bind)
    return found


def _volumes(reading: Reading, node: str, outfit: Outfit) -> Iterator[Problem]:
    """A volume is a folder on the node's own disk; one that several nodes share would not be shared here."""
    everyone = [text.split(":")[0] for other in reading.expansion.outfits.values() for text in other.volumes]
    for text in outfit.volumes:
        place = next(_places(reading, node, "volumes", text), ("topology", "nodes", node))
        name = text.split(":")[0]
        try:
            binds.volume(text)
        except BindError as wrong:
            yield Problem(place, str(wrong))
        if not name.startswith("/") and everyone.count(name) > 1:
            fix = "Remove it, or give each node its own."
            yield Problem(
                place, f"the volume {name} is shared by several nodes, which netlab cannot do", fix, optional=True
            )


def _env_files(reading: Reading, node: str, outfit: Outfit, problems: list[Problem]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in outfit.env_files:
        path = reading.folder / Path(reading.magic.fill(text, node)).expanduser()
        try:
            found |= envfile.read(path)
        except (OSError, ValueError) as wrong:
            place = next(_places(reading, node, "env-files", text), ("topology", "nodes", node))
            reason = wrong.strerror if isinstance(wrong, OSError) else str(wrong)
            problems.append(Problem(place, f"{path}: {reason}", "Correct it, or remove the line."))
    return found


def environment(node: Node, from_files: Mapping[str, str]) -> dict[str, str]:
    """What the file says, and the labels as containerlab hands them to a node."""
    labels = {
        "CLAB_LABEL_" + re.sub(r"\W", "", _SEPARATORS.sub("_", key)).upper(): value
        for key, value in node.labels.items()
    }
    return {**from_files, **node.env, **labels}


def _on_stand_in(node: Node, outfit: Outfit, from_files: Mapping[str, str], targets: list[str]) -> Node:
    words = [*words_of(outfit.entrypoint), *words_of(outfit.command)]
    frr = standins.is_frr(node.image, targets)
    role = {"netlab.role": "router"} if frr else {}
    return replace(
        node,
        env=environment(node, from_files),
        labels=role | dict(node.labels),
        background="" if words[:1] == [BOOT] else shlex.join(words),
        services=("frr.service",) if frr else (),
    )


def _on_given(node: Node, outfit: Outfit, image: Given, from_files: Mapping[str, str], problems: list[Problem]) -> Node:
    entry = words_of(outfit.entrypoint) if outfit.entrypoint is not None else list(image.entrypoint)
    own = list(image.cmd) if outfit.entrypoint is None else []
    words = [*entry, *(words_of(outfit.command) if outfit.command is not None else own)]
    if not words:
        text = f"the image {node.image} does not say what to start"
        problems.append(Problem(("topology", "nodes", node.name), text, "Give the node a `cmd`."))
    return replace(
        node,
        rootfs=image.digest,
        command=shlex.join(words),
        env={**(image.env or {}), **environment(node, from_files)},
        user=node.user or image.user,
        directory=image.directory or "/",
    )
