"""The hint ladder of a running lab: one rung at a time, and how many a learner has read is part of the result."""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from netlab.actions import notes
from netlab.actions.bench import Bench
from netlab.errors import UnknownNameError, WrongStateError, unknown_name
from netlab.hints import Offer
from netlab.result import Verdict
from netlab.state import Run

_NOTE = "hints"


def offers(bench: Bench) -> list[Offer]:
    """All ladders of the lab, in the order of the last result. Raises WrongStateError when there are none."""
    if bench.run.assessed:
        raise WrongStateError("There are no hints in an assessment.", "Grade with `netlab grade`.")
    ladders = bench.files.hints(bench.values)
    if not ladders:
        raise WrongStateError(f"{bench.run.slug} has no hints.", "`netlab grade` says what to look at.")
    read, last = counts(bench.run), _last_result(bench.run)
    order = [*(check for check in last if check in ladders), *(check for check in ladders if check not in last)]
    return [_offer(check, ladders[check], last.get(check), read.get(check, 0)) for check in order]


def _offer(check: str, rungs: list[str], last: Mapping[str, Any] | None, read: int) -> Offer:
    title = last["title"] if last else check
    return Offer(check, title, Verdict(last["verdict"]) if last else None, tuple(rungs), min(read, len(rungs)))


def find(bench: Bench, name: str) -> Offer:
    """By the check's id, or any part of it that only one check has. Raises UnknownNameError."""
    there = {offer.check: offer for offer in offers(bench)}
    matching = [check for check in there if name in check]
    if name in there or len(matching) == 1:
        return there[name if name in there else matching[0]]
    if matching:
        raise UnknownNameError(f"'{name}' is part of several checks.", f"Say which: {', '.join(matching)}.")
    raise unknown_name(f"There is no hint for '{name}'.", name, there, "`netlab hint` lists them all.")


def take(bench: Bench, name: str) -> Offer:
    """Count one more rung as read, as long as there is one; the offer as it is then."""
    offer = find(bench, name)
    if offer.read < len(offer.rungs):
        notes.write(bench.run, _NOTE, counts(bench.run) | {offer.check: offer.read + 1})
    return find(bench, offer.check)


def counts(run: Run) -> dict[str, int]:
    """How many rungs were read, by check, in all runs of this variant."""
    return {check: number for check, number in notes.read(run, _NOTE).items() if isinstance(number, int)}


def _last_result(run: Run) -> dict[str, Mapping[str, Any]]:
    """The checks of the last grading, by id, in its order."""
    with suppress(OSError, ValueError, LookupError):
        data = json.loads((run.directory / "last-result/result.json").read_text("utf-8"))
        return {check["id"]: check for check in data["checks"]}
    return {}
