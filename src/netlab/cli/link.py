"""The command `netlab link`: what the cables are set to, and changing that."""

from typing import Annotated

import typer

from netlab.cli.complete import complete_end, complete_setting
from netlab.cli.entry import open_context
from netlab.cli.help import Command
from netlab.cli.options import JsonOption, LabOption, PlainOption
from netlab.errors import UsageError


def register(app: typer.Typer) -> None:
    # What begins with a minus may be a value, such as -3%: said to be none, rather than an option that is not there.
    app.command(cls=Command, context_settings={"ignore_unknown_options": True})(link)


def link(
    end: Annotated[
        str | None,
        typer.Argument(metavar="NODE:INTERFACE", help="One end of a link.", autocompletion=complete_end),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SETTING",
            help="up, down, loss 5%, rate 2mbit, delay 20ms, mtu 1400, or clear.",
            autocompletion=complete_setting,
        ),
    ] = None,
    lab: LabOption = None,
    json: JsonOption = False,
    plain: PlainOption = False,
) -> None:
    """Show the links, or make one slow, lossy or dead.

    For example: netlab link r1:eth1 loss 5% rate 2mbit

    up, down and mtu are of that end alone; loss, rate and delay hold in both directions of the link. What is set
    stays through a restart of the nodes, until `clear`.
    """
    from netlab.actions import links
    from netlab.port import read_change
    from netlab.report.tables import links_text

    _no_options([end or "", *(settings or [])])
    context = open_context(json=json, plain=plain)
    bench = context.bench(lab)
    named = links.endpoint(bench, end) if end else None
    if named and settings:
        wanted = read_change(settings)
        links.require_permission(bench)
        with bench.run.alone():
            links.change(bench, named, wanted)
    shown = [cable for cable in links.cables(bench) if named is None or str(named) in cable.names]
    if json:
        context.screen.data([{"ends": [end.as_json() for end in cable.ends]} for cable in shown])
    else:
        context.screen.say(links_text(shown))


def _no_options(words: list[str]) -> None:
    for word in words:
        if word.startswith("-") and not word[1:2].isdigit():
            raise UsageError(f"No such option: {word}", "See `netlab link --help`.")
