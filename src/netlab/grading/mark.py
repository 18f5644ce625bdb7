"""The mark that turns a pytest function into a check, and its reading back at collection."""

import math
from collections.abc import Mapping, Sequence
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
    hint: str = "",
) -> pytest.MarkDecorator:
    """Mark a function as a check.

    `ksbs`: `S13` (direct) or `K9:supporting`. `why`: one line on why a pass shows them. `needs`: ids of the
    checks without which this one makes no sense. `after_restart`: it cuts the power of nodes, so it runs last.
    """
    return pytest.mark.check(
        points=points,
        ksbs=ksbs,
        why=why,
        group=group,
        method=method,
        needs=needs,
        after_restart=after_restart,
        hint=hint,
    )


def read(name: str, docstring: str | None, mark: Mapping[str, Any] | None, standard: Standard) -> CheckSpec:
    """The declaration of one function; raises ValueError with what is missing or wrong."""
    title = " ".join((docstring or "").split("\n\n")[0].split())
    if mark is None:
        raise ValueError(f"{name} has no @check(...) mark")
    if not title:
        raise ValueError(f"{name} has no docstring: it is the sentence that the learner reads")
    if not mark.get("ksbs") or not mark.get("points", 0) > 0:
        raise ValueError(f"{name} needs KSBs and points above 0")
    refs = tuple(parse_ref(text) for text in mark["ksbs"])
    if len({ref.code for ref in refs}) < len(refs):
        raise ValueError(f"{name} names a KSB twice")
    if strangers := unknown((ref.code for ref in refs), standard):
        raise ValueError(f"{name}: {standard.code} has no {', '.join(strangers)}")
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
        hint=mark["hint"],
    )


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
