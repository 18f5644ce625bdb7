"""How one end of a cable behaves: up or down, its MTU, what it loses, how fast and how late it sends."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from netlab.errors import UsageError

_UNITS: Final = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9}
_RATE = re.compile(r"(\d+(?:\.\d+)?)([kmg]?)(?:bit|bps|bit/s)?")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)%?")
_MILLISECONDS = re.compile(r"(\d+(?:\.\d+)?)(?:ms)?")
MIN_RATE, MAX_RATE = 8_000, 100 * 10**9
MIN_MTU, MAX_MTU = 68, 65535
MAX_DELAY = 10_000.0
WORDS: Final = ("up", "down", "loss", "rate", "delay", "mtu", "clear")


@dataclass(frozen=True, slots=True)
class Port:
    """One end of a cable. A whole cable loses, limits or delays when both of its ends do.

    `loss`: percent of the frames that leave here and never arrive; `rate`: bit/s that leave here at most (0: no
    limit); `delay`: milliseconds that frames wait here before they leave; `mtu`: None for the one it was built with.
    """

    up: bool = True
    mtu: int | None = None
    loss: float = 0.0
    rate: int = 0
    delay: float = 0.0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def text(self) -> str:
        """What differs from a good cable, in words; empty for a good one."""
        return ", ".join(part for part in ("" if self.up else "down", self.shape) if part)

    @property
    def shape(self) -> str:
        """The same, without its being up or down."""
        parts = [
            f"loss {self.loss:g}%" if self.loss else "",
            f"rate {rate_text(self.rate)}" if self.rate else "",
            f"delay {self.delay:g}ms" if self.delay else "",
            f"mtu {self.mtu}" if self.mtu else "",
        ]
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Change:
    """What a person asks of a port: `own` goes to that end alone, `cable` to both ends."""

    own: Mapping[str, Any]
    cable: Mapping[str, Any]

    def near(self, port: Port) -> Port:
        """The end that was named, changed."""
        return replace(port, **self.own, **self.cable)

    def far(self, port: Port) -> Port:
        """The other end, changed."""
        return replace(port, **self.cable)


def read_change(words: Iterable[str]) -> Change:
    """`down`, `loss 5% rate 2mbit`, `clear` … as a Change; raises UsageError with what is possible."""
    own: dict[str, Any] = {}
    cable: dict[str, Any] = {}
    said: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        _once(word, said)
        match word:
            case "up" | "down":
                own["up"] = word == "up"
            case "mtu":
                own["mtu"] = _mtu(_value(word, rest))
            case "loss" | "rate" | "delay":
                cable[word] = _READERS[word](_value(word, rest))
            case "clear":
                own |= {"up": True, "mtu": None}
                cable |= {"loss": 0.0, "rate": 0, "delay": 0.0}
            case _:
                known = "up, down, loss 5%, rate 2mbit, delay 20ms, mtu 1400, clear"
                raise UsageError(f"A link cannot be set to '{word}'.", f"Possible are: {known}.")
    return Change(own, cable)


def _once(word: str, said: dict[str, str]) -> None:
    """Raises UsageError for a word that takes back what another has said. `clear` may come before all others."""
    what = "up" if word == "down" else word
    if before := said.get(what) or (word == "clear" and next(iter(said.values()), "")):
        wrong = f"'{word}' is there twice" if before == word else f"'{before}' and '{word}' contradict each other"
        raise UsageError(f"{wrong}.", "Give each setting once; `clear` goes first.")
    said[what] = word


def _value(word: str, rest: Iterable[str]) -> str:
    for value in rest:
        return value.lower()
    raise UsageError(f"'{word}' needs a value.", "For example: loss 5%, rate 2mbit, delay 20ms, mtu 1400.")


def _loss(text: str) -> float:
    found = _PERCENT.fullmatch(text)
    if not found or float(found[1]) > 100:  # noqa: PLR2004 - percent
        raise UsageError(f"'{text}' is not a loss.", "Give a percentage from 0 to 100, for example 5%.")
    return float(found[1])


def _rate(text: str) -> int:
    found = _RATE.fullmatch(text)
    rate = round(float(found[1]) * _UNITS[found[2]]) if found else -1
    if rate != 0 and not MIN_RATE <= rate <= MAX_RATE:
        raise UsageError(f"'{text}' is not a rate.", "Give 8kbit to 100gbit, for example 2mbit; 0 is no limit.")
    return rate


def _delay(text: str) -> float:
    found = _MILLISECONDS.fullmatch(text)
    if not found or float(found[1]) > MAX_DELAY:
        raise UsageError(f"'{text}' is not a delay.", "Give 0 to 10000 milliseconds, for example 20ms.")
    return float(found[1])


def _mtu(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not MIN_MTU <= int(text) <= MAX_MTU:
        raise UsageError(f"'{text}' is not an MTU.", f"Give {MIN_MTU} to {MAX_MTU} bytes, for example 1400.")
    return int(text)


_READERS: Final[Mapping[str, Callable[[str], Any]]] = {"loss": _loss, "rate": _rate, "delay": _delay}


def rate_text(rate: int) -> str:
    """2000000 as `2mbit`, in tc's own units (powers of ten)."""
    for unit in ("g", "m", "k"):
        if rate >= _UNITS[unit] and rate % (_UNITS[unit] // 1000) == 0:
            return f"{rate / _UNITS[unit]:.12g}{unit}bit"
    return f"{rate}bit"
