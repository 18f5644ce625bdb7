"""The mark that turns a pytest function into a check, and its reading back at collection."""

import ast
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from netlab.ksb import Standard, parse_ref, unknown
from netlab.result import CheckSpec

METHODS = ("ST", "PR", "TL", "CD", "FD", "AR", "QZ", "HM")


def check(  # noqa: PLR0913 - the declaration of a check; all by name
    *,
    points: float,
    ksbs: Sequence[str],
    why: str,
    group: str = "",
    method: str = "PR",
    needs: Sequence[str] = (),
    after_restart: bool = False,
    twice: bool = False,
    hint: str = "",
) -> pytest.MarkDecorator:
    """Mark a function as a check.

    `ksbs`: `S13` (direct) or `K9:supporting`. `why`: one line on why a pass shows them. `needs`: ids of the
    checks without which this one makes no sense. `after_restart`: it cuts power, or links, so it runs last.
    `twice`: timing matters, so it is carried out twice, and a third time if the two differ.
    """
    return pytest.mark.check(
        points=points,
        ksbs=ksbs,
        why=why,
        group=group,
        method=method,
        needs=needs,
        after_restart=after_restart,
        twice=twice,
        hint=hint,
    )


def read(name: str, docstring: str | None, mark: Mapping[str, Any] | None, standard: Standard) -> CheckSpec:
    """The declaration of one function; raises ValueError with what is missing or wrong."""
    title = " ".join((docstring or "").split("\n\n")[0].split())
    if mark is None:
        raise ValueError(f"{name} has no @check(...) mark")
    if not title:
        raise ValueError(f"{name} has no docstring: it is the sentence that the learner reads")
    _require_types(name, mark)
    if not mark["ksbs"] or not mark["points"] > 0:
        raise ValueError(f"{name} needs KSBs and points above 0")
    if not mark["why"].strip():
        raise ValueError(f"{name} needs a why: one line on why a pass shows its KSBs")
    refs = tuple(parse_ref(text) for text in mark["ksbs"])
    if len({ref.code for ref in refs}) < len(refs):
        raise ValueError(f"{name} names a KSB twice")
    if strangers := unknown((ref.code for ref in refs), standard):
        raise ValueError(f"{name}: {standard.code} has no {', '.join(strangers)}")
    if mark["twice"] and mark["after_restart"]:
        raise ValueError(f"{name}: the power is cut once; what comes after it cannot be done twice")
    if mark["method"] not in METHODS:
        raise ValueError(f"{name}: '{mark['method']}' is not a method; use one of {', '.join(METHODS)}")
    return CheckSpec(
        id=name.removeprefix("test_"),
        title=title.rstrip("."),
        max=float(mark["points"]),
        ksbs=refs,
        why=mark["why"],
        group=mark["group"],
        method=mark["method"],
        needs=tuple(mark["needs"]),
        after_restart=mark["after_restart"],
        twice=mark["twice"],
        hint=mark["hint"],
    )


def require_declared(spec: CheckSpec, ksbs: Sequence[str], groups: Mapping[str, str]) -> None:
    """What the lab's file says of itself holds for its checks. Raises ValueError."""
    said = {parse_ref(text).code for text in ksbs}
    if strangers := [ref.code for ref in spec.ksbs if ref.code not in said]:
        raise ValueError(f"{spec.id}: {', '.join(strangers)} is not among the ksbs of lab.yml")
    if spec.group and spec.group not in groups:
        raise ValueError(f"{spec.id}: '{spec.group}' is not among the groups of lab.yml")


def _require_types(name: str, mark: Mapping[str, Any]) -> None:
    if isinstance(mark["points"], bool) or not isinstance(mark["points"], int | float):
        raise ValueError(f"{name}: points must be a number")  # noqa: TRY004 - a refusal like the others
    for key in ("ksbs", "needs"):
        if isinstance(mark[key], str) or not all(isinstance(one, str) for one in mark[key]):
            raise ValueError(f'{name}: {key} must be a list, such as ["S13"] or ["link"]')


def named_again(source: str) -> Iterator[tuple[int, str]]:
    """The functions of a grader that take the name of one above them, with their lines."""
    above = set()
    for one in ast.parse(source).body:
        if isinstance(one, ast.FunctionDef):
            if one.name in above:
                yield one.lineno, one.name
            above.add(one.name)


def in_order(specs: Sequence[CheckSpec], maximum: float) -> list[CheckSpec]:
    """As written, power cycles last; raises ValueError when needs or points do not add up."""
    ordered = sorted(specs, key=lambda spec: spec.after_restart)
    ids = [spec.id for spec in ordered]
    for number, spec in enumerate(ordered):
        if missing := set(spec.needs) - set(ids[:number]):
            raise ValueError(f"{spec.id} needs {', '.join(sorted(missing))}, which no check before it is called")
    total = sum(spec.max for spec in specs)
    if not math.isclose(total, maximum):
        raise ValueError(f"the checks are worth {total:g} points together, but lab.yml declares {maximum:g}")
    return ordered
