"""The terminal: facts to stdout, everything else to stderr, progress where somebody waits."""

import json
import os
import sys
from typing import Any

from netlab.actions.events import (
    AuthorStep,
    CheckDone,
    CheckStarted,
    Event,
    ImageReady,
    ImageStage,
    NodeReady,
    PowerCycle,
    Recovered,
)
from netlab.report.paint import Paint


class Screen:
    """Where a command's words go. `json`: one document on stdout, messages on stderr."""

    def __init__(self, *, json: bool = False, plain: bool = False) -> None:
        self.json = json
        self.plain = plain or os.environ.get("TERM") == "dumb"
        colour = sys.stdout.isatty() and not self.plain and "NO_COLOR" not in os.environ
        self.paint = Paint(colour=colour, signs=not self.plain and _can_say("✔"))
        self._live = sys.stderr.isatty() and not self.plain and not json
        self._passing = False

    def say(self, text: str = "") -> None:
        """Something to read. Not on stdout when that holds JSON."""
        self.settle()
        print(text if self.paint.signs else _ascii(text), file=sys.stderr if self.json else sys.stdout, flush=True)

    def data(self, document: Any) -> None:
        """The one JSON document."""
        self.settle()
        print(json.dumps(document, indent=1, ensure_ascii=False), flush=True)

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
            case ImageReady(image):
                self.note(f"Node image   ready ({image.short}, built {image.built[:10]})")
            case NodeReady(name):
                self.live(f"Starting     {name} is ready")
            case Recovered(slug):
                self.note(f"An earlier `netlab start {slug}` was cut off; what it left behind has been cleared away.")
            case CheckStarted(title):
                self.live(f"Checking     {title}")
            case PowerCycle(nodes):
                self.note(f"Power cut    {' '.join(nodes)}: what was not saved, or not enabled, is gone there now.")
            case AuthorStep(slug, text):
                self.passing(f"{slug}: {text}")
            case CheckDone():
                pass

    def live(self, text: str) -> None:
        """Progress that nobody reads afterwards: only on a terminal."""
        if self._live:
            self.passing(text)

    def note(self, text: str) -> None:
        """A message beside the facts: on stderr when stdout holds JSON."""
        self.say(text)

    def error(self, message: str, next_step: str) -> None:
        self.settle()
        print(f"netlab: {message}" + (f"\n        {next_step}" if next_step else ""), file=sys.stderr, flush=True)


def _can_say(text: str) -> bool:
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def _ascii(text: str) -> str:
    return (
        text.translate({0x2013: "-", 0x2014: "-", 0xB7: "-", 0x2026: "...", 0x2192: "->"})
        .encode("ascii", "replace")
        .decode()
    )
