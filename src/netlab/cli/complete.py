"""What the shell offers on Tab. What it needs is imported then: Tab must be quick."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from typer import Context

from netlab.errors import NetlabError

if TYPE_CHECKING:
    from netlab.actions.bench import Bench

LONG = 2  # seconds: who waits longer for a Tab has typed the rest


def complete_lab(incomplete: str) -> list[str]:
    from netlab.cli.context import catalog

    return [files.slug for files in catalog(None) if files.slug.startswith(incomplete)]


def complete_running(incomplete: str) -> list[str]:
    from netlab.state import Home

    return [run.slug for run in Home.of(os.environ).runs() if run.slug.startswith(incomplete)]


def complete_node(incomplete: str) -> list[str]:
    return sorted({node for bench in _benches() for node in bench.topology.nodes if node.startswith(incomplete)})


def complete_checkpoint(incomplete: str) -> list[str]:
    from netlab.actions.checkpoint import shelf

    names = ["last", *(one.name for bench in _benches() for one in shelf(bench.run))]
    return [name for name in dict.fromkeys(names) if name.startswith(incomplete)]


def complete_hint(incomplete: str) -> list[str]:
    from netlab.actions import hint

    found = []
    for bench in _benches():
        with suppress(NetlabError):  # a lab without hints
            found += [offer.check for offer in hint.offers(bench) if offer.check.startswith(incomplete)]
    return found


def complete_question(incomplete: str) -> list[str]:
    names = {name for bench in _benches() if bench.run.has_lab for name in bench.lab.questions}
    return sorted(name for name in names if name.startswith(incomplete))


def complete_interface(ctx: Context, incomplete: str) -> list[str]:
    """Of the node that has been typed before it."""
    from netlab.actions.capture import interfaces

    found: set[str] = set()
    for bench in _benches():
        with suppress(NetlabError):  # not a node of this lab, or down
            found |= set(interfaces(bench, ctx.params.get("node") or ""))
    return sorted(name for name in found if name.startswith(incomplete))


def complete_end(incomplete: str) -> list[str]:
    """One end of a link."""
    from netlab.actions.links import ends

    return sorted({end for bench in _benches() for end in ends(bench) if end.startswith(incomplete)})


def complete_setting(incomplete: str) -> list[str]:
    from netlab.port import WORDS

    return [word for word in WORDS if word.startswith(incomplete)]


def complete_mistake(incomplete: str) -> list[str]:
    return _answers("mistakes", incomplete)


def complete_fault(incomplete: str) -> list[str]:
    folders = (bench.files.folder / "faults" for bench in _benches() if bench.run.has_lab)
    return sorted(path.parent.name for folder in folders for path in folder.glob(f"{incomplete}*/fault.yml"))


def complete_alternative(incomplete: str) -> list[str]:
    return _answers("alternatives", incomplete)


def complete_path(incomplete: str) -> list[str]:
    """One side of `cp`: a node's folders, a path on a node (bash keeps that part to itself), or a local path."""
    node, colon, path = incomplete.partition(":")
    if colon:
        return [f"{node}:{found}" for found in _on_node(node, path)]
    return [f"{name}:{top}" for name in complete_node(incomplete) for top in ("/etc/", "/root/")] + _here(incomplete)


def _here(start: str) -> list[str]:
    folder, slash, _ = start.rpartition("/")
    names = [f"{path.name}/" if path.is_dir() else path.name for path in Path(folder + slash or ".").glob("*")]
    return sorted(path for name in names if (path := folder + slash + name).startswith(start))


def _on_node(node: str, start: str) -> list[str]:
    """Paths on the node that begin like that."""
    script = ["sh", "-c", 'ls -1dp -- "$1"*', "sh", start or "/root/"]
    found: list[str] = []
    for bench in _benches():
        with suppress(NetlabError, TimeoutError):  # a node that is down has nothing to offer
            done = bench.runtime.exec(bench.node(node).name, script, timeout=LONG)
            found += done.stdout.splitlines()
    return found


def _answers(kind: str, incomplete: str) -> list[str]:
    return sorted({name for bench in _benches() for name in bench.files.answers(kind) if name.startswith(incomplete)})


def _benches() -> list[Bench]:
    from netlab.cli.context import Context

    context = Context.quiet()
    return [context.bench(run.slug) for run in context.home.runs()]
