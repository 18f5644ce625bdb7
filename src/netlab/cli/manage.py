"""Commands that change what runs: restart, stop."""

from typing import Annotated

import typer

from netlab.cli.entry import open_context
from netlab.cli.options import JsonOption, LabOption, PlainOption, complete_node, complete_running
from netlab.errors import UsageError


def register(app: typer.Typer) -> None:
    app.command()(restart)
    app.command()(stop)


def restart(
    nodes: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NODE]…", help="Which nodes; all of them if none is named.", autocompletion=complete_node
        ),
    ] = None,
    lab: LabOption = None,
    json: JsonOption = False,
    plain: PlainOption = False,
) -> None:
    """Cut the power of nodes and boot them again: what was not saved is gone."""
    from netlab.actions.events import NodeReady

    context = open_context(json=json, plain=plain)
    bench = context.bench(lab)
    names = [bench.node(name).name for name in nodes or bench.topology.nodes]
    with bench.run.alone():
        bench.runtime.restart(names, lambda name: context.screen.event(NodeReady(name)))
    if json:
        context.screen.data({"slug": bench.run.slug, "restarted": names})
    else:
        context.screen.say(f"Power cycled: {' '.join(names)}. What was not saved in a kept file is gone.")


def stop(
    lab: Annotated[
        str | None, typer.Argument(metavar="[LAB]", help="Which lab.", autocompletion=complete_running)
    ] = None,
    lab_option: LabOption = None,
    everything: Annotated[bool, typer.Option("--all", help="Stop every lab of yours.")] = False,
    json: JsonOption = False,
    plain: PlainOption = False,
) -> None:
    """End a lab; nothing of it is left running."""
    from netlab.actions import start as starting

    context = open_context(json=json, plain=plain)
    if everything and (lab or lab_option):
        raise UsageError("--all and the name of a lab do not go together.", "Give one of them.")
    runs = list(context.home.runs()) if everything else [context.run(lab or lab_option)]
    for run in runs:
        with run.alone():
            starting.stop(run)
    if json:
        context.screen.data({"stopped": [run.slug for run in runs]})
    else:
        context.screen.say(f"Stopped: {' '.join(run.slug for run in runs) or 'nothing was running'}.")
