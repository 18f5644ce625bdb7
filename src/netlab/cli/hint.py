"""The command for who is stuck: hint."""

from __future__ import annotations

from typing import Annotated

import typer

from netlab.cli.complete import complete_hint
from netlab.cli.entry import open_context
from netlab.cli.help import Command
from netlab.cli.options import JsonOption, LabOption, PlainOption


def register(app: typer.Typer) -> None:
    app.command(cls=Command)(hint)


def hint(
    check: Annotated[
        str | None,
        typer.Argument(metavar="CHECK", help="Which check; part of its name will do.", autocompletion=complete_hint),
    ] = None,
    lab: LabOption = None,
    json: JsonOption = False,
    plain: PlainOption = False,
) -> None:
    """Help towards a check, a step at a time.

    First a nudge, then where to look, then an explanation. Without CHECK: which hints there are.
    The result says how many were read; points are not taken off.
    """
    from netlab.actions import hint as hints
    from netlab.report.hint import list_text, rung_text

    context = open_context(json=json, plain=plain)
    bench, screen = context.bench(lab), context.screen
    if check is None:
        there = hints.offers(bench)
        if json:
            screen.data([one.as_json() for one in there])
        else:
            screen.say(list_text(there, screen.paint, screen.width))
        return
    taken = hints.take(bench, check)
    if json:
        screen.data(taken.as_json())
    else:
        screen.say(rung_text(taken, screen.paint, screen.width))
