"""Commands of a learner at work: connect, exec, cp, grade."""

from __future__ import annotations

import os
import shlex
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from netlab.cli.complete import complete_path
from netlab.cli.entry import open_context
from netlab.cli.help import Command
from netlab.cli.options import JsonOption, LabOption, NodeArgument, PlainOption
from netlab.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from netlab.actions.bench import Bench
    from netlab.cli.context import Context
    from netlab.result import Result


def register(app: typer.Typer) -> None:
    pass_on = {"ignore_unknown_options": True, "allow_interspersed_args": False}
    app.command(cls=Command)(connect)
    app.command(name="exec", cls=Command, context_settings=pass_on)(exec_)
    app.command(cls=Command)(cp)
    app.command(cls=Command)(grade)


def connect(node: NodeArgument, lab: LabOption = None) -> None:
    """Log in to a node (leave with `exit` or Ctrl-D)."""
    bench = open_context().bench(lab)
    bench.runtime.attach(bench.node(node).name)  # says so when the node is down, before ssh says less
    _become(bench.login(node))


def exec_(
    node: NodeArgument,
    command: Annotated[list[str], typer.Argument(metavar="-- COMMAND", help="What to run, after --.")],
    lab: LabOption = None,
) -> int:
    """Run one command on a node as root; its exit code is netlab's."""
    from netlab.cli import relay

    bench = open_context().bench(lab)
    words = command[1:] if command[:1] == ["--"] else command
    prefix = bench.runtime.attach(bench.node(node).name)
    _refuse_shell_line(node, words)
    return relay.run([*prefix, *words])


def _refuse_shell_line(node: str, words: list[str]) -> None:
    """A whole line in quotes, which no program is called: only a shell would understand it."""
    if len(words) == 1 and not words[0].startswith("/") and set(words[0]) & set(" |&;<>$`*"):
        better = shlex.join(["netlab", "exec", node, "--", "sh", "-c", words[0]])
        raise UsageError(f"{node} has no command called '{words[0]}'.", f"Hand a whole line to a shell: {better}")


def _become(argv: list[str]) -> NoReturn:
    """Replace this process: terminal, signals and exit code are the other program's own from here on."""
    sys.stdout.flush()
    os.execvp(argv[0], argv)  # noqa: S606 - no shell, which is the purpose


def cp(
    source: Annotated[
        str, typer.Argument(metavar="SRC", help="A file or folder: PATH, or NODE:PATH.", autocompletion=complete_path)
    ],
    target: Annotated[
        str, typer.Argument(metavar="DST", help="Where to: PATH, or NODE:PATH.", autocompletion=complete_path)
    ],
    lab: LabOption = None,
) -> None:
    """Copy files to or from a node; one side is NODE:PATH."""
    from netlab.actions import copy
    from netlab.report.paint import clean

    context = open_context()
    bench = context.bench(lab)
    context.screen.live(f"Copying      {source} to {target}")
    (node_from, path_from), (node_to, path_to) = _side(source), _side(target)
    if node_from and not node_to:
        left_out = copy.out(bench, node_from, path_from, Path(path_to))
        if left_out:
            context.screen.aside(f"Left out (links and special files): {', '.join(map(clean, left_out))}.")
    elif node_to and not node_from:
        copy.into(bench, Path(path_from), node_to, path_to)
    else:
        raise UsageError("One side, and only one, must be NODE:PATH.", "For example: netlab cp pc1:/root/a.pcap .")
    context.screen.settle()


def _side(text: str) -> tuple[str, str]:
    """Node and path; no node when there is a slash before the colon, as in `./a:b`."""
    node, colon, path = text.partition(":")
    return (node, path) if colon and "/" not in node else ("", text)


def grade(
    lab: LabOption = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Also show what was done and seen for each check.")
    ] = False,
    junit: Annotated[
        Path | None,
        typer.Option("--junit", metavar="FILE", help="Also write the result as JUnit XML.", dir_okay=False),
    ] = None,
    json: JsonOption = False,
    plain: PlainOption = False,
) -> int:
    """Check your network; say what works and what does not.

    Exit code 0: pass mark reached; 1: below it; 3: something could not be checked.
    """
    context = open_context(json=json, plain=plain)
    bench = context.bench(lab)
    if junit:
        _write(junit, None)  # said now, not after the grading
    result = _graded(context, bench)
    from netlab.report.grade import evidence_text, grade_text
    from netlab.report.hint import offer_text
    from netlab.report.power import next_steps

    if junit:
        from netlab.report.junit import junit as as_junit

        _write(junit, as_junit(result))
    if json:
        context.screen.data(result.as_json())
    else:
        now = time.strftime("%H:%M %Z")
        head = f"{result.slug}{context.screen.paint.dot}your variant {result.attempt}{context.screen.paint.dot}{now}\n"
        context.screen.say(head)
        if verbose:
            context.screen.say(evidence_text(result) + "\n")
        context.screen.say(grade_text(result, bench.lab.groups, context.screen.paint, context.screen.width))
        if (
            result.failed_ids()
            and not bench.run.assessed
            and (offer := offer_text(result, bench.files.hints(bench.values)))
        ):
            context.screen.say(offer)
    for line in next_steps(context.screen.gone):
        context.screen.note(line)
    if result.unchecked:
        return ExitCode.NOT_CHECKED
    return ExitCode.OK if result.passed else ExitCode.BELOW_PASS_MARK


def _graded(context: Context, bench: Bench) -> Result:
    """The grading process gets ready while a checkpoint is made."""
    from netlab.actions.grader import SESSION, grader

    with grader(bench, SESSION) as process:
        from netlab.actions.grade import grade_by

        context.keep_safe(bench, "grade")
        return grade_by(process, bench, context.screen.event)


def _write(path: Path, content: bytes | None) -> None:
    """Without content, only find out whether it can be written: what it holds stays until there is a new result."""
    try:
        path.open("ab").close() if content is None else path.write_bytes(content)
    except OSError as refused:
        raise UsageError(f"{path} cannot be written: {refused.strerror}.", "Give another file.") from refused
