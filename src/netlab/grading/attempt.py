"""All pairs of a matrix, tried side by side, and what is wrong with each."""

import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import repeat
from typing import NamedTuple

from netlab.grading.cells import Cell
from netlab.grading.job import NodeFacts
from netlab.probe.arrivals import Arrivals, Frame, syn_of
from netlab.probe.evidence import Recorder
from netlab.probe.inside import Address
from netlab.probe.reach import AGAIN, Means, Outcome, reach
from netlab.probe.standin import StandIns

HELD = 0.45  # seconds that nobody must answer, at least: longer than until a second packet …
MOST_HELD = 0.9  # … and on a slow network, three times as long as the slowest answer, up to this
SOON = 0.15  # seconds until the second packet of a pair that must not be reached
HEARD_WITHIN = 0.1  # seconds until a frame that has arrived has been read
THREADS = 64


class Finding(NamedTuple):
    """What is wrong with a cell, or nothing; `shown`: it was really tried, as its positive control says."""

    why: str
    shown: bool = True

    def __str__(self) -> str:
        return self.why if self.shown else f"not shown: {self.why}"


class Attempt:
    """One attempt at all cells of a matrix."""

    def __init__(
        self,
        nodes: Mapping[str, NodeFacts],
        recorder: Recorder,
        places: Mapping[str, Address],
        patience: float,
        *,
        stand_in: bool,
    ) -> None:
        self._nodes = nodes
        self._recorder = recorder
        self._places = places
        self._patience = patience
        self._stand_in = stand_in

    def carry_out(self, wanted: Sequence[Cell]) -> dict[Cell, Finding]:
        """What is wrong with each cell, if anything."""
        involved = {name: self._nodes[name].netns for cell in wanted for name in (cell.source, cell.target)}
        with ExitStack() as stack:
            if self._stand_in:
                stack.enter_context(StandIns(self._service(cell) for cell in wanted if cell.by.port))
            pool = stack.enter_context(ThreadPoolExecutor(THREADS))
            arrivals = stack.enter_context(Arrivals(involved))
            tried: dict[Cell, Outcome] = {}
            for kind in (True, False):  # what is forbidden once the rest works: not while routers still learn the way
                now = [cell for cell in wanted if cell.wanted is kind]
                seconds = repeat(self._patience if kind else _held(tried.values()))
                tried |= dict(zip(now, pool.map(self._try, now, repeat(arrivals), seconds), strict=True))
            beside = dict(zip(wanted, pool.map(self._beside, wanted), strict=True))
        return {cell: self._judge(cell, tried[cell], beside[cell], arrivals) for cell in wanted}

    def _service(self, cell: Cell) -> tuple[str, str, Address, Means]:
        return cell.target, self._nodes[cell.target].netns, self._places[cell.target], cell.by

    def _try(self, cell: Cell, arrivals: Arrivals, seconds: float) -> Outcome:
        """Again while it is answered but was not seen to arrive: of a flooded card only some frames can be read."""
        deadline, again = time.monotonic() + seconds, AGAIN if cell.wanted else SOON
        while True:
            outcome = self._reach(cell.source, cell, max(0.1, deadline - time.monotonic()), again)
            if not (cell.wanted and outcome.answered) or time.monotonic() > deadline:
                return outcome
            if self._seen(cell, outcome, arrivals):
                return outcome

    def _seen(self, cell: Cell, outcome: Outcome, arrivals: Arrivals) -> bool:
        deadline = time.monotonic() + HEARD_WITHIN
        while not (seen := bool(_ways(cell, outcome, arrivals)[1])) and time.monotonic() < deadline:
            time.sleep(HEARD_WITHIN / 10)  # the interval of a poll that ends by the deadline above
        return seen

    def _reach(self, source: str, cell: Cell, patience: float, again: float = AGAIN) -> Outcome:
        return reach(self._nodes[source].netns, source, self._places[cell.target], cell.by, patience, again)

    def _beside(self, cell: Cell) -> bool:
        """Does the address answer on its own node, past every wire and firewall between? Asked of forbidden cells."""
        if cell.wanted:
            return True
        outcome = self._reach(cell.target, cell, HELD)
        return outcome.answered or self._may_be_silent(cell, outcome)

    def _may_be_silent(self, cell: Cell, outcome: Outcome) -> bool:
        """A node's own UDP service need not answer what it does not understand; a closed port would be refused."""
        return cell.by.name == "udp" and not self._stand_in and not outcome.why

    def _judge(self, cell: Cell, outcome: Outcome, answers: bool, arrivals: Arrivals) -> Finding:  # noqa: FBT001
        left, arrived = _ways(cell, outcome, arrivals)
        if cell.wanted:
            enough = outcome.answered or (bool(arrived) and self._may_be_silent(cell, outcome))
            found = Finding(_reached(cell, outcome, arrived, enough=enough))
        else:
            found = _kept_away(cell, outcome, left, answers=answers)
        self._record(cell, outcome, [*left[:2], *arrived[:2]], str(found))
        return found

    def _record(self, cell: Cell, outcome: Outcome, frames: Sequence[Frame], why: str) -> None:
        evidence = self._recorder.now
        evidence.add(
            "reach",
            pair=cell.name,
            wanted=cell.wanted,
            output=outcome.words,
            seconds=round(outcome.seconds, 3),
            wrong=why,
        )
        for frame in sorted(frames):
            evidence.frame(frame.at, frame.data)


def _held(wanted: Iterable[Outcome]) -> float:
    """How long the pairs that must not be reached are tried, seconds."""
    slowest = max((one.seconds for one in wanted if one.answered), default=0)
    return min(max(HELD, 3 * slowest), MOST_HELD)


def _ways(cell: Cell, outcome: Outcome, arrivals: Arrivals) -> tuple[list[Frame], list[Frame]]:
    """The packet as it left its node, and as it arrived: by its nonce, or by the number of its SYN."""
    left = [frame for frame in arrivals.of(cell.source) if frame.sent and _is_of(frame, cell.by, outcome)]
    marks = {syn.sequence for frame in left if (syn := syn_of(frame.data))} or {outcome.nonce}
    arrived = [one for one in arrivals.of(cell.target) if not one.sent and any(mark in one.data for mark in marks)]
    return left, arrived


def _is_of(frame: Frame, by: Means, outcome: Outcome) -> bool:
    if by.name != "tcp":
        return outcome.nonce in frame.data
    syn = syn_of(frame.data)
    return syn is not None and syn.port == by.port and syn.source_port in outcome.ports


def _reached(cell: Cell, outcome: Outcome, arrived: Sequence[Frame], *, enough: bool) -> str:
    """Why it was not; empty when it was."""
    if enough:
        return "" if arrived else f"answered, but not by {cell.target}: nothing arrived there"
    if arrived:
        return outcome.why or f"it arrived at {cell.target}, but no answer came back"
    return outcome.why or f"no answer, and nothing arrived at {cell.target}"


def _kept_away(cell: Cell, outcome: Outcome, left: Sequence[Frame], *, answers: bool) -> Finding:
    if outcome.answered:
        return Finding("answered")
    if not left:
        return Finding(outcome.why or f"no packet left {cell.source}", shown=False)
    return Finding("" if answers else f"{cell.by} on {cell.target} answers nobody, not even there", shown=answers)
