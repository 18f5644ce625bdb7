"""Colour and signs, or neither: words always say the same as colour does."""

from dataclasses import dataclass

from netlab.result import Verdict

_CODES = {"good": "38;5;33", "bad": "38;5;166", "odd": "38;5;136", "dim": "2", "strong": "1"}
_WORDS = {
    Verdict.PASS: ("✔", "PASS", "good"),
    Verdict.FAIL: ("✖", "FAIL", "bad"),
    Verdict.ERROR: ("▲", "ERROR", "odd"),
    Verdict.SKIPPED: ("–", "SKIP", "dim"),
    Verdict.NEEDS_HUMAN: ("✎", "MARK", "odd"),
}


@dataclass(frozen=True, slots=True)
class Paint:
    """`colour`: ANSI colours (blue and orange: told apart by everyone). `signs`: symbols beyond ASCII."""

    colour: bool = False
    signs: bool = True

    def __call__(self, kind: str, text: str) -> str:
        return f"\033[{_CODES[kind]}m{text}\033[0m" if self.colour else text

    def verdict(self, verdict: Verdict) -> str:
        sign, word, kind = _WORDS[verdict]
        return self(kind, f"{sign} {word:<5}" if self.signs else f"{word:<5}")

    @property
    def dot(self) -> str:
        return " · " if self.signs else " - "


def clean(text: str) -> str:
    """Text from a node or a hand-in, without terminal escapes or other control characters."""
    return "".join(char if char.isprintable() or char == "\n" else "\N{REPLACEMENT CHARACTER}" for char in text)
