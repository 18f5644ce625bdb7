"""How a check is carried out and becomes a verdict: once, or twice and a third time where timing matters."""

import signal
import traceback
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from netlab.grading.judge import CheckFailed, NeedsHumanError
from netlab.probe.evidence import Evidence
from netlab.probe.failure import CannotLookError, CardDownError
from netlab.result import CheckSpec, Verdict

CHECK_TIMEOUT = 120
CALM = "netlab could not look: {reason}. {points} could not be checked. {next_step}; then grade again."
OURS = "this check of netlab's own broke off"
REPORT = "Show `netlab grade --verbose` to whoever gave you this lab"
DIFFERS = "it differs from time to time ({runs}): {observed}"
# A grader is foreign code: whatever it raises is our error (skip and fail are no Exceptions in pytest).
_FOREIGN = (Exception, SystemExit, pytest.skip.Exception, pytest.fail.Exception)
Ruling = Mapping[str, Any]


def ruling(item: Any, nextitem: pytest.Item | None, spec: CheckSpec, evidence: Evidence) -> Ruling:
    """The facts of a CheckResult. What `spec.twice` says is done twice; if the two differ, the majority of three."""
    if not spec.twice:
        return once(item, nextitem, spec, evidence)
    rulings = [_again(item, spec, evidence, number) for number in (1, 2)]
    if rulings[0]["verdict"] != rulings[1]["verdict"]:
        rulings.append(_again(item, spec, evidence, 3))
    _put_away(item, nextitem)
    return settled(rulings)


def settled(rulings: list[Ruling]) -> Ruling:
    """The verdict that most of them have; an error if each has another. Equal verdicts earn the lesser points."""
    runs = tuple(one["verdict"] for one in rulings)
    verdict, times = Counter(runs).most_common(1)[0]
    chosen = next(one for one in rulings if one["verdict"] is verdict)
    if times == len(runs):
        least = min(rulings, key=lambda one: float(one.get("points", 0)))
        return {**least, "runs": runs}
    if times == 1:
        chosen = next((one for one in rulings if one["verdict"] is Verdict.ERROR), chosen)
    observed = DIFFERS.format(runs=", ".join(runs), observed=chosen.get("observed") or "")
    return {**chosen, "observed": observed, "runs": runs}


def _again(item: Any, spec: CheckSpec, evidence: Evidence, number: int) -> Ruling:
    """One of several times: all that is the check's own is set up afresh, what it shares with others stays."""
    evidence.add("run", number=number)
    item._initrequest()  # noqa: SLF001 - as pytest's plugins that run tests again do
    return once(item, item.parent, spec, evidence)


def once(item: Any, nextitem: Any, spec: CheckSpec, evidence: Evidence) -> Ruling:
    """Carry it out; whatever happens becomes one of four verdicts."""
    try:
        with _bounded():
            item.session._setupstate.setup(item)  # noqa: SLF001 - pytest's own runner does just this
            item.runtest()
            _require_expectation(evidence)
    except _FOREIGN as wrong:
        return _broken_off(wrong, spec, evidence)
    finally:
        _put_away(item, nextitem)
    said = {"expected": evidence.expected, "observed": evidence.observed}
    return {"verdict": Verdict.PASS, "points": spec.max, **said}


def _require_expectation(evidence: Evidence) -> None:
    """A check that expects nothing cannot fail, and so must not pass."""
    if evidence.expected is None:
        raise ValueError("this check expects nothing: expect(…), matrix(…), answers(…) …")


def _broken_off(wrong: BaseException, spec: CheckSpec, evidence: Evidence) -> Ruling:
    match wrong:
        case CheckFailed():
            points = round(spec.max * wrong.share, 2)
            said = {"expected": wrong.expected, "observed": wrong.observed, "hint": wrong.hint or spec.hint or None}
            return {"verdict": Verdict.FAIL, "points": points, **said}
        case NeedsHumanError():
            return {"verdict": Verdict.NEEDS_HUMAN, "observed": wrong.observed}
        case CardDownError():
            said = {"expected": "interfaces that are up", "observed": wrong.message, "hint": wrong.next_step}
            return {"verdict": Verdict.FAIL, **said}
    detail = "".join(traceback.format_exception(wrong)[-6:])
    cause = wrong.__cause__ or wrong
    evidence.add("note", error=type(cause).__name__, output=str(cause))
    return {"verdict": Verdict.ERROR, "observed": calm(wrong, spec.max), "debug": detail}


def _put_away(item: Any, nextitem: Any) -> None:
    try:
        item.session._setupstate.teardown_exact(nextitem)  # noqa: SLF001 - as above
    except _FOREIGN:  # the verdict stands, whatever a fixture says when it ends
        traceback.print_exc()


def calm(wrong: BaseException, points: float) -> str:
    """What a learner reads of an error: one sentence, what it means for the points, and what to do."""
    known = wrong if isinstance(wrong, CannotLookError) else CannotLookError(OURS, REPORT)
    lost = "This point" if points == 1 else f"These {points:g} points"
    return CALM.format(reason=known.message, points=lost, next_step=known.next_step or "Try `netlab doctor`")


@contextmanager
def _bounded() -> Iterator[None]:
    def late(*_: object) -> None:
        raise CannotLookError(f"the check did not end within {CHECK_TIMEOUT} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(CHECK_TIMEOUT)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
