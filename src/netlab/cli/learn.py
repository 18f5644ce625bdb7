"""Commands of a learner at work: start, connect, exec, cp, grade."""

import getpass
import os
import sys
import time
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from netlab.cli.entry import open_catalog, open_context
from netlab.cli.options import CatalogOption, JsonOption, LabOption, NodeArgument, PlainOption, SlugArgument
from netlab.cli.show import show_brief
from netlab.errors import ExitCode, UsageError


def register(app: typer.Typer) -> None:
    pass_on = {"ignore_unknown_options": True, "allow_interspersed_args": False}
    app.command()(start)
    app.command()(connect)
    app.command(name="exec", context_settings=pass_on)(exec_)
    app.command()(cp)
    app.command()(grade)


def start(
    lab: SlugArgument,
    learner: Annotated[str, typer.Option(help="A pseudonym, as your provider gave it to you.")] = "",
    attempt: Annotated[int, typer.Option(min=1, help="Another attempt has other addresses.")] = 1,
    key: Annotated[Path | None, typer.Option(metavar="FILE", help="Your cohort's key.")] = None,
    runtime: Annotated[str, typer.Option(help="What carries the network: native.", envvar="NETLAB_RUNTIME")] = "native",
    json: JsonOption = False,
    plain: PlainOption = False,
    catalog_: CatalogOption = None,
) -> None:
    """Start a lab: a network of its own, and a task with addresses that are yours alone."""
    from netlab.actions import start as starting
    from netlab.parameters import plain as plain_values

    context = open_context(json=json, plain=plain)
    files = open_catalog(catalog_).find(lab)
    request = starting.Request(
        learner=learner or getpass.getuser(),
        attempt=attempt,
        key=starting.read_key(key) if key else b"",
        runtime=runtime,
        mirror=os.environ.get("NETLAB_MIRROR"),
    )
    begun = time.monotonic()
    bench = starting.start(files, request, context.home, context.store, context.screen.event)
    seconds = time.monotonic() - begun
    screen, facts = context.screen, bench.lab
    if json:
        screen.data(
            {
                "slug": lab,
                "nodes": list(bench.topology.nodes),
                "seconds": round(seconds, 3),
                "parameters": plain_values(bench.values),
            }
        )
        return
    dot = screen.paint.dot
    screen.say(f"Starting     {' '.join(bench.topology.nodes)}: ready in {seconds:.1f} s\n")
    screen.say(f"{screen.paint('strong', facts.title)}{dot}about {facts.minutes} minutes{dot}{facts.level}")
    own = " and ".join(str(bench.values[name]) for name in facts.network)
    codes = " ".join(code.partition(":")[0] for code in facts.ksbs)
    screen.say(f"Evidence towards {codes}{dot}your own network: {own}\n")
    show_brief(bench, screen)
    screen.say("\nNext:  netlab connect srv1     then     netlab grade" if "srv1" in bench.topology.nodes else "")


def connect(node: NodeArgument, lab: LabOption = None) -> None:
    """Log in to a node (leave with `exit` or Ctrl-D)."""
    bench = open_context().bench(lab)
    bench.runtime.attach(bench.node(node).name)  # says so when the node is down, before ssh says less
    _become(bench.ssh(node))


def exec_(
    node: NodeArgument,
    command: Annotated[list[str], typer.Argument(metavar="-- COMMAND…", help="What to run, after --.")],
    lab: LabOption = None,
) -> None:
    """Run one command on a node as root; its exit code is netlab's."""
    bench = open_context().bench(lab)
    argv = [*bench.runtime.attach(bench.node(node).name), *(command[1:] if command[:1] == ["--"] else command)]
    _become(argv)


def _become(argv: list[str]) -> NoReturn:
    """Replace this process: terminal, signals and exit code are the other program's own from here on."""
    sys.stdout.flush()
    os.execvp(argv[0], argv)  # noqa: S606 - no shell, which is the purpose


def cp(
    source: Annotated[str, typer.Argument(metavar="SRC", help="A file or folder: PATH, or NODE:PATH.")],
    target: Annotated[str, typer.Argument(metavar="DST", help="Where to: PATH, or NODE:PATH.")],
    lab: LabOption = None,
) -> None:
    """Copy a file or folder to or from a node; one side is NODE:PATH."""
    from netlab.actions import copy

    bench = open_context().bench(lab)
    if (":" in source) == (":" in target):
        raise UsageError("One side, and only one, must be NODE:PATH.", "For example: netlab cp pc1:/root/a.pcap .")
    if ":" in source:
        node, _, path = source.partition(":")
        copy.out(bench, node, path, Path(target))
    else:
        node, _, path = target.partition(":")
        copy.into(bench, Path(source), node, path)


def grade(
    lab: LabOption = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Also show what was done and seen for each check.")
    ] = False,
    json: JsonOption = False,
    plain: PlainOption = False,
) -> int:
    """Check your network and say exactly what works and what does not.

    Exit code 0: pass mark reached; 1: below it; 3: something could not be checked.
    """
    from netlab.actions.grade import grade as carry_out
    from netlab.report.grade import evidence_text, grade_text

    context = open_context(json=json, plain=plain)
    bench = context.bench(lab)
    result = carry_out(bench, context.screen.event)
    if json:
        context.screen.data(result.as_json())
    else:
        now = time.strftime("%H:%M %Z")
        head = f"{result.slug}{context.screen.paint.dot}attempt {result.attempt}{context.screen.paint.dot}{now}\n"
        context.screen.say(head)
        if verbose:
            context.screen.say(evidence_text(result) + "\n")
        context.screen.say(grade_text(result, bench.lab.groups, context.screen.paint))
    if result.unchecked:
        return ExitCode.NOT_CHECKED
    return ExitCode.OK if result.passed else ExitCode.BELOW_PASS_MARK
