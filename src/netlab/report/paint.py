"""Colour and signs, or neither: words always say the same as colour does."""

import textwrap
from dataclasses import dataclass

from netlab.result import Verdict

WIDE = 100  # columns: longer lines are hard to read
_CODES = {"good": "38;5;33", "bad": "38;5;166", "odd": "38;5;136", "dim": "2", "strong": "1"}
_WORDS = {
    Verdict.PASS: ("✔", "PASS", "good"),
    Verdict.FAIL: ("✖", "FAIL", "bad"),
    Verdict.ERROR: ("▲", "ERROR", "odd"),
    Verdict.SKIPPED: ("–", "SKIPPED", "dim"),
    Verdict.NEEDS_HUMAN: ("✎", "NEEDS MARKING", "odd"),
}
_PART = ("◐", "PART", "odd")


@dataclass(frozen=True, slots=True)
class Paint:
    """`colour`: ANSI colours (blue and orange: told apart by everyone). `signs`: symbols beyond ASCII."""

    colour: bool = False
    signs: bool = True

    def __call__(self, kind: str, text: str) -> str:
        return f"\033[{_CODES[kind]}m{text}\033[0m" if self.colour else text

    def verdict(self, verdict: Verdict, *, partly: bool = False) -> str:
        """`partly`: a fail that has earned some of its points."""
        sign, word, kind = _PART if partly else _WORDS[verdict]
        return self(kind, f"{sign} {word:<7}" if self.signs else f"{word:<7}")

    def sticks_out(self, verdict: Verdict) -> int:
        """By how many columns its word is longer than the others."""
        return max(0, len(_WORDS[verdict][1]) - 7)

    @property
    def verdict_width(self) -> int:
        """How many columns a verdict takes; the longest sticks out."""
        return 9 if self.signs else 7

    @property
    def dot(self) -> str:
        return " · " if self.signs else " - "


def clean(text: str) -> str:
    """Text from a node or a hand-in, without terminal escapes or other control characters."""
    return "".join(char if char.isprintable() or char == "\n" else "\N{REPLACEMENT CHARACTER}" for char in text)


def wrapped(text: str, width: int, *, indent: str = "", taken: int = 0) -> list[str]:
    """The lines of a text; what is too long to be a line goes on in the next, nothing is cut.

    `taken`: columns of the first line that something else stands in.
    """
    lines = textwrap.wrap(
        text, max(20, width), initial_indent=" " * taken, subsequent_indent=indent, break_on_hyphens=False
    ) or [""]
    return [lines[0][taken:], *lines[1:]]
