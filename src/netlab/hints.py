"""Help towards a check, rung by rung: `labs/<slug>/hints.yml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, RootModel

from netlab.complaints import matching
from netlab.expressions import FillError, fill
from netlab.result import Verdict

CheckId = Annotated[str, matching(r"[a-z][a-z0-9_]*", "the id of a check: its function's name without test_")]
RUNGS = ("nudge", "look", "explain")


class Ladder(BaseModel):
    """Three rungs, each a template: a nudge, where to look, a worked explanation."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    nudge: str = Field(min_length=1)
    look: str = Field(min_length=1)
    explain: str = Field(min_length=1)


class Hints(RootModel[dict[CheckId, Ladder]]):
    """The ladders of one lab, by check."""

    def filled(self, values: Mapping[str, Any]) -> dict[str, list[str]]:
        """Every ladder's texts with the learner's parameters in them. Raises HintError."""
        return {
            check: [_filled(check, rung, getattr(ladder, rung), values) for rung in RUNGS]
            for check, ladder in self.root.items()
        }


@dataclass(frozen=True, slots=True)
class Offer:
    """What help there is towards a check. `verdict`: at the last grading, if there was one; `read`: so many rungs."""

    check: str
    title: str
    verdict: Verdict | None
    rungs: tuple[str, ...]
    read: int

    def as_json(self) -> dict[str, Any]:
        """Only what has been read of it."""
        return {
            "check": self.check,
            "title": self.title,
            "verdict": self.verdict,
            "read": self.read,
            "of": len(self.rungs),
            "rungs": dict(zip(RUNGS, self.rungs[: self.read], strict=False)),
        }


class HintError(ValueError):
    """A text that cannot be filled in; `place` is where it stands in the file."""

    def __init__(self, place: tuple[str, str], reason: str) -> None:
        super().__init__(reason)
        self.place = place
        self.reason = reason


def _filled(check: str, rung: str, text: str, values: Mapping[str, Any]) -> str:
    try:
        return fill(text, values).strip()
    except FillError as wrong:
        raise HintError((check, rung), wrong.reason) from wrong
