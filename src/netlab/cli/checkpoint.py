"""Commands that save the kept files and put them back: checkpoint, restore, reset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from netlab.cli.complete import complete_checkpoint, complete_node
from netlab.cli.entry import open_context
from netlab.cli.help import Command
from netlab.cli.manage import left_as_it_is
from netlab.cli.options import JsonOption, LabOption, PlainOption, YesOption
from netlab.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from netlab.actions.bench import Bench
    from netlab.cli.context import Context
    from netlab.keptfiles import PutBack


def register(app: typer.Typer) -> None:
    for command in (checkpoint, restore, reset):
        app.command(cls=Command)(command)


NodesArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="NODE", help="Which nodes; all of them if none is named.", autocompletion=complete_node),
]


def checkpoint(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="What to call it.")] = None,
    show: Annotated[bool, typer.Option("--list", help="Show the checkpoints and what has changed since.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace the checkpoint of that name.")] = False,
    remove: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Remove a checkpoint.", autocompletion=complete_checkpoint),
    ] = None,
    lab: LabOption = None,
    json: JsonOption = False,
    plain: PlainOption = False,
) -> None:
    """Save the kept files of all nodes, as they are now.

    They are taken from the disks; nothing restarts.

    Kept files are those that survive a restart: the brief lists them. Running configuration that was not saved to one
    of them is not part of a checkpoint, as it is not on a real router: save it first (`write memory` in vtysh).

    netlab makes checkpoints by itself before `grade`, `restore`, `reset`, `stop` and `author apply` when files have
    changed, and removes the oldest of these when there are more than ten. Those you name stay.
    """
    context = open_context(json=json, plain=plain)
    bench = context.bench(lab)
    if sum((name is not None, show, remove is not None)) > 1 or (force and name is None):
        raise UsageError("NAME, --list and --remove do not go together; --force needs NAME.", "Give one of them.")
    with bench.run.alone():
        if show:
            _list(context, bench)
        elif remove is not None:
            _remove(context, bench, remove)
        else:
            _take(context, bench, name, force=force)


def _take(context: Context, bench: Bench, name: str | None, *, force: bool) -> None:
    from netlab.actions import checkpoint as action
    from netlab.report.checkpoints import facts, taken_text

    taken, fresh = action.take(bench, name, replace=force)
    if context.screen.json:
        context.screen.data({"slug": bench.run.slug, **facts(taken), "fresh": fresh})
    else:
        context.screen.say(taken_text(taken, fresh=fresh))


def _list(context: Context, bench: Bench) -> None:
    from netlab.actions.checkpoint import review
    from netlab.report.checkpoints import list_facts, list_text, local_now

    if context.screen.json:
        context.screen.data(list_facts(review(bench)))
    else:
        context.screen.say(list_text(review(bench), local_now()))


def _remove(context: Context, bench: Bench, name: str) -> None:
    from netlab.actions.checkpoint import shelf

    found = shelf(bench.run).find(name)
    shelf(bench.run).remove(found)
    if context.screen.json:
        context.screen.data({"slug": bench.run.slug, "removed": found.name})
    else:
        context.screen.say(f"Removed the checkpoint {found.name}.")


def restore(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="A checkpoint, or `last`: the newest.", autocompletion=complete_checkpoint),
    ],
    nodes: NodesArgument = None,
    lab: LabOption = None,
    yes: YesOption = False,
    json: JsonOption = False,
    plain: PlainOption = False,
) -> int:
    """Put the kept files back as at a checkpoint, and restart.

    All nodes (or all you name) restart, so that what runs is what was saved: running configuration that was not saved
    is lost, as at `netlab restart`. The files as they are now are saved first; the last line says how to undo it.
    """
    from netlab.actions.checkpoint import restore as carry_out

    context = open_context(json=json, plain=plain)
    bench = context.bench(lab)
    names = [bench.node(node).name for node in nodes or bench.topology.nodes]
    if not (nodes or yes or context.screen.agrees(_warning(f"checkpoint {name}", names))):
        return left_as_it_is(context.screen)
    with bench.run.alone():
        _tell(context, bench, carry_out(bench, name, names, context.screen.event))
    return ExitCode.OK


def reset(
    nodes: NodesArgument = None,
    lab: LabOption = None,
    yes: YesOption = False,
    json: JsonOption = False,
    plain: PlainOption = False,
) -> int:
    """Put the kept files back as at the start, and restart.

    The files as they are now are saved first; the last line says how to undo it.
    """
    from netlab.actions.checkpoint import reset as carry_out

    context = open_context(json=json, plain=plain)
    bench = context.bench(lab)
    names = [bench.node(node).name for node in nodes or bench.topology.nodes]
    if not (nodes or yes or context.screen.agrees(_warning("the start", names))):
        return left_as_it_is(context.screen)
    with bench.run.alone():
        _tell(context, bench, carry_out(bench, names, context.screen.event))
    return ExitCode.OK


def _warning(where: str, names: list[str]) -> str:
    return (
        f"This puts the kept files back as they were at {where} and cuts the power of all nodes: {' '.join(names)}.\n"
        "The files as they are now are saved first; what was typed but not saved there is lost."
    )


def _tell(context: Context, bench: Bench, done: PutBack) -> None:
    from netlab.report.checkpoints import put_back_text

    if context.screen.json:
        changed = [change.as_json() for change in done.changes]
        context.screen.data(
            {
                "slug": bench.run.slug,
                "back_at": done.source,
                "restarted": done.nodes,
                "changed": changed,
                "undo": done.undo,
            }
        )
    else:
        context.screen.say(put_back_text(done))
