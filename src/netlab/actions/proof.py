"""What `author check` finds out about a lab."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Trial:
    """A mistake or an alternative, and what the grader made of it."""

    name: str
    expected_fail: list[str]
    failed: list[str]
    ok: bool


@dataclass(frozen=True, slots=True)
class FaultTrial:
    """A fault, the checks that notice it, and whether all pass once it is undone."""

    name: str
    failed: list[str]
    fixed: bool

    @property
    def detected(self) -> bool:
        return bool(self.failed)

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"detected": self.detected, "ok": self.detected and self.fixed}


@dataclass
class Proof:
    """What `author check` found out about one lab on one or more seeds."""

    slug: str
    seeds: int
    start_percent: float = 0.0
    solution_percent: float = 100.0
    mistakes: list[Trial] = field(default_factory=list)
    alternatives: list[Trial] = field(default_factory=list)
    faults: list[FaultTrial] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    mutants: int = 0
    survivors: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        return not self.problems

    def as_json(self) -> dict[str, Any]:
        rounded = {"ok": self.ok, "seconds": round(self.seconds, 1)}
        return asdict(self) | {"faults": [one.as_json() for one in self.faults]} | rounded
