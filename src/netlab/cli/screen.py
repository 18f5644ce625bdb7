"""The terminal: facts to stdout, everything else to stderr, progress where somebody waits."""

import json
import os
import shutil
import sys
from typing import Any

from netlab.actions.events import (
    AuthorStep,
    CheckStarted,
    CommandRuns,
    Completed,
    Event,
    ImageReady,
    ImageStage,
    NodeReady,
    PowerBack,
    PowerCycle,
    Recovered,
)
from netlab.report.paint import WIDE, Paint, clean
from netlab.report.power import after_text, before_text
from netlab.result import Gone


class Screen:
    """Where a command's words go. `json`: one document on stdout, messages on stderr."""

    def __init__(self, *, json: bool = False, plain: bool = False) -> None:
        self.json = json
        dumb = os.environ.get("TERM") == "dumb" and sys.stdout.isatty()
        self.plain = plain or dumb
        self.terminal = sys.stdout.isatty() and not self.plain and not json
        self.width = min(WIDE, shutil.get_terminal_size((WIDE, 24)).columns)
        colour = sys.stdout.isatty() and not self.plain and "NO_COLOR" not in os.environ
        self.paint = Paint(colour=colour, signs=not self.plain and _can_say("✔"))
        self._live = sys.stderr.isatty() and not self.plain and not json
        self._passing = False
        self.gone: list[Gone] = []

    def say(self, text: str = "") -> None:
        """Something to read. Not on stdout when that holds JSON."""
        self.settle()
        print(text if self.paint.signs else _ascii(text), file=sys.stderr if self.json else sys.stdout, flush=True)

    def data(self, document: Any) -> None:
        """The one JSON document."""
        self.settle()
        print(_escaped(json.dumps(document, indent=1, ensure_ascii=False)), flush=True)

    def row(self, document: Any) -> None:
        """One of many JSON documents, a line each."""
        print(_escaped(json.dumps(document, ensure_ascii=False)), flush=True)

    def passing(self, text: str) -> None:
        """Progress: one line that the next replaces on a terminal, a line of its own elsewhere."""
        if self._live:
            width = max(20, os.get_terminal_size(sys.stderr.fileno()).columns - 1)
            print(f"\r\033[K{text[:width]}", end="", file=sys.stderr, flush=True)
            self._passing = True
        elif not self.json:
            print(text if self.paint.signs else _ascii(text), file=sys.stderr, flush=True)

    def settle(self) -> None:
        """Wipe the passing line."""
        if self._passing:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
            self._passing = False

    def event(self, event: Event) -> None:
        """Show what an action reports."""
        match event:
            case ImageStage(text):
                self.passing(f"Node image   {text}")
            case AuthorStep(slug, text):
                self.passing(f"{slug}: {text}")
            case NodeReady() | CommandRuns() | CheckStarted():
                self.live(_progress(event))
            case ImageReady(image):
                self.note(f"Node image   ready ({image.short}, built {image.built[:10]})")
            case Recovered(slug, command):
                did = f"`netlab {command}` of {slug}" if " " in command else f"`netlab {command} {slug}`"
                self.note(f"An earlier {did} was cut off; what it left behind has been cleared away.")
            case Completed(command):
                self.note(f"An earlier `{command}` was cut off; it has been completed now.")
            case PowerCycle(nodes):
                self.aside(before_text(nodes))
            case PowerBack(nodes, gone):
                self.aside(after_text(nodes, gone))
                self.gone += gone

    def agrees(self, warning: str) -> bool:
        """Whether somebody at a terminal says yes; where nobody sits at one, there is nobody to ask."""
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            return True
        self.settle()
        print(f"{warning}\nGo on? [y/N] ", end="", file=sys.stderr, flush=True)
        answer = sys.stdin.readline()
        if not answer.endswith("\n"):  # Ctrl-D
            print(file=sys.stderr)
        return answer.strip().lower() in {"y", "yes"}

    def live(self, text: str) -> None:
        """Progress that nobody reads afterwards: only on a terminal."""
        if self._live:
            self.passing(text)

    def note(self, text: str) -> None:
        """A message beside the facts: on stderr when stdout holds JSON."""
        self.say(text)

    def aside(self, text: str) -> None:
        """A message beside what goes to stdout, whatever that is."""
        self.settle()
        print(text if self.paint.signs else _ascii(text), file=sys.stderr, flush=True)

    def error(self, message: str, next_step: str) -> None:
        self.settle()
        text = clean(f"netlab: {message}" + (f"\n        {next_step}" if next_step else ""))
        print(text, file=sys.stderr, flush=True)


def _progress(event: NodeReady | CommandRuns | CheckStarted) -> str:
    match event:
        case NodeReady(name):
            return f"Starting     {name} is ready"
        case CommandRuns(node, command):
            return f"Running      {node}: {command}"
        case CheckStarted(title):
            return f"Checking     {title}"


def _can_say(text: str) -> bool:
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def _escaped(document: str) -> str:
    """JSON leaves control characters from U+0080 upwards as they are; on a terminal they would do something."""
    return "".join(char if char.isprintable() or char == "\n" else json.dumps(char)[1:-1] for char in document)


def _ascii(text: str) -> str:
    return (
        text.translate({0x2013: "-", 0x2014: "-", 0xB7: "-", 0x2026: "...", 0x2192: "->"})
        .encode("ascii", "replace")
        .decode()
    )
