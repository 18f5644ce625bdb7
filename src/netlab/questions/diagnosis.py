"""A learner's diagnosis: read strictly, and scored by how far it is from what is really wrong."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from netlab.causes import CAUSES, Truth
from netlab.complaints import complaints, matching

MOST = 4  # claims of one diagnosis
WORDS = Annotated[str, Field(min_length=10, max_length=4000)]
WEIGHTS: Mapping[str, float] = {"device": 3, "interface": 2, "layer": 1, "cause": 4}
_MARKS = {1.0: "right", 0.5: "near", 0.0: "wrong"}
FarEnd = Callable[[str, str], tuple[str, str] | None]


class Claim(BaseModel):
    """One fault as somebody sees it. The last three fields are for a person to mark."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)
    device: Annotated[str, matching(r"[A-Za-z0-9._-]{1,60}", "the name of a node such as r1")]
    interface: Annotated[str, matching(r"[A-Za-z0-9._-]{0,15}", "the name of an interface such as eth1")] = ""
    layer: int = Field(ge=1, le=7)
    cause: Annotated[str, matching(r"[a-z-]{1,40}", "a cause such as wrong-mask")]
    evidence: WORDS
    fix: WORDS
    prevention: WORDS


FIELDS: Mapping[str, str] = {
    "device": "which node",
    "interface": "which of its interfaces; empty where none matters",
    "layer": "OSI layer, 1 to 7",
    "cause": "one of `netlab answer --causes`",
    "evidence": "what shows it: commands and what they said",
    "fix": "what mends it",
    "prevention": "what keeps it from coming back",
}


class ClaimError(ValueError):
    """`place`: the key that will not do, and before it the number (from 0) of the claim where there are several."""

    def __init__(self, place: tuple[int | str, ...], reason: str) -> None:
        where = ".".join(str(part + 1) if isinstance(part, int) else part for part in place)
        super().__init__(f"{where}: {reason}" if where else reason)
        self.place, self.reason = place, reason


def read(text: str) -> tuple[Claim, ...]:
    """A YAML mapping, or a list of them. Raises ClaimError."""
    try:
        data = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - texts only
    except (yaml.YAMLError, RecursionError) as broken:
        raise ClaimError((), "this is not YAML: `key: value` a line") from broken
    return claims(data)


def claims(data: Any) -> tuple[Claim, ...]:
    """The same from plain data."""
    rows = data if isinstance(data, list) else [data]
    if not 1 <= len(rows) <= MOST:
        raise ClaimError((), f"one to {MOST} faults can be named")
    return tuple(_claim(row, (number,) if isinstance(data, list) else ()) for number, row in enumerate(rows))


def _claim(row: Any, place: tuple[int | str, ...]) -> Claim:
    try:
        claim = Claim.model_validate(row)
    except ValidationError as wrong:
        key, _, reason = complaints(wrong)[0]
        raise ClaimError((*place, *key), reason) from wrong
    if claim.cause not in CAUSES:
        raise ClaimError((*place, "cause"), f"'{claim.cause}' is no cause: `netlab answer --causes` lists them")
    return claim


def complaint(field: str, text: str) -> str:
    """What is wrong with one key alone, for somebody who is asked key by key; empty when it will do."""
    sound = {"device": "r1", "layer": "3", "cause": next(iter(CAUSES))}
    sound |= dict.fromkeys(("evidence", "fix", "prevention"), "some words on it")
    try:
        _claim(sound | {field: text}, ())
    except ClaimError as wrong:
        return str(wrong)
    return ""


@dataclass(frozen=True, slots=True)
class Score:
    """`share`: 0 to 1 of the points. `words`: which parts are right, without saying what would be."""

    share: float
    words: str


def score(said: Sequence[Claim], truths: Sequence[Truth], far_end: FarEnd) -> Score:
    """Each truth is held against one claim, so that they fit best. A claim too many costs as a truth missed does."""
    if not truths:
        raise ValueError("there is no fault to find")
    rows = max(len(said), len(truths))
    best, marks = 0.0, ["no such fault"] * len(said)
    for order in permutations(range(len(said)), min(len(said), len(truths))):
        for chosen in permutations(range(len(truths)), len(order)):
            pairs = list(zip(order, chosen, strict=True))
            parts = {claim: _parts(said[claim], truths[truth], far_end) for claim, truth in pairs}
            total = sum(_share(one) for one in parts.values())
            if total > best:
                best = total
                marks = [_words(parts[number]) if number in parts else "no such fault" for number in range(len(said))]
    missed = [f"{len(truths) - len(said)} more to find"] if len(truths) > len(said) else []
    return Score(round(best / rows, 4), "; ".join([*marks, *missed]))


def _parts(claim: Claim, truth: Truth, far_end: FarEnd) -> dict[str, float]:
    """Of each part that the truth has, how right it is: 1, ½ for what is near, 0."""
    beside = far_end(truth.device, truth.interface) if truth.interface else None
    is_beside = beside == (claim.device, claim.interface)
    device = 1.0 if claim.device == truth.device else 0.5 if is_beside else 0.0
    parts = {"device": device}
    if truth.interface:
        parts["interface"] = 0.5 if is_beside else float(device == 1 and claim.interface == truth.interface)
    parts["layer"] = {0: 1.0, 1: 0.5}.get(abs(claim.layer - truth.layer), 0.0)
    kin = CAUSES[claim.cause].family == CAUSES[truth.cause].family
    parts["cause"] = 1.0 if claim.cause == truth.cause else 0.5 if kin else 0.0
    return parts


def _share(parts: Mapping[str, float]) -> float:
    """A cause that was named for another device is worth half: it may have been guessed."""
    cause = parts["cause"] * (0.5 + parts["device"] / 2)
    earned = sum(WEIGHTS[name] * (cause if name == "cause" else value) for name, value in parts.items())
    return earned / sum(WEIGHTS[name] for name in parts)


def _words(parts: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {_MARKS[value]}" for name, value in parts.items())
