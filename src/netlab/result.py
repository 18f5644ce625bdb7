"""Verdicts, scores and the result document `netlab.result/1`: pure values, no I/O."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from netlab.ksb import KsbRef, natural

SCHEMA = "netlab.result/1"


class Verdict(StrEnum):
    """What became of a check. A broken tool is an ERROR: it neither passes nor fails a learner."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    ERROR = "error"
    SKIPPED = "skipped"
    NEEDS_HUMAN = "needs-human"


@dataclass(frozen=True, slots=True)
class CheckSpec:
    """What a grader declares about one check. `needs` are ids of checks it depends on."""

    id: str
    title: str
    max: float
    ksbs: tuple[KsbRef, ...]
    why: str = ""
    group: str = ""
    method: str = "PR"
    needs: tuple[str, ...] = ()
    after_restart: bool = False
    hint: str = ""
    twice: bool = False


@dataclass(frozen=True, slots=True)
class CheckResult:
    """How one check ended. `expected`, `observed` and `hint` are for the learner, `debug` for the instructor.

    A fail may have earned a part of its points. `runs`: the verdicts one by one where it was carried out repeatedly.
    """

    spec: CheckSpec
    verdict: Verdict
    points: float = 0.0
    expected: str | None = None
    observed: str | None = None
    hint: str | None = None
    debug: str | None = None
    started: str = ""
    seconds: float = 0.0
    evidence: tuple[Mapping[str, Any], ...] = ()
    runs: tuple[Verdict, ...] = ()

    @property
    def flaky(self) -> bool:
        """Whether it ended in different ways at different times."""
        return len(set(self.runs)) > 1

    @property
    def partly(self) -> bool:
        """Whether a fail has earned some of its points."""
        return self.verdict is Verdict.FAIL and self.points > 0

    def as_json(self) -> dict[str, Any]:
        spec = self.spec
        return {
            "id": spec.id,
            "title": spec.title,
            "group": spec.group,
            "method": spec.method,
            "verdict": self.verdict.value,
            "points": self.points,
            "max": spec.max,
            "ksbs": [ref.code for ref in spec.ksbs],
            "ksb_roles": {ref.code: "direct" if ref.direct else "supporting" for ref in spec.ksbs},
            "why": spec.why,
            "needs": list(spec.needs),
            "after_restart": spec.after_restart,
            "expected": self.expected,
            "observed": self.observed,
            "hint": self.hint,
            "debug": self.debug,
            "started": self.started,
            "seconds": round(self.seconds, 3),
            "runs": [str(one) for one in self.runs],
            "flaky": self.flaky,
            "evidence": list(self.evidence),
        }


@dataclass(frozen=True, slots=True)
class KsbScore:
    """Points of the checks that carry one KSB: evidence towards it, never a judgement of a person."""

    points: float = 0.0
    max: float = 0.0
    direct: bool = False

    def plus(self, check: CheckResult, ref: KsbRef) -> "KsbScore":
        return KsbScore(self.points + check.points, self.max + check.spec.max, self.direct or ref.direct)


@dataclass(frozen=True, slots=True)
class Result:
    """One grading of one lab. `maximum` is the lab's declared maximum, whatever ran."""

    slug: str
    version: str
    learner: str
    attempt: int
    maximum: float
    pass_mark: int
    checks: tuple[CheckResult, ...]
    record: Mapping[str, Any] = field(default_factory=dict)

    @property
    def points(self) -> float:
        return round(sum(check.points for check in self.checks), 2)

    @property
    def percent(self) -> float:
        return round(100 * self.points / self.maximum, 1)

    @property
    def passed(self) -> bool:
        return self.percent >= self.pass_mark

    @property
    def unchecked(self) -> tuple[CheckResult, ...]:
        """The checks that netlab itself could not carry out."""
        return tuple(check for check in self.checks if check.verdict is Verdict.ERROR)

    def failed_ids(self) -> set[str]:
        return {check.spec.id for check in self.checks if check.verdict is Verdict.FAIL}

    def ksbs(self) -> dict[str, KsbScore]:
        return roll_up(self.checks)

    def as_json(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "lab": {"slug": self.slug, "version": self.version},
            "learner": {"id": self.learner},
            "attempt": self.attempt,
            "score": {
                "points": self.points,
                "max": self.maximum,
                "percent": self.percent,
                "passed": self.passed,
                "pass_mark": self.pass_mark,
            },
            "ksbs": {code: asdict(score) for code, score in self.ksbs().items()},
            "checks": [check.as_json() for check in self.checks],
            "record": dict(self.record),
        }


@dataclass(frozen=True, slots=True)
class Gone:
    """A service that ran on a node before its power was cut, and does not run after it."""

    node: str
    service: str
    enabled: bool


def roll_up(checks: Iterable[CheckResult]) -> dict[str, KsbScore]:
    """Points by KSB code, in the standard's order."""
    scores: dict[str, KsbScore] = {}
    for check in checks:
        for ref in check.spec.ksbs:
            scores[ref.code] = scores.get(ref.code, KsbScore()).plus(check, ref)
    return dict(sorted(scores.items(), key=lambda item: natural(item[0])))
