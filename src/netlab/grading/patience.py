"""Conditions that take their time, and conditions that must stay: polled to a deadline, never slept for."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from netlab.probe.evidence import Recorder

T = TypeVar("T")
AGAIN = 0.1  # seconds between two looks


@dataclass(frozen=True, slots=True)
class Held:
    """True when it held for all of the time. `broke`: seconds after which it did not, by the first look that saw it."""

    seconds: float
    looks: int
    broke: float | None = None

    def __bool__(self) -> bool:
        return self.broke is None

    @property
    def words(self) -> str:
        if self.broke is None:
            return f"held for {self.seconds:g} s ({self.looks} looks)"
        return f"broke after {self.broke:.1f} s of {self.seconds:g} s"


class Until:
    """`until(condition, patience=10)` in a check: looks until it is true or the time is over; what it gave last."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def __call__(self, condition: Callable[[], T], patience: float = 10.0) -> T:
        began, looks = time.monotonic(), 1
        while not (found := condition()) and time.monotonic() < began + patience:
            time.sleep(AGAIN)  # the interval of a poll that ends by the deadline above
            looks += 1
        said = f"{'so' if found else 'not so'} after {time.monotonic() - began:.1f} s ({looks} looks)"
        self._recorder.now.add("until", patience=patience, output=said)
        return found


class Hold:
    """`hold(condition, seconds)` in a check: looks again and again for that time, and once at its end: a `Held`."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def __call__(self, condition: Callable[[], object], seconds: float) -> Held:
        held = self._watch(condition, seconds)
        self._recorder.now.add("hold", seconds=seconds, output=held.words)
        return held

    @staticmethod
    def _watch(condition: Callable[[], object], seconds: float) -> Held:
        began, looks = time.monotonic(), 0
        while True:
            last = time.monotonic() >= began + seconds
            looks += 1
            if not condition():
                return Held(seconds, looks, time.monotonic() - began)
            if last:
                return Held(seconds, looks)
            time.sleep(AGAIN)  # the interval of a poll that ends with the time it was given
