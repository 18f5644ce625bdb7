"""Outages in a row of numbered probes, and how exactly their length can be known: pure arithmetic."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

SHOWN = 4


@dataclass(frozen=True, slots=True)
class Outage:
    """A run of probes without an answer.

    `began`: seconds after the first probe. `seconds`: from the first lost probe to the next that was answered, or to
    the last probe of all. `error`: what the truth may be off by either way, the wait between two probes. `over`:
    whether it had an end; if not, `seconds` is the least it was.
    """

    began: float
    seconds: float
    error: float
    lost: int
    over: bool

    @property
    def words(self) -> str:
        length = f"{self.seconds:.2f} s ± {self.error:.2f} s"
        return length if self.over else f"{length}, not over when the watch ended"


@dataclass(frozen=True, slots=True)
class Watch:
    """What became of all probes. `started`: UTC, ISO 8601, of the first of them."""

    started: str
    sent: int
    answered: int
    outages: tuple[Outage, ...]

    @property
    def lost(self) -> int:
        return self.sent - self.answered

    @property
    def loss(self) -> float:
        """Per cent of the probes."""
        return 100 * self.lost / self.sent if self.sent else 0.0

    @property
    def longest(self) -> Outage | None:
        return max(self.outages, key=lambda one: one.seconds, default=None)

    @property
    def seconds(self) -> float:
        """Of all outages together."""
        return sum(one.seconds for one in self.outages)

    @property
    def words(self) -> str:
        if not self.outages:
            return f"no outage: all {self.sent} probes were answered"
        times = "; ".join(f"{one.words}, {one.began:.2f} s after the first probe" for one in self.outages[:SHOWN])
        more = f"; and {len(self.outages) - SHOWN} more" if len(self.outages) > SHOWN else ""
        return f"{self.lost} of {self.sent} probes lost: {times}{more}"


def outages(sent: Sequence[float], answered: Collection[int]) -> Iterator[Outage]:
    """`sent`: when each probe left, in seconds on one clock; `answered`: numbers (from 0) of those that came back."""
    for is_answered, group in groupby(range(len(sent)), key=lambda number: number in answered):
        if not is_answered:
            numbers = list(group)
            yield _outage(sent, numbers[0], numbers[-1])


def _outage(sent: Sequence[float], first: int, last: int) -> Outage:
    over = last + 1 < len(sent)
    end = sent[last + 1] if over else sent[last]
    before = sent[first] - sent[first - 1] if first else 0.0
    after = end - sent[last]
    return Outage(sent[first] - sent[0], end - sent[first], max(before, after), last - first + 1, over)
