"""The command that begins a lab: start."""

from __future__ import annotations

import getpass
import os
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from netlab.cli.entry import open_catalog, open_context
from netlab.cli.help import Command
from netlab.cli.options import CatalogOption, JsonOption, PlainOption, SlugArgument
from netlab.cli.show import show_brief
from netlab.state import ASSESSMENT, PRACTICE

if TYPE_CHECKING:
    from netlab.actions.bench import Bench
    from netlab.actions.events import Event
    from netlab.cli.screen import Screen


class Mode(StrEnum):
    """What a run is for."""

    practice = PRACTICE
    assessment = ASSESSMENT


def register(app: typer.Typer) -> None:
    app.command(cls=Command)(start)


def start(
    lab: SlugArgument,
    learner: Annotated[str, typer.Option(metavar="ID", help="A pseudonym, as your provider gave it to you.")] = "",
    attempt: Annotated[
        int, typer.Option(metavar="N", min=1, help="Your variant of the lab: each number has other addresses.")
    ] = 1,
    key: Annotated[Path | None, typer.Option(metavar="FILE", help="Your cohort's key.")] = None,
    runtime: Annotated[
        str, typer.Option(metavar="NAME", help="What carries the network: native.", envvar="NETLAB_RUNTIME")
    ] = "native",
    mode: Annotated[
        Mode, typer.Option(help="In an assessment there are no hints, and results do not say where to look.")
    ] = Mode.practice,
    json: JsonOption = False,
    plain: PlainOption = False,
    catalog_: CatalogOption = None,
) -> None:
    """Start a lab: a network, and a task with addresses of your own."""
    from netlab.actions import checkpoint
    from netlab.actions import start as starting
    from netlab.parameters import plain as plain_values
    from netlab.report.checkpoints import local_now, offer_text

    context = open_context(json=json, plain=plain)
    files = open_catalog(catalog_).find(lab)
    request = starting.Request(
        learner=learner or getpass.getuser(),
        attempt=attempt,
        key=starting.read_key(key) if key else b"",
        runtime=runtime,
        mirror=os.environ.get("NETLAB_MIRROR"),
        mode=mode.value,
    )
    clock = _Clock(context.screen)
    bench = starting.start(files, request, context.home, context.store, clock.event)
    seconds = time.monotonic() - clock.begun
    screen, saved = context.screen, checkpoint.shelf(bench.run).newest()
    if json:
        screen.data(
            {
                "slug": lab,
                "nodes": list(bench.topology.nodes),
                "seconds": round(seconds, 3),
                "parameters": plain_values(bench.values),
                "saved": saved.name if saved else None,
            }
        )
        return
    _welcome(bench, screen, seconds)
    if saved:
        screen.say("\n" + offer_text(saved, local_now()))


def _welcome(bench: Bench, screen: Screen, seconds: float) -> None:
    facts, dot = bench.lab, screen.paint.dot
    screen.say(f"Starting     {' '.join(bench.topology.nodes)}: ready in {seconds:.1f} s\n")
    screen.say(f"{screen.paint('strong', facts.title)}{dot}about {facts.minutes} minutes{dot}{facts.level}")
    own = " and ".join(str(bench.values[name]) for name in facts.network)
    codes = " ".join(code.partition(":")[0] for code in facts.ksbs)
    screen.say(f"Evidence towards {codes}{dot}your own network: {own}\n")
    show_brief(bench, screen)
    if "srv1" in bench.topology.nodes:
        screen.say("\nNext:  netlab brief (the task again)     netlab connect srv1     netlab grade")


class _Clock:
    """Counts from when the image is ready: building it is no part of a start."""

    def __init__(self, screen: Screen) -> None:
        self.begun = time.monotonic()
        self._screen = screen

    def event(self, event: Event) -> None:
        from netlab.actions.events import ImageReady

        if isinstance(event, ImageReady):
            self.begun = time.monotonic()
        self._screen.event(event)
