"""The command that looks on while a learner works: watch."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING, Annotated

import typer

from netlab.cli.entry import open_context
from netlab.cli.help import Command
from netlab.cli.options import JsonOption, LabOption, PlainOption
from netlab.errors import ExitCode

if TYPE_CHECKING:
    from netlab.actions.bench import Bench
    from netlab.actions.watch import Round, Sight
    from netlab.cli.screen import Screen

DONE = "Done: everything that can be seen without a power cut passes. `netlab grade` cuts the power, too."
LOOKS = "Watching for changes. Ctrl-C ends this."


def register(app: typer.Typer) -> None:
    app.command(cls=Command)(watch)


def watch(
    lab: LabOption = None,
    keep_on: Annotated[bool, typer.Option("--keep-on", help="Go on when everything passes.")] = False,
    json: JsonOption = False,
    plain: PlainOption = False,
) -> int:
    """Check again after each change you make.

    All checks but those that cut the power. It ends when they pass, with exit code 0. With --json: one
    document a line, one for each round.
    """
    from netlab.actions.watch import Round
    from netlab.actions.watch import watch as look_on
    from netlab.report.paint import wrapped

    context = open_context(json=json, plain=plain)
    bench = context.bench(lab)
    view = _View(bench, context.screen)
    for sight in look_on(bench):
        view.show(sight)
        if isinstance(sight, Round) and sight.done and not keep_on:
            context.screen.say("\n".join(wrapped(DONE, context.screen.width)))
            return ExitCode.OK
    return ExitCode.RUNTIME


class _View:
    """Drawn in place on a terminal; elsewhere a line for each check that changed."""

    def __init__(self, bench: Bench, screen: Screen) -> None:
        from netlab.cli.canvas import Canvas

        self._bench = bench
        self._screen = screen
        self._canvas = Canvas() if screen.terminal else None
        self._last: Round | None = None
        self._state = LOOKS

    def show(self, sight: Sight) -> None:
        from netlab.actions.watch import Checking, Round, Waiting

        match sight:
            case Checking(title):
                self._state = f"Checking     {title}" if title else "Checking"
            case Waiting(why, step):
                told, self._state = self._state, f"{why} {step}"
                if told != self._state:
                    self._tell(self._state)
            case Round():
                self._state = f"{time.strftime('%H:%M:%S')}  {LOOKS}"
                self._round(sight)
                self._last = sight
        self._draw()

    def _draw(self) -> None:
        from netlab.report.board import board

        if self._canvas:
            size = shutil.get_terminal_size()
            width = min(self._screen.width, size.columns - 1)
            checks, state = (self._last.checks if self._last else ()), self._state[:width]
            self._canvas.draw(board(checks, self._bench.lab.points, state, self._screen.paint, (width, size.lines)))

    def _round(self, now: Round) -> None:
        from netlab.report.board import changed_lines

        if self._screen.json:
            self._screen.row({"at": time.time(), "done": now.done, "checks": [one.as_json() for one in now.checks]})
        elif not self._canvas:
            before = self._last.checks if self._last else ()
            lines = changed_lines(before, now.checks, self._screen.paint, self._screen.width)
            points = sum(check.points for check in now.checks)
            head = f"{time.strftime('%H:%M:%S')}  {points:g} / {self._bench.lab.points:g}"
            if lines:
                self._screen.say("\n".join([head, *lines]))

    def _tell(self, text: str) -> None:
        if not self._canvas:
            self._screen.aside(text)
