"""Commands that only look: list, info, doctor, status, brief."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import typer

from netlab.cli import pager
from netlab.cli.entry import open_catalog, open_context
from netlab.cli.help import Command
from netlab.cli.options import CatalogOption, JsonOption, LabOption, PlainOption, SlugArgument
from netlab.errors import BadFileError, ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netlab.actions.bench import Bench
    from netlab.catalog import LabFiles
    from netlab.cli.context import Context
    from netlab.cli.screen import Screen


def register(app: typer.Typer) -> None:
    for command in (list_, info, doctor, status, brief):
        app.command(name=command.__name__.rstrip("_"), cls=Command)(command)


def _running(context: Context) -> dict[str, str]:
    from netlab.actions.bench import Bench

    found = {}
    for run in context.home.runs():
        found[run.slug] = run.status
        with suppress(BadFileError):  # its lab has been broken since: its record must do
            found[run.slug] = Bench.of(run, context.store).status
    return found


def _whole(labs: Iterable[LabFiles], screen: Screen) -> list[LabFiles]:
    """Those that can be read; each of the others is said in one line."""
    found = []
    for files in labs:
        try:
            _ = files.topology
            found.append(files)
        except BadFileError as broken:
            screen.error(f"{files.slug} is left out: {broken.message}", "")
    return found


def list_(json: JsonOption = False, plain: PlainOption = False, catalog_: CatalogOption = None) -> None:
    """Show the labs there are.

    A lab whose files are broken is left out, and named on stderr; the exit code stays 0.
    """
    from netlab.report import tables

    context = open_context(json=json, plain=plain)
    labs, running = _whole(open_catalog(catalog_), context.screen), _running(context)
    if json:
        context.screen.data([tables.lab_facts(files) | {"status": running.get(files.slug)} for files in labs])
    else:
        context.screen.say(tables.list_text(labs, running, context.screen.paint, context.screen.width))
        others = [run.slug for run in context.home.runs() if not run.has_lab]
        if others:
            context.screen.say(f"\nTopologies that run, and are no labs: {' '.join(others)} (`netlab status`)")


def info(
    lab: SlugArgument, json: JsonOption = False, plain: PlainOption = False, catalog_: CatalogOption = None
) -> None:
    """Say what a lab is about, what it shows and what it needs."""
    from netlab.report import tables
    from netlab.seed import Seed

    context = open_context(json=json, plain=plain)
    files, state = open_catalog(catalog_).find(lab), _running(context).get(lab)
    files.checked(Seed(bytes(32)))  # of a lab that cannot be started nothing is promised
    if json:
        context.screen.data(tables.lab_facts(files) | {"status": state})
    else:
        context.screen.say(tables.info_text(files, state or "", context.screen.paint, context.screen.width))


def doctor(json: JsonOption = False, plain: PlainOption = False, catalog_: CatalogOption = None) -> int:
    """Check what this machine can run; name a fix for what not."""
    from netlab.actions.doctor import LAB, examine

    context = open_context(json=json, plain=plain)
    checks = list(examine(context.home, context.store, open_catalog(catalog_)))
    if json:
        keys = ("name", "ok", "needed", "detail", "fix")
        context.screen.data([{key: getattr(check, key) for key in keys} for check in checks])
    else:
        for check in checks:
            lack = "MISSING" if check.needed else "cannot" if check.name.startswith(LAB) else "optional"
            word = "ok" if check.ok else lack
            context.screen.say(f"{word:<9} {check.name:<16} {check.detail}")
            if check.fix and not check.ok:
                context.screen.say(f"{'':<9} {'fix:':<16} {check.fix}")
    return ExitCode.OK if all(check.ok or not check.needed for check in checks) else ExitCode.HOST


def status(lab: LabOption = None, json: JsonOption = False, plain: PlainOption = False) -> None:
    """Show the running labs and their nodes."""
    from netlab.actions.bench import Bench
    from netlab.report import tables
    from netlab.runtime.base import bring_back
    from netlab.state import GONE

    context = open_context(json=json, plain=plain)
    runs = [context.run(lab)] if lab else list(context.home.runs())
    benches = [Bench.of(run, context.store) for run in runs]
    if json:
        context.screen.data([_status_facts(bench) for bench in benches])
    elif not benches:
        context.screen.say("No lab is running. `netlab list` shows what there is.")
    for bench in benches if not json else ():
        about = f"{bench.about} · an assessment: no hints" if bench.run.assessed else bench.about
        context.screen.say(tables.status_text(bench.run.slug, about, bench.runtime.inspect(), context.screen.paint))
        if bench.status == GONE:
            context.screen.say(f"  Its network is gone (was the computer restarted?). {bring_back(bench.run.slug)}")


def _status_facts(bench: Bench) -> dict[str, object]:
    states = bench.runtime.inspect()
    nodes = [
        {"name": one.name, "role": one.role, "running": one.running, "mgmt": one.mgmt, "why": one.why} for one in states
    ]
    run = bench.run
    return {
        "slug": run.slug,
        "learner": run.learner,
        "attempt": run.attempt,
        "status": bench.status,
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
    elif context.screen.terminal:
        pager.show(_brief_page(bench, context.screen))
    else:
        show_brief(bench, context.screen)


def show_brief(bench: Bench, screen: Screen) -> None:
    """Laid out on a terminal, plain words where those are asked for, Markdown as it stands elsewhere."""
    from netlab.report.plain import plain_text

    if screen.plain:
        screen.say(plain_text(bench.brief()))
    elif screen.terminal:
        screen.say(_brief_page(bench, screen))
    else:
        screen.say(bench.brief())


def _brief_page(bench: Bench, screen: Screen) -> str:
    from netlab.report.page import page

    return page(bench.brief(), screen.width, colour=screen.paint.colour)
