"""`netlab author`: for those who write labs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from netlab.cli.complete import complete_alternative, complete_fault, complete_lab, complete_mistake
from netlab.cli.entry import open_catalog, open_context
from netlab.cli.help import Command
from netlab.cli.options import CatalogOption, JsonOption, LabOption, PlainOption
from netlab.errors import ExitCode, UnknownNameError

if TYPE_CHECKING:
    from netlab.cli.context import Context

MistakeArgument = Annotated[
    str, typer.Argument(metavar="NAME", help="As under labs/LAB/mistakes.", autocompletion=complete_mistake)
]
AlternativeArgument = Annotated[
    str, typer.Argument(metavar="NAME", help="As under labs/LAB/alternatives.", autocompletion=complete_alternative)
]
FaultArgument = Annotated[
    str, typer.Argument(metavar="NAME", help="As under labs/LAB/faults.", autocompletion=complete_fault)
]

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="For lab authors: try solutions and mistakes, prove labs."
)
apply_app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Put a solution or a mistake into the running lab."
)
app.add_typer(apply_app, name="apply")


@apply_app.command(cls=Command)
def solution(lab: LabOption = None, json: JsonOption = False, plain: PlainOption = False) -> None:
    """Put the reference solution in place."""
    from netlab.actions.solution import apply

    context = open_context(json=json, plain=plain)
    bench = context.bench(lab)
    context.keep_safe(bench, "author apply")
    apply(bench)
    _done(context, bench.run.slug, "solution", "")


@apply_app.command(cls=Command)
def mistake(name: MistakeArgument, lab: LabOption = None, json: JsonOption = False, plain: PlainOption = False) -> None:
    """Put one of the lab's listed mistakes in place, over the reference solution."""
    _apply("mistakes", name, lab, open_context(json=json, plain=plain))


@apply_app.command(cls=Command)
def alternative(
    name: AlternativeArgument, lab: LabOption = None, json: JsonOption = False, plain: PlainOption = False
) -> None:
    """Put another right solution in place."""
    _apply("alternatives", name, lab, open_context(json=json, plain=plain))


@apply_app.command(cls=Command)
def fault(name: FaultArgument, lab: LabOption = None, json: JsonOption = False, plain: PlainOption = False) -> None:
    """Put one of the lab's faults into the network. Nodes whose files it changes boot once."""
    from netlab.actions.faults import inject

    context = open_context(json=json, plain=plain)
    bench = context.bench(lab)
    context.keep_safe(bench, "author apply")
    with bench.run.alone():
        inject(bench, name)
    _done(context, bench.run.slug, "fault", name)


def _apply(kind: str, name: str, lab: str | None, context: Context) -> None:
    from netlab.actions.solution import apply

    bench = context.bench(lab)
    there = bench.files.answers(kind)
    if name not in there:
        known = ", ".join(there) or "none"
        raise UnknownNameError(f"{bench.run.slug} has no {kind[:-1]} '{name}'.", f"It has: {known}.")
    context.keep_safe(bench, "author apply")
    apply(bench, there[name])
    _done(context, bench.run.slug, kind[:-1], name)


def _done(context: Context, slug: str, kind: str, name: str) -> None:
    if context.screen.json:
        context.screen.data({"slug": slug, "applied": kind, "name": name})
    else:
        context.screen.say(f"{slug}: {kind} {name or 'in place'}".rstrip() + (" in place." if name else "."))


@app.command(cls=Command)
def check(
    labs: Annotated[
        list[str] | None,
        typer.Argument(metavar="LAB", help="All labs if none is named.", autocompletion=complete_lab),
    ] = None,
    seeds: Annotated[int, typer.Option(metavar="N", min=1, help="On how many learners' networks.")] = 1,
    mutate: Annotated[
        bool, typer.Option("--mutate", help="Also leave out each line and command of the solution in turn.")
    ] = False,
    json: JsonOption = False,
    plain: PlainOption = False,
    catalog_: CatalogOption = None,
) -> int:
    """Prove labs.

    Untouched a lab scores low, the solution twice 100 %, and each mistake fails exactly its checks.
    With --mutate: and whatever is left out of the solution, some check notices.
    """
    from netlab.actions.author import Workshop
    from netlab.faultbook import FaultBook
    from netlab.seed import Seed

    context = open_context(json=json, plain=plain)
    known = open_catalog(catalog_)
    chosen = [known.find(slug) for slug in labs] if labs else list(known)
    for files in chosen:  # a broken file is told before the first lab has taken its minutes
        FaultBook(files).check(files.checked(Seed(bytes(32)), answers=True))
    workshop = Workshop(context.home, context.store, context.screen.event)
    proofs = []
    for files in chosen:
        proofs.append(workshop.check(files, seeds))
        if mutate:
            workshop.mutate(files, proofs[-1])
    if json:
        context.screen.data([proof.as_json() for proof in proofs])
    for proof in proofs if not json else ():
        word = "ok" if proof.ok else "NOT PROVEN"
        context.screen.say(
            f"{proof.slug}: {word} (untouched {proof.start_percent:g} %, solution {proof.solution_percent:g} %, "
            f"{len(proof.mistakes)} mistakes, {len(proof.alternatives)} alternatives, "
            + (f"{len(proof.faults)} faults, " if proof.faults else "")
            + (f"{proof.mutants} mutants, " if mutate else "")
            + f"{proof.seconds:.0f} s)"
        )
        for problem in proof.problems:
            context.screen.say(f"  {problem}")
    return ExitCode.OK if all(proof.ok for proof in proofs) else ExitCode.BELOW_PASS_MARK
