"""A result as the learner reads it: the answer first, the reason second, the next step last."""

from collections.abc import Iterator, Mapping, Sequence

from netlab.report.paint import WIDE, Paint, clean, wrapped
from netlab.result import CheckResult, Result, Verdict

TITLE = 66  # wider than this a title is broken, however wide the terminal: its score must stay near it


def check_lines(check: CheckResult, paint: Paint, width: int = WIDE, score_width: int = 7) -> list[str]:
    """One check: verdict, sentence, points; under a fail what was expected, observed, and where to look."""
    head = " " * (4 + paint.verdict_width)
    room = min(TITLE, width - len(head) - score_width - 1)
    verdict, taken = paint.verdict(check.verdict, partly=check.partly), paint.sticks_out(check.verdict)
    first, *more = wrapped(check.spec.title, room, taken=taken)
    lines = [f"  {verdict}  {first:<{room - taken}} {_score(check, paint):>{score_width}}"]
    reasons = [line for name, text in _reasons(check) for line in _reason_lines(name, text, width - len(head))]
    return lines + [f"{head}{line}" for line in more + reasons]


def _score(check: CheckResult, paint: Paint) -> str:
    points = ("–" if paint.signs else "-") if check.verdict is Verdict.ERROR else f"{check.points:g}"
    return f"{points} / {check.spec.max:g}"


def _reasons(check: CheckResult) -> Iterator[tuple[str, str]]:
    """Pairs of a name, which may be empty, and a text."""
    if check.verdict is Verdict.FAIL:
        rows = {"expected": check.expected, "observed": check.observed, "look at": check.hint}
        yield from ((name, text) for name, text in rows.items() if text)
    elif (check.verdict is not Verdict.PASS or check.flaky) and check.observed:
        yield "", check.observed


def _reason_lines(name: str, text: str, width: int) -> list[str]:
    """What a device says cannot pass for a row of the result: it stays in its column."""
    first = f"{name:<10} " if name else ""
    lines = wrapped(clean(" ".join(text.splitlines())), width - len(first))
    return [f"{first if number == 0 else ' ' * len(first)}{line}" for number, line in enumerate(lines)]


def grade_text(result: Result, groups: Mapping[str, str], paint: Paint, width: int = WIDE) -> str:
    """The whole result, at most `width` columns wide."""
    lines: list[str] = []
    score_width = max(7, *(len(_score(check, paint)) for check in result.checks))
    for group in _in_order(result.checks):
        lines += [f"  {paint('strong', groups.get(group, group))}"] if group else []
        for check in result.checks:
            if check.spec.group == group:
                lines += check_lines(check, paint, width, score_width)
    return "\n".join([*lines, "", *summary(result, paint, width)])


def _in_order(checks: Sequence[CheckResult]) -> list[str]:
    return list(dict.fromkeys(check.spec.group for check in checks))


def summary(result: Result, paint: Paint, width: int = WIDE) -> list[str]:
    """Score, pass mark, evidence by KSB, and one thing to do next."""
    score = f"Score {result.points:g} / {result.maximum:g} ({result.percent:g} %), pass mark {result.pass_mark} %"
    ksbs = "  ".join(f"{code} {one.points:g}/{one.max:g}" for code, one in result.ksbs().items())
    evidence, step = wrapped(f"Evidence towards   {ksbs}", width), wrapped(_next_step(result), width)
    return [paint("strong", score), *evidence, *_hints(result, width), *step]


def _hints(result: Result, width: int) -> list[str]:
    read = {check: number for check, number in result.record.get("hints_read", {}).items() if number}
    if not read:
        return []
    each = ", ".join(f"{check} {number}" for check, number in read.items())
    return wrapped(f"Hints read         {sum(read.values())} ({each})", width)


def _next_step(result: Result) -> str:
    failed = [check for check in result.checks if check.verdict is Verdict.FAIL]
    if failed:
        return f'One thing at a time: start with "{failed[0].spec.title}".'
    if result.unchecked:
        return "Something could not be checked: do what stands beside ERROR, then grade again."
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
