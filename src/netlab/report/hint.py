"""Hints as a learner reads them."""

from collections.abc import Iterator, Mapping, Sequence

from netlab.hints import RUNGS, Offer
from netlab.report.paint import WIDE, Paint, wrapped
from netlab.result import Result, Verdict

_NAMES = dict(zip(RUNGS, ("A nudge", "Where to look", "Explained"), strict=True))


def rung_text(row: Offer, paint: Paint, width: int = WIDE) -> str:
    """The newest rung; once all have been read, the whole ladder."""
    whole = row.read == len(row.rungs)
    shown = list(zip(_NAMES.values(), row.rungs, strict=True))[0 if whole else row.read - 1 : row.read]
    lines = [paint("strong", row.title)]
    for name, text in shown:
        lines += ["", f"{name}:", *_paragraphs(text, width)]
    more = f"`netlab hint {row.check}` says more ({row.read} of {len(row.rungs)} read)."
    return "\n".join([*lines, "", "That is all there is." if whole else more])


def _paragraphs(text: str, width: int) -> Iterator[str]:
    for number, paragraph in enumerate(text.split("\n\n")):
        yield from ([""] if number else []) + wrapped(" ".join(paragraph.split()), width)


def list_text(rows: Sequence[Offer], paint: Paint, width: int = WIDE) -> str:
    """What does not pass yet; all of it when nothing is known."""
    waiting = [row for row in rows if row.verdict is not Verdict.PASS]
    shown = waiting or list(rows)
    column = max(len(row.check) for row in shown)
    lines = [line for row in shown for line in _lines(row, column, paint, width)]
    passing = len(rows) - len(waiting)
    more = [f"{passing} more pass already."] if passing and waiting else []
    step = f"`netlab hint {shown[0].check}` gives the next one. The result says how many were read."
    return "\n".join([*lines, *more, "", *wrapped(step, width)])


def _lines(row: Offer, column: int, paint: Paint, width: int) -> list[str]:
    verdict = f"{paint.verdict(row.verdict)}  " if row.verdict else ""
    count = f"{row.read} of {len(row.rungs)} read"
    indent = (paint.verdict_width + 2 if row.verdict else 0) + column + len(count) + 4
    title = "" if row.title == row.check else row.title
    first, *more = wrapped(title, width - indent, taken=paint.sticks_out(row.verdict) if row.verdict else 0)
    return [f"{verdict}{row.check:<{column}}  {count}  {first}".rstrip(), *(" " * indent + line for line in more)]


def offer_text(result: Result, ladders: Mapping[str, object]) -> str:
    """Where the first fail has a hint: how to get it. Empty otherwise."""
    failed = next((check.spec.id for check in result.checks if check.verdict is Verdict.FAIL), "")
    return f"Stuck? `netlab hint {failed}`" if failed in ladders else ""
