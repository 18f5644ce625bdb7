"""Commands that change what runs: restart, stop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from netlab.cli.complete import complete_node, complete_running
from netlab.cli.entry import open_context
from netlab.cli.help import Command
from netlab.cli.options import JsonOption, LabOption, PlainOption, YesOption
from netlab.errors import ExitCode, UsageError
from netlab.interrupts import finish_first

if TYPE_CHECKING:
    from netlab.cli.screen import Screen

ALL_NODES = "This cuts the power of all nodes: {names}. What was typed there but not saved is lost."
ONE_OR_ALL = "netlab stop {}` or `netlab stop --all"
SURVIVES = "Saved files that survive a power cut and enabled services are there again; everything else is as new."
UNSAVED_GOES = (
    "This ends {names}. The files that survive a power cut are saved first: `netlab restore last` brings them back\n"
    "after the next start. What was typed but not saved there, and the last result, are lost."
)
WORK_GOES = (
    "This ends {names}: all you configured on its nodes, and its last result, are lost.\n"
    "To keep a file, copy it to your own computer first: netlab cp NODE:PATH ."
)


def register(app: typer.Typer) -> None:
    app.command(cls=Command)(restart)
    app.command(cls=Command)(stop)


def restart(
    nodes: Annotated[
        list[str] | None,
        typer.Argument(metavar="NODE", help="Which nodes; all of them if none is named.", autocompletion=complete_node),
    ] = None,
    lab: LabOption = None,
    yes: YesOption = False,
    json: JsonOption = False,
    plain: PlainOption = False,
) -> int:
    """Cut nodes' power and boot them: what was not saved is gone.

    Saved files that survive a power cut (the brief lists them) and enabled services are there again.
    """
    from netlab.actions import commands
    from netlab.actions.events import NodeReady

    context = open_context(json=json, plain=plain)
    bench = context.bench(lab)
    names = [bench.node(name).name for name in nodes or bench.topology.nodes]
    if not (nodes or yes or context.screen.agrees(ALL_NODES.format(names=" ".join(names)))):
        return left_as_it_is(context.screen)
    with bench.run.alone():
        bench.runtime.restart(names, lambda name: context.screen.event(NodeReady(name)))
        failures = commands.run(bench, names, context.screen.event)
    if json:
        context.screen.data({"slug": bench.run.slug, "restarted": names})
    else:
        survives = SURVIVES if bench.run.has_lab else "Their disks are as they were."
        context.screen.say(f"Power cycled: {' '.join(names)}. {survives}")
    for one in failures:
        context.screen.note(f"Failed       {one.node}: {one.command}\n             {one.output}")
    return ExitCode.RUNTIME if failures else ExitCode.OK


def stop(
    lab: Annotated[
        str | None, typer.Argument(metavar="LAB", help="Which lab.", autocompletion=complete_running)
    ] = None,
    lab_option: LabOption = None,
    everything: Annotated[bool, typer.Option("--all", help="Stop every lab of yours.")] = False,
    discard: Annotated[bool, typer.Option("--discard", help="Do not save the kept files first.")] = False,
    yes: YesOption = False,
    json: JsonOption = False,
    plain: PlainOption = False,
) -> int:
    """End a lab: nothing of it is left running.

    The files that a restart would keep are saved first: when the same lab is started again, `netlab restore last`
    brings them back. On a terminal it asks first; in a script it does not.
    """
    from netlab.actions import start as starting
    from netlab.report.checkpoints import stopped_text

    context = open_context(json=json, plain=plain)
    if everything and (lab or lab_option):
        raise UsageError("--all and the name of a lab do not go together.", "Give one of them.")
    runs = list(context.home.runs()) if everything else [context.run(lab or lab_option, ONE_OR_ALL)]
    names, goes = " and ".join(run.slug for run in runs), WORK_GOES if discard else UNSAVED_GOES
    if runs and not (yes or context.screen.agrees(goes.format(names=names))):
        return left_as_it_is(context.screen)
    saved: dict[str, str] = {}
    with finish_first():  # who interrupts a stop does not want half of it, and is told what has been stopped
        for run in runs:
            with run.alone():
                if not discard and (name := context.save_before_stop(run)):
                    saved[run.slug] = name
                starting.stop(run)
        if json:
            context.screen.data({"stopped": [run.slug for run in runs], "saved": saved})
        else:
            context.screen.say(f"Stopped: {' '.join(run.slug for run in runs) or 'nothing was running'}.")
            for slug, name in saved.items():
                context.screen.say(stopped_text(slug, name))
    return ExitCode.OK


def left_as_it_is(screen: Screen) -> int:
    """Somebody was asked, and said no."""
    screen.note("Left as it is.")
    return ExitCode.INTERRUPTED
