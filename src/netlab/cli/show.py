"""Commands that only look: list, info, doctor, status, brief."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from netlab.cli.entry import open_catalog, open_context
from netlab.cli.options import CatalogOption, JsonOption, LabOption, PlainOption, SlugArgument
from netlab.errors import ExitCode

if TYPE_CHECKING:
    from netlab.actions.bench import Bench
    from netlab.cli.screen import Screen
    from netlab.state import Home


def register(app: typer.Typer) -> None:
    for command in (list_, info, doctor, status, brief):
        app.command(name=command.__name__.rstrip("_"))(command)


def _running(home: Home) -> dict[str, str]:
    return {run.slug: run.status for run in home.runs()}


def list_(json: JsonOption = False, plain: PlainOption = False, catalog_: CatalogOption = None) -> None:
    """Show the labs there are."""
    from netlab.report import tables

    context = open_context(json=json, plain=plain)
    labs, running = list(open_catalog(catalog_)), _running(context.home)
    if json:
        context.screen.data([tables.lab_facts(files) | {"status": running.get(files.slug)} for files in labs])
    else:
        context.screen.say(tables.list_text(labs, running, context.screen.paint))


def info(
    lab: SlugArgument, json: JsonOption = False, plain: PlainOption = False, catalog_: CatalogOption = None
) -> None:
    """Say what a lab is about, what it gives evidence towards and what it needs."""
    from netlab.report import tables

    context = open_context(json=json, plain=plain)
    files, state = open_catalog(catalog_).find(lab), _running(context.home).get(lab)
    if json:
        context.screen.data(tables.lab_facts(files) | {"status": state})
    else:
        context.screen.say(tables.info_text(files, state or "", context.screen.paint))


def doctor(json: JsonOption = False, plain: PlainOption = False) -> int:
    """Check what this machine can run, and name the exact fix for what it cannot."""
    from netlab.actions.doctor import examine

    context = open_context(json=json, plain=plain)
    checks = list(examine(context.home, context.store))
    if json:
        keys = ("name", "ok", "needed", "detail", "fix")
        context.screen.data([{key: getattr(check, key) for key in keys} for check in checks])
    else:
        for check in checks:
            word = "ok" if check.ok else "MISSING" if check.needed else "optional"
            context.screen.say(f"{word:<9} {check.name:<16} {check.detail}")
            if check.fix and not check.ok:
                context.screen.say(f"{'':<9} {'fix:':<16} {check.fix}")
    return ExitCode.OK if all(check.ok or not check.needed for check in checks) else ExitCode.HOST


def status(lab: LabOption = None, json: JsonOption = False, plain: PlainOption = False) -> None:
    """Show the running labs and their nodes."""
    from netlab.actions.bench import Bench
    from netlab.report import tables

    context = open_context(json=json, plain=plain)
    runs = [context.run(lab)] if lab else list(context.home.runs())
    benches = [Bench.of(run, context.store) for run in runs]
    if json:
        context.screen.data([_status_facts(bench) for bench in benches])
    elif not benches:
        context.screen.say("No lab is running. `netlab list` shows what there is.")
    for bench in benches if not json else ():
        about = f"attempt {bench.run.attempt}, learner {bench.run.learner}, started {bench.run.created}"
        context.screen.say(tables.status_text(bench.run.slug, about, bench.runtime.inspect(), context.screen.paint))


def _status_facts(bench: Bench) -> dict[str, object]:
    states = bench.runtime.inspect()
    nodes = [{"name": one.name, "role": one.role, "running": one.running, "mgmt": one.mgmt} for one in states]
    run = bench.run
    return {
        "slug": run.slug,
        "learner": run.learner,
        "attempt": run.attempt,
        "status": run.status,
        "runtime": run.runtime,
        "image": f"sha256:{run.image}",
        "created": run.created,
        "nodes": nodes,
    }


def brief(lab: LabOption = None, json: JsonOption = False, plain: PlainOption = False) -> None:
    """Show the task, with the addresses that are yours alone."""
    from netlab.parameters import plain as plain_values

    context = open_context(json=json, plain=plain)
    bench = context.bench(lab)
    if json:
        context.screen.data(
            {"slug": bench.run.slug, "markdown": bench.brief(), "parameters": plain_values(bench.values)}
        )
    else:
        show_brief(bench, context.screen)


def show_brief(bench: Bench, screen: Screen) -> None:
    """Rendered on a terminal, as it stands elsewhere."""
    if screen.plain or not sys.stdout.isatty():
        screen.say(bench.brief())
        return
    from rich.console import Console
    from rich.markdown import Markdown

    console = Console(width=min(100, Console().width))
    console.print(Markdown(bench.brief(), hyperlinks=False))
