"""A result as the learner reads it: the answer first, the reason second, the next step last."""

from collections.abc import Iterator, Mapping, Sequence

from netlab.report.paint import Paint, clean
from netlab.result import CheckResult, Result, Verdict

WIDTH = 66


def check_lines(check: CheckResult, paint: Paint) -> list[str]:
    """One check: verdict, sentence, points; under a fail what was expected, observed, and where to look."""
    points = "–" if check.verdict is Verdict.ERROR and paint.signs else f"{check.points:g}"
    score = f"{points} / {check.spec.max:g}"
    lines = [f"  {paint.verdict(check.verdict)}  {check.spec.title:<{WIDTH}} {score:>7}"]
    return lines + [f"           {line}" for line in _reasons(check)]


def _reasons(check: CheckResult) -> Iterator[str]:
    if check.verdict is Verdict.FAIL:
        rows = {"expected": check.expected, "observed": check.observed, "look at": check.hint}
        yield from (f"{name:<10} {_one_line(text)}" for name, text in rows.items() if text)
    elif check.verdict is not Verdict.PASS and check.observed:
        yield _one_line(check.observed)


def _one_line(text: str) -> str:
    """What a device says cannot pass for a row of the result."""
    return clean(" ".join(text.splitlines()))


def grade_text(result: Result, groups: Mapping[str, str], paint: Paint) -> str:
    """The whole result."""
    lines: list[str] = []
    for group in _in_order(result.checks):
        lines += [f"  {paint('strong', groups.get(group, group))}"] if group else []
        for check in result.checks:
            if check.spec.group == group:
                lines += check_lines(check, paint)
    return "\n".join([*lines, "", *summary(result, paint)])


def _in_order(checks: Sequence[CheckResult]) -> list[str]:
    return list(dict.fromkeys(check.spec.group for check in checks))


def summary(result: Result, paint: Paint) -> list[str]:
    """Score, pass mark, evidence by KSB, and one thing to do next."""
    score = f"Score {result.points:g} / {result.maximum:g} ({result.percent:g} %), pass mark {result.pass_mark} %"
    ksbs = "  ".join(f"{code} {one.points:g}/{one.max:g}" for code, one in result.ksbs().items())
    return [paint("strong", score), f"Evidence towards   {ksbs}", _next_step(result)]


def _next_step(result: Result) -> str:
    failed = [check for check in result.checks if check.verdict is Verdict.FAIL]
    if failed:
        return f'One thing at a time: start with "{failed[0].spec.title}".'
    if result.unchecked:
        return "Something could not be checked, which is not your doing: grade again, then try `netlab doctor`."
    if any(check.verdict is Verdict.NEEDS_HUMAN for check in result.checks):
        return "What is left is marked by a person."
    return "Every check passes. `netlab stop` ends the lab."


def evidence_text(result: Result) -> str:
    """What was done and seen behind each check (`grade --verbose`)."""
    lines: list[str] = []
    for check in result.checks:
        lines.append(f"{check.spec.id}: {check.verdict.value} in {check.seconds:.2f} s ({check.started})")
        for label, text in (("expected", check.expected), ("observed", check.observed), ("debug", check.debug)):
            lines += [f"  {label}: {clean(line)}" for line in (text or "").splitlines()]
        for entry in check.evidence:
            facts = ", ".join(f"{key} {value}" for key, value in entry.items() if key not in ("kind", "at", "output"))
            lines.append(f"  {entry['at']} {entry['kind']}: {clean(facts)}")
            lines += [f"    | {clean(line)}" for line in str(entry.get("output", "")).splitlines()]
    return "\n".join(lines)
