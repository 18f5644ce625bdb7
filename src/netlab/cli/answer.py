"""The command that takes a learner's answers: answer."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from netlab.cli.complete import complete_question
from netlab.cli.entry import open_context
from netlab.cli.help import Command
from netlab.cli.options import JsonOption, LabOption, PlainOption

if TYPE_CHECKING:
    from netlab.actions.bench import Bench
    from netlab.cli.screen import Screen
    from netlab.questions.question import Asked


def register(app: typer.Typer) -> None:
    app.command(cls=Command)(answer)


def answer(
    question: Annotated[
        str | None,
        typer.Argument(metavar="QUESTION", help="Which question.", autocompletion=complete_question),
    ] = None,
    said: Annotated[str | None, typer.Argument(metavar="ANSWER", help="Your answer to it.")] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", "-f", metavar="FILE", help="Take the answers of a YAML file.", dir_okay=False),
    ] = None,
    template: Annotated[bool, typer.Option("--template", help="Print a file to fill in.")] = False,
    causes: Annotated[bool, typer.Option("--causes", help="List the causes that a diagnosis can name.")] = False,
    lab: LabOption = None,
    json: JsonOption = False,
    plain: PlainOption = False,
) -> None:
    """Answer the lab's questions.

    At a terminal it asks one after the other; an empty line keeps what you said before. Or give one question
    and its answer, or a file of answers. A table, a capture or a drawing is answered by its path.
    `netlab grade` marks the answers.
    """
    from netlab.actions import answers
    from netlab.report.questions import questions_text

    context = open_context(json=json, plain=plain)
    if causes:
        _show_causes(context.screen)
        return
    bench, screen = context.bench(lab), context.screen
    there = answers.asked(bench)
    if template:
        sys.stdout.write(answers.template(bench))
        return
    if file:
        answers.give_file(bench, file)
    elif question and said is not None:
        answers.give(bench, question, said)
    elif not json and sys.stdin.isatty() and sys.stdout.isatty():
        _ask(bench, [one for one in there if question in (None, one.id)], screen)
    now = answers.asked(bench)
    if json:
        screen.data([one.as_json() for one in now])
    else:
        screen.say(questions_text(now, screen.paint, screen.width))


def _show_causes(screen: Screen) -> None:
    from dataclasses import asdict

    from netlab.causes import CAUSES
    from netlab.report.questions import causes_text

    if screen.json:
        screen.data([asdict(cause) for cause in CAUSES.values()])
    else:
        screen.say(causes_text(screen.paint))


def _ask(bench: Bench, questions: list[Asked], screen: Screen) -> None:
    """One after the other, each until it is one that can be; what was said up to a Ctrl-C or Ctrl-D is kept."""
    from netlab.actions import answers
    from netlab.errors import NetlabError
    from netlab.report.paint import wrapped

    for one in questions:
        before = f"  [{one.answer}]" if one.answer and "\n" not in one.answer else ""
        screen.say("\n".join(["", *wrapped(one.text, screen.width), f"({one.question.wanted}){before}"]))
        while said := _said(bench, one, screen):
            try:
                answers.give(bench, one.id, said)
                break
            except NetlabError as wrong:
                screen.say(f"{wrong.message} {wrong.next_step}")
        if said is None:
            return


def _said(bench: Bench, one: Asked, screen: Screen) -> str | None:
    return _diagnosis(bench, screen) if one.question.kind == "diagnosis" else _line()


def _line() -> str | None:
    """What is typed; None at the end of it all."""
    line = sys.stdin.readline()
    return line.strip() if line else None


def _diagnosis(bench: Bench, screen: Screen) -> str | None:
    """Key by key, each until it will do, as YAML; empty when the first stays empty."""
    import yaml

    from netlab.actions.answers import complaint
    from netlab.questions.diagnosis import FIELDS

    said: dict[str, str] = {}
    for field, what in FIELDS.items():
        screen.say(f"  {field} ({what})")
        while (line := _line()) is not None and (line or said) and (wrong := complaint(bench, field, line)):
            screen.say(f"  {wrong}")
        if not line and (line is None or not said):
            return line
        said[field] = line
    return yaml.safe_dump(said, allow_unicode=True, sort_keys=False).strip()
