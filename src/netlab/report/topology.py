"""What `topology check` and `topology up` say of a file: nodes, links, what stands in, what is copied, every lack."""

from collections.abc import Iterator, Mapping
from typing import Any

from netlab.clab.blueprint import Blueprint
from netlab.clab.reader import Finding
from netlab.report.paint import WIDE, Paint
from netlab.report.tables import columns
from netlab.topology import Link, Node

_HEAD = 12
_SHOWN = 6


def check_text(drawn: Blueprint, paint: Paint, width: int = WIDE, *, skip: bool) -> str:
    """The whole of `topology check`."""
    topology = drawn.topology
    counts = f"{_some(len(topology.nodes), 'node')}, {_some(len(topology.links), 'link')}"
    parts = [f"{paint('strong', topology.name)}{paint.dot}{counts}", columns(_node_rows(drawn), width)]
    if topology.links:
        parts.append(columns(_link_rows(topology.links), width))
    notes = "\n".join([*stand_in_lines(drawn), *copy_lines(drawn), *_command_lines(drawn)])
    parts += [notes] if notes else []
    parts += [_list("Makes no difference here", drawn.remarks, width)] if drawn.remarks else []
    left, refused = [one for one in drawn.problems if one.optional and skip], drawn.problems
    refused = [one for one in refused if one not in left]
    parts += [_list("Left out", left, width, fixes=False)] if left else []
    parts += [_list("Cannot be honoured", refused, width)] if refused else []
    return "\n\n".join([*parts, _verdict(drawn, refused)])


def _some(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _node_rows(drawn: Blueprint) -> Iterator[tuple[str, ...]]:
    for node in drawn.topology.nodes.values():
        addresses = [str(node.mgmt.ip), *([str(node.mgmt6.ip)] if node.mgmt6 else [])]
        where = "  ".join(addresses) if node.managed else "no management port"
        yield (f"  {node.name}", node.role, node.image or "(no image named)", where)
    for name in drawn.topology.bridges:
        yield (f"  {name}", "bridge", "a plain switch inside the lab", "")


def _link_rows(links: tuple[Link, ...]) -> Iterator[tuple[str, ...]]:
    for link in links:
        far = "(a dummy: leads nowhere)" if link.dummy else str(link.b)
        yield (f"  {link.a}", far, f"MTU {link.mtu}", " ".join(_factory(link)))


def _factory(link: Link) -> Iterator[str]:
    for end in link:
        made = link.factory_of(end)
        said = [text for text in (made.mac, *made.addresses) if text]
        if said:
            yield f"{end.node}: {' '.join(said)}"


def stand_in_lines(drawn: Blueprint) -> Iterator[str]:
    for image, nodes in drawn.stand_ins.items():
        whose = f"for {image}" if image else "where no image is named"
        yield f"{'Stands in':<{_HEAD}} netlab's node image {whose}: {_names(nodes)}"
    for image, nodes in drawn.given.items():
        yield f"{'Image':<{_HEAD}} {image}, as given: {_names(nodes)}"


def _names(nodes: list[str]) -> str:
    more = f" and {len(nodes) - _SHOWN} more" if len(nodes) > _SHOWN else ""
    return " ".join(nodes[:_SHOWN]) + more


def copy_lines(drawn: Blueprint) -> Iterator[str]:
    copied = [name for name, binds in drawn.binds.items() if binds]
    if copied:
        count = _some(sum(len(drawn.binds[name]) for name in copied), "bind")
        yield f"{'Copied':<{_HEAD}} {count} onto {_names(copied)}; what changes on a node does not flow back"


def _command_lines(drawn: Blueprint) -> Iterator[str]:
    found = {name: _commands(node) for name, node in drawn.topology.nodes.items()}
    busy = [name for name, count in found.items() if count]
    if busy:
        yield f"{'To run':<{_HEAD}} {_some(sum(found.values()), 'command')} on {_names(busy)}, once all nodes are up"


def _commands(node: Node) -> int:
    return len(node.runs) + bool(node.background)


def _list(head: str, findings: list[Finding], width: int, *, fixes: bool = True) -> str:
    rows = [(f"  line {one.line}" if one.line else "", one.where, _sentence(one.text)) for one in findings]
    steps = dict.fromkeys(one.fix for one in findings if one.fix and fixes)
    return "\n".join([head, columns(rows, width), *(f"  {step}" for step in steps)])


def _sentence(text: str) -> str:
    return text.rstrip(".")


def left_out_lines(drawn: Blueprint) -> Iterator[str]:
    """For `up`: each thing that is left out, by name."""
    for one in drawn.problems:
        yield f"{'Left out':<{_HEAD}} line {one.line}, {one.where}: {_sentence(one.text)}"


def no_difference_line(drawn: Blueprint) -> str:
    """For `up`: one line that names what makes no difference, and where the reasons are."""
    keys = list(dict.fromkeys(one.where.rpartition(".")[2] for one in drawn.remarks))
    named = ", ".join(keys)
    return f"{'No effect':<{_HEAD}} {named}: `netlab topology check {drawn.reading.path}` says why" if keys else ""


def _verdict(drawn: Blueprint, refused: list[Finding]) -> str:
    path = drawn.reading.path
    if not refused:
        return f"It can be started: netlab topology up {path}{' --skip-unsupported' if drawn.problems else ''}"
    if all(one.optional for one in refused):
        return "It cannot be started as it is; --skip-unsupported leaves out what cannot be honoured."
    return "It cannot be started as it is."


def check_facts(drawn: Blueprint, *, skip: bool) -> dict[str, Any]:
    """`topology check --json`."""
    standing = drawn.blocking if skip else drawn.problems
    topology = drawn.topology
    return {
        "file": str(drawn.reading.path),
        "name": topology.name,
        "ok": not standing,
        "nodes": [_node_facts(drawn, node) for node in topology.nodes.values()],
        "bridges": list(topology.bridges),
        "links": [_link_facts(link) for link in topology.links],
        "stand_ins": dict(drawn.stand_ins),
        "given": dict(drawn.given),
        "problems": [_finding_facts(one) | {"fix": one.fix, "optional": one.optional} for one in drawn.problems],
        "remarks": [_finding_facts(one) for one in drawn.remarks],
    }


def _node_facts(drawn: Blueprint, node: Node) -> Mapping[str, Any]:
    return {
        "name": node.name,
        "role": node.role,
        "image": node.image,
        "mgmt": str(node.mgmt) if node.managed else None,
        "mgmt6": str(node.mgmt6) if node.managed and node.mgmt6 else None,
        "command": node.background or node.command,
        "binds": [{"source": str(bind.source), "target": bind.target} for bind in drawn.binds[node.name]],
        "exec": list(node.runs),
    }


def _link_facts(link: Link) -> Mapping[str, Any]:
    ends = [str(end) for end in link if not (link.dummy and end == link.b)]
    return {"ends": ends, "mtu": link.mtu, "type": "dummy" if link.dummy else "veth"}


def _finding_facts(one: Finding) -> dict[str, Any]:
    return {"line": one.line, "where": one.where, "text": one.text}
