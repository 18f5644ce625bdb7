"""All checks of a lab at a glance, for a screen that is drawn again and again (`netlab watch`)."""

from collections.abc import Sequence
from dataclasses import replace

from netlab.report.grade import check_lines
from netlab.report.paint import Paint
from netlab.result import CheckResult, Verdict

LEAST = 8  # lines: a smaller terminal has to scroll


def board(checks: Sequence[CheckResult], maximum: float, state: str, paint: Paint, size: tuple[int, int]) -> list[str]:
    """What does not pass, the first of it with its reasons, as far as there is room. `size`: columns, lines."""
    width, height = size[0], max(LEAST, size[1] - 1)
    passing = [check for check in checks if check.verdict is Verdict.PASS]
    waiting = [check for check in checks if check.verdict is not Verdict.PASS]
    points = sum(check.points for check in checks)
    head = [paint("strong", f"{points:g} / {maximum:g}") + f"{paint.dot}{len(passing)} of {len(checks)} checks pass"]
    rows: list[str] = []
    for number, check in enumerate(_most_telling_first(waiting)):
        lines = check_lines(check, paint, width)
        rows += lines if number == 0 else _title_only(check, lines, paint, width)
    room = height - len(head) - 3
    left = len(rows) - room
    shown = [*rows[: room - 1], f"  … {left + 1} more lines: `netlab grade`"] if left > 0 else rows
    return [*head, "", *shown, "", state][:height]


def _most_telling_first(checks: Sequence[CheckResult]) -> list[CheckResult]:
    """The first fail on top: what waits for others says least."""
    order = [Verdict.FAIL, Verdict.ERROR, Verdict.NEEDS_HUMAN, Verdict.SKIPPED]
    return sorted(checks, key=lambda check: order.index(check.verdict))


def _title_only(check: CheckResult, lines: list[str], paint: Paint, width: int) -> list[str]:
    bare = replace(check, expected=None, observed=None, hint=None)
    return check_lines(bare, paint, width)[: max(1, len(lines))]


def changed_lines(before: Sequence[CheckResult], now: Sequence[CheckResult], paint: Paint, width: int) -> list[str]:
    """The checks whose verdict is another than it was, for where nothing can be drawn again."""
    known = {check.spec.id: check.verdict for check in before}
    changed = [check for check in now if known.get(check.spec.id) != check.verdict]
    return [line for check in changed for line in check_lines(check, paint, width)]
