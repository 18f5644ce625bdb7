"""Questions of a lab: what may be answered, read strictly, and whether it is right for this learner."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from netlab.complaints import matching
from netlab.expressions import fill, work_out
from netlab.questions import diagnosis, uploads

QuestionId = Annotated[str, matching(r"[a-z][a-z0-9_]*", "a name such as last_address: small letters, digits and _")]
Kind = Literal["address", "network", "mac", "number", "text", "choice", "prose", "diagnosis", "file"]
WITHOUT_KEY = ("prose", "diagnosis", "file")  # a person marks it, or it is held against the network
LEVELS = (3, 4)
MOST = 20_000  # characters of an answer
_MAC = re.compile(r"[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}|[0-9a-f]{4}(?:\.[0-9a-f]{4}){2}", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,9})?", re.ASCII)
_WANTED: Mapping[str, str] = {
    "address": "an IP address such as 192.0.2.1",
    "network": "a network such as 192.0.2.0/24",
    "mac": "a MAC address such as 02:00:5e:10:00:01",
    "number": "a number",
    "text": "a word or two",
    "choice": "one of the answers offered",
    "prose": "some sentences",
    "diagnosis": "a diagnosis",
    "file": "a file",
}


class WordsError(ValueError):
    """Prose that is too short or too long."""


class Question(BaseModel):
    """`ask` is a template; `answer` an expression over the learner's parameters, where there is one right answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    ask: str = Field(min_length=3)
    kind: Kind
    answer: str | None = None
    of: tuple[str, ...] = Field(default=(), description="what a choice offers")
    tolerance: float = Field(default=0, ge=0, description="how far a number may be off")
    words: tuple[int, int] | None = Field(default=None, description="of prose: how few and how many")
    facts: dict[str, str] = Field(default={}, description="of prose: expressions for what it should name, by name")
    rubric: tuple[str, ...] = Field(default=(), description="for the person who marks it: the levels, lowest first")
    format: uploads.Format | None = Field(default=None, description="of a file")
    columns: dict[str, uploads.Column] = Field(default={}, description="of a table: what stands in each column")

    @model_validator(mode="after")
    def _fits_together(self) -> "Question":
        keyless = self.kind in WITHOUT_KEY
        if (self.answer is None) != keyless:
            raise ValueError(f"{self.kind} has no answer" if keyless else "the key answer is missing")
        if bool(self.of) != (self.kind == "choice"):
            raise ValueError("a choice needs `of`, and nothing else has it")
        if bool(self.format) != (self.kind == "file"):
            raise ValueError("a file needs `format`, and nothing else has it")
        if bool(self.columns) != (self.format == "csv"):
            raise ValueError("a table (csv) needs `columns`, and nothing else has them")
        if self.kind != "prose" and (self.words or self.facts):
            raise ValueError("only prose has `words` and `facts`")
        if self.kind != "number" and self.tolerance:
            raise ValueError("only a number has a `tolerance`")
        if self.words and not 1 <= self.words[0] <= self.words[1]:
            raise ValueError("`words` are how few and how many, such as [50, 200]")
        if self.rubric and (not keyless or not LEVELS[0] <= len(self.rubric) <= LEVELS[1]):
            raise ValueError("a rubric has three or four levels, and only what a person marks has one")
        return self

    @property
    def wanted(self) -> str:
        """What kind of answer."""
        if self.words:
            return f"{self.words[0]} to {self.words[1]} words"
        if self.format:
            return f"{uploads.wanted(self.format, self.columns)}: give its path"
        return f"one of: {', '.join(self.of)}" if self.of else _WANTED[self.kind]

    def text(self, values: Mapping[str, Any]) -> str:
        """As the learner is asked. Raises FillError."""
        return fill(self.ask, values).strip()

    def read(self, said: str) -> Any:
        """The answer as a value that can be compared; raises ValueError with what is wanted."""
        said = said.strip()
        if len(said) > MOST:
            raise ValueError(f"this is longer than {MOST} characters")
        try:
            return _READERS[self.kind](said, self)
        except (diagnosis.ClaimError, WordsError):
            raise
        except ValueError:
            offered = f": {', '.join(self.of)}" if self.of else ""
            raise ValueError(f"'{said[:60]}' is not {_WANTED[self.kind]}{offered}") from None

    def worked_out(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The facts that prose should name, by name. Raises FillError."""
        return {name: work_out(expression, values) for name, expression in self.facts.items()}

    def right(self, said: str, values: Mapping[str, Any]) -> bool:
        """Whether it is the answer for these parameters. Raises FillError when the lab's own answer cannot be had."""
        expected = work_out(self.answer or "''", values)
        own, theirs = self.read(str(expected)), self.read(said)
        return bool(abs(own - theirs) <= self.tolerance if self.kind == "number" else own == theirs)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as one learner is asked it, and what they have said."""

    id: str
    text: str
    question: Question
    answer: str | None

    def as_json(self) -> dict[str, Any]:
        one = self.question
        return {"id": self.id, "text": self.text, "kind": one.kind, "of": list(one.of), "answer": self.answer}


def _mac(said: str, _: Question) -> str:
    if not _MAC.fullmatch(said.lower()):
        raise ValueError
    return re.sub(r"[^0-9a-f]", "", said.lower())


def _number(said: str, _: Question) -> float:
    if not _NUMBER.fullmatch(said):
        raise ValueError
    return float(said)


def _choice(said: str, question: Question) -> str:
    found = [one for one in question.of if one.lower() == said.lower()]
    if not found:
        raise ValueError
    return found[0]


def _text(said: str, _: Question) -> str:
    """Without regard to case and spaces."""
    if not said:
        raise ValueError
    return " ".join(said.lower().split())


def _prose(said: str, question: Question) -> str:
    count = len(said.split())
    few, many = question.words or (1, MOST)
    if not few <= count <= many:
        raise WordsError(f"this has {count} words, and {few} to {many} are wanted")
    return said


_READERS: Mapping[str, Callable[[str, Question], Any]] = {
    "address": lambda said, _: ip_address(said),
    "network": lambda said, _: ip_network(said),
    "mac": _mac,
    "number": _number,
    "text": _text,
    "choice": _choice,
    "prose": _prose,
    "diagnosis": lambda said, _: diagnosis.read(said),
    "file": _text,
}
