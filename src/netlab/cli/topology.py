"""`netlab topology`: containerlab's own files, run without root and without Docker."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from netlab.cli.entry import open_context
from netlab.cli.help import Command
from netlab.cli.options import JsonOption, PlainOption
from netlab.errors import ExitCode

if TYPE_CHECKING:
    from netlab.actions.commands import Failure
    from netlab.actions.events import Event
    from netlab.actions.topologies import Wish
    from netlab.clab.blueprint import Blueprint
    from netlab.cli.screen import Screen

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Run any containerlab topology of kind linux, rootless.",
)

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="A containerlab topology, *.clab.yml.")]
ImageOption = Annotated[
    list[str] | None,
    typer.Option("--image", metavar="[NAME=]PATH", help="An OCI image folder, or a tar of `docker save`, for NAME."),
]
StandInOption = Annotated[
    list[str] | None,
    typer.Option("--stand-in", metavar="NAME", help="Take netlab's node image for this image too (or: all)."),
]
SkipOption = Annotated[
    bool, typer.Option("--skip-unsupported", help="Leave out what cannot be honoured; each thing is named.")
]


@app.command(cls=Command)
def check(
    file: FileArgument,
    image: ImageOption = None,
    stand_in: StandInOption = None,
    skip: SkipOption = False,
    json: JsonOption = False,
    plain: PlainOption = False,
) -> int:
    """Say what a topology consists of, what stands in for what, and everything that cannot be honoured.

    Exit code 0: `topology up` can start it; 6: it cannot, and every line that is in the way is named.
    """
    from netlab.report.topology import check_facts, check_text

    context = open_context(json=json, plain=plain)
    drawn, wish = _read(file, image, stand_in, skip)
    if json:
        context.screen.data(check_facts(drawn, skip=wish.skip))
    else:
        context.screen.say(check_text(drawn, context.screen.paint, context.screen.width, skip=wish.skip))
    standing = drawn.blocking if wish.skip else drawn.problems
    return ExitCode.BAD_FILE if standing else ExitCode.OK


@app.command(cls=Command)
def up(
    file: FileArgument,
    image: ImageOption = None,
    stand_in: StandInOption = None,
    skip: SkipOption = False,
    json: JsonOption = False,
    plain: PlainOption = False,
) -> int:
    """Start a topology. `status`, `connect`, `exec`, `cp`, `restart`, `link` and `stop` work on it by its name.

    Exit code 9: it is up, and a command of its `exec` failed; all others have run.
    """
    from netlab.actions import topologies
    from netlab.actions.events import CommandSaid
    from netlab.report import topology as words
    from netlab.report.output import output_lines

    context = open_context(json=json, plain=plain)
    drawn, wish = _read(file, image, stand_in, skip)
    topologies.refuse(drawn, skip=skip)
    notes = [*words.left_out_lines(drawn), *words.stand_in_lines(drawn), *words.copy_lines(drawn)]
    for line in [*notes, words.no_difference_line(drawn)]:
        if line:
            context.screen.note(line)
    begun, said = time.monotonic(), list[CommandSaid]()

    def hear(event: Event) -> None:
        if isinstance(event, CommandSaid):
            said.append(event)  # until the screen has said that the nodes are up
        context.screen.event(event)

    started = topologies.up(drawn, wish, context.home, context.store, hear)
    seconds = time.monotonic() - begun
    if json:
        context.screen.data(_up_facts(started.bench.run.slug, drawn, started.failures, seconds))
    else:
        name, nodes = started.bench.run.slug, " ".join(drawn.topology.nodes)
        context.screen.say(f"Starting     {nodes}: ready in {seconds:.1f} s")
        for one in said:
            context.screen.say("\n".join(output_lines(one.node, one.command, one.output)))
        _show_failures(started.failures, context.screen)
        context.screen.say(
            f"\nNext:  netlab connect {next(iter(drawn.topology.nodes))}     and in the end     "
            f"netlab topology down {name}"
        )
    return ExitCode.RUNTIME if started.failures else ExitCode.OK


def _show_failures(failures: list[Failure], screen: Screen) -> None:
    from netlab.report.paint import clean

    for one in failures:
        code = f"exit code {one.code}" if one.code is not None else "cut off"
        screen.say(f"Failed       {one.node}: {one.command} ({code})")
        for line in one.output.splitlines()[-3:]:
            screen.say(clean(f"{'':<12} {line}"))


def _up_facts(name: str, drawn: Blueprint, failures: list[Failure], seconds: float) -> dict[str, object]:
    failed = [{"node": one.node, "command": one.command, "code": one.code, "output": one.output} for one in failures]
    return {
        "slug": name,
        "nodes": list(drawn.topology.nodes),
        "stand_ins": dict(drawn.stand_ins),
        "left_out": [one.where for one in drawn.problems],
        "failed": failed,
        "seconds": round(seconds, 3),
    }


@app.command(cls=Command)
def down(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The file it was started from, or its name.")],
    json: JsonOption = False,
    plain: PlainOption = False,
) -> None:
    """End a topology; nothing of it is left running. The file may have been changed or deleted since."""
    from netlab.actions import topologies

    context = open_context(json=json, plain=plain)
    name = topologies.down(file, context.home, context.store)
    if json:
        context.screen.data({"stopped": [name]})
    else:
        context.screen.say(f"Stopped: {name}.")


def _read(file: Path, images: list[str] | None, stand_ins: list[str] | None, skip: bool) -> tuple[Blueprint, Wish]:
    import getpass

    from netlab.actions import topologies

    wish = topologies.Wish(
        images=tuple(images or ()),
        accepted=tuple(stand_ins or ()),
        skip=skip,
        mirror=os.environ.get("NETLAB_MIRROR"),
        owner=getpass.getuser(),
    )
    return topologies.check(file, os.environ, wish), wish
