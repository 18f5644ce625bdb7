"""The questions of a lab as a learner reads them."""

from collections.abc import Sequence

from netlab.causes import CAUSES
from netlab.questions.question import Asked
from netlab.report.paint import WIDE, Paint, clean, wrapped

SHOWN = 200  # characters of a long answer


def questions_text(questions: Sequence[Asked], paint: Paint, width: int = WIDE) -> str:
    """Each with what was said, and how to say it where nothing was."""
    blocks = [_block(one, paint, width) for one in questions]
    open_ones = [one for one in questions if one.answer is None]
    step = _step(open_ones[0]) if open_ones else "`netlab grade` marks them."
    count = f"{len(questions) - len(open_ones)} of {len(questions)} answered. {step}"
    return "\n\n".join([*blocks, "\n".join(wrapped(count, width))])


def _step(one: Asked) -> str:
    if one.question.kind == "diagnosis":
        return f"`netlab answer {one.id}` asks you for it; `netlab answer --causes` lists what can be wrong."
    what = "FILE" if one.question.kind == "file" else "ANSWER"
    return f"`netlab answer {one.id} {what}` answers that one."


def _block(one: Asked, paint: Paint, width: int) -> str:
    last = f"wanted: {one.question.wanted}" if one.answer is None else f"answer: {_short(one.answer)}"
    body = [*wrapped(one.text, width - 2), *wrapped(last, width - 2)]
    return "\n".join([paint("strong", one.id), *(f"  {line}" for line in body)])


def _short(answer: str) -> str:
    said = clean(" ".join(answer.split()))
    return said if len(said) <= SHOWN else f"{said[:SHOWN]} …"


def causes_text(paint: Paint) -> str:
    """What a diagnosis can name, by layer."""
    column = max(map(len, CAUSES))
    rows = sorted(CAUSES.values(), key=lambda cause: cause.layer)
    blocks = [(layer, [one for one in rows if one.layer == layer]) for layer in sorted({one.layer for one in rows})]
    lines = [
        "\n".join([paint("strong", f"Layer {layer}"), *(f"  {one.code:<{column}}  {one.title}" for one in there)])
        for layer, there in blocks
    ]
    return "\n".join(lines)
