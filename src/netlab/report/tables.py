"""Lists and facts as plain columns."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from netlab.catalog import LabFiles
from netlab.ksb import natural, standard
from netlab.report.paint import Paint
from netlab.runtime.base import NodeState
from netlab.topology import Topology


def columns(rows: Iterable[Sequence[str]]) -> str:
    """Left-aligned columns two spaces apart."""
    table = [tuple(row) for row in rows]
    widths = [max(len(row[number]) for row in table) for number in range(len(table[0]))] if table else []
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table
    )


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


def list_text(labs: Sequence[LabFiles], running: Mapping[str, str], paint: Paint) -> str:
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
    return columns([head, *rows]) + "\n\n" + paint("dim", "`netlab info LAB` says more; `netlab start LAB` starts it.")


def info_text(files: LabFiles, state: str, paint: Paint) -> str:
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
    return "\n".join([*lines, "", "Nodes:", topology_text(files.topology)])


def topology_text(topology: Topology) -> str:
    """Every node with its role and what each of its cables leads to."""
    rows = []
    for node in topology.nodes.values():
        cables = ", ".join(f"{mine} to {far}" for mine, far in topology.neighbours(node.name))
        rows.append((f"  {node.name}", node.role, cables, node.about))
    return columns(rows)


def status_text(slug: str, about: str, states: Sequence[NodeState], paint: Paint) -> str:
    rows = [(f"  {one.name}", one.role, "running" if one.running else "down", one.mgmt) for one in states]
    return f"{paint('strong', slug)}  {about}\n{columns(rows)}"
