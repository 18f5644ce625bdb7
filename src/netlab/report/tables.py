"""Lists and facts as plain columns."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from netlab.cable import Cable
from netlab.catalog import LabFiles
from netlab.ksb import natural, standard
from netlab.report.paint import WIDE, Paint, wrapped
from netlab.runtime.base import NodeState
from netlab.topology import Topology


def columns(rows: Iterable[Sequence[str]], width: int = WIDE) -> str:
    """Left-aligned columns two spaces apart; the last one goes on below itself where the line ends."""
    table = [tuple(row) for row in rows]
    widths = [max(len(row[number]) for row in table) for number in range(len(table[0]))] if table else []
    lines: list[str] = []
    for row in table:
        head = "".join(f"{cell:<{wide}}  " for cell, wide in zip(row[:-1], widths[:-1], strict=True))
        lines += wrapped(f"{head}{row[-1]}".rstrip(), width, indent=" " * len(head))
    return "\n".join(lines)


def lab_facts(files: LabFiles) -> dict[str, Any]:
    """A lab for `list --json` and `info --json`."""
    lab = files.lab
    return {
        "slug": lab.slug,
        "title": lab.title,
        "version": lab.version,
        "summary": lab.summary,
        "level": lab.level,
        "minutes": lab.minutes,
        "duties": lab.duties,
        "ksbs": lab.ksbs,
        "needs": lab.needs,
        "points": lab.points,
        "pass_mark": lab.pass_mark,
        "nodes": list(files.topology.nodes),
    }


def list_text(labs: Sequence[LabFiles], running: Mapping[str, str], paint: Paint, width: int = WIDE) -> str:
    rows = [
        (
            files.slug,
            files.lab.level,
            f"{files.lab.minutes} min",
            " ".join(code.partition(":")[0] for code in files.lab.ksbs),
            running.get(files.slug, ""),
            files.lab.title,
        )
        for files in labs
    ]
    head = ("LAB", "LEVEL", "TIME", "EVIDENCE TOWARDS", "NOW", "TITLE")
    foot = paint("dim", "`netlab info LAB` says more; `netlab start LAB` starts it.")
    return f"{columns([head, *rows], width)}\n\n{foot}"


def info_text(files: LabFiles, state: str, paint: Paint, width: int = WIDE) -> str:
    lab, titles = files.lab, standard(files.lab.standard)
    lines = [paint("strong", lab.title), lab.summary, ""]
    lines += [f"{lab.level}, about {lab.minutes} minutes, {lab.points:g} points, pass mark {lab.pass_mark} %"]
    lines += [f"Status: {state}" if state else "Not running."]
    lines += ["", f"Evidence towards ({lab.standard} {titles.title}):"]
    for code in sorted(lab.ksbs, key=lambda text: natural(text.partition(":")[0])):
        bare, _, role = code.partition(":")
        lines.append(f"  {bare:<4} {titles.ksbs[bare]}{' (supporting)' if role == 'supporting' else ''}")
    lines += ["", "Duties:", *(f"  {duty:<4} {titles.duties[duty]}" for duty in lab.duties)]
    lines += ["", "Needs: " + (", ".join(lab.needs) or "nothing beyond what `netlab doctor` checks")]
    narrow = [part for line in lines for part in wrapped(line, width, indent=" " * 7 if line[:1] == " " else "")]
    return "\n".join([*narrow, "", "Nodes:", topology_text(files.topology, width)])


def topology_text(topology: Topology, width: int = WIDE) -> str:
    """Every node with its role and what each of its cables leads to."""
    rows = []
    for node in topology.nodes.values():
        cables = ", ".join(f"{mine} to {far}" for mine, far in topology.neighbours(node.name))
        rows += [(f"  {node.name}", node.role, node.about), ("", "", cables)]
    return columns(rows, width)


def links_text(cables: Sequence[Cable]) -> str:
    """Every link, and what each of its ends was set to."""
    rows = []
    for cable in cables:
        set_to = [f"{end.name}: {end.text}" for end in cable.ends if end.text]
        rows.append((" -- ".join(cable.names), "; ".join(set_to) or "as built"))
    return columns(rows) or "There are no links."


def status_text(slug: str, about: str, states: Sequence[NodeState], paint: Paint) -> str:
    rows = [(f"  {one.name}", one.role, "running" if one.running else "down", one.mgmt, one.why) for one in states]
    return f"{paint('strong', slug)}  {about}\n{columns(rows)}"
