"""`netlab author`: for those who write labs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from netlab.cli.entry import open_catalog, open_context
from netlab.cli.options import CatalogOption, JsonOption, LabOption, PlainOption, complete_lab
from netlab.errors import ExitCode, UnknownNameError

if TYPE_CHECKING:
    from netlab.cli.context import Context

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="For lab authors: try solutions and mistakes, prove labs."
)
apply_app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Put a solution or a mistake into the running lab."
)
app.add_typer(apply_app, name="apply")


@apply_app.command()
def solution(lab: LabOption = None, json: JsonOption = False, plain: PlainOption = False) -> None:
    """Put the reference solution in place."""
    from netlab.actions.author import apply

    context = open_context(json=json, plain=plain)
    bench = context.bench(lab)
    apply(bench)
    _done(context, bench.run.slug, "solution", "")


@apply_app.command()
def mistake(name: str, lab: LabOption = None, json: JsonOption = False, plain: PlainOption = False) -> None:
    """Put one of the lab's listed mistakes in place, over the reference solution."""
    _apply("mistakes", name, lab, open_context(json=json, plain=plain))


@apply_app.command()
def alternative(name: str, lab: LabOption = None, json: JsonOption = False, plain: PlainOption = False) -> None:
    """Put another right solution in place."""
    _apply("alternatives", name, lab, open_context(json=json, plain=plain))


def _apply(kind: str, name: str, lab: str | None, context: Context) -> None:
    from netlab.actions.author import apply

    bench = context.bench(lab)
    there = bench.files.answers(kind)
    if name not in there:
        known = ", ".join(there) or "none"
        raise UnknownNameError(f"{bench.run.slug} has no {kind[:-1]} '{name}'.", f"It has: {known}.")
    apply(bench, there[name])
    _done(context, bench.run.slug, kind[:-1], name)


def _done(context: Context, slug: str, kind: str, name: str) -> None:
    if context.screen.json:
        context.screen.data({"slug": slug, "applied": kind, "name": name})
    else:
        context.screen.say(f"{slug}: {kind} {name or 'in place'}".rstrip() + (" in place." if name else "."))


@app.command()
def check(
    labs: Annotated[
        list[str] | None,
        typer.Argument(metavar="[LAB]…", help="All labs if none is named.", autocompletion=complete_lab),
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, help="On how many learners' networks.")] = 1,
    json: JsonOption = False,
    plain: PlainOption = False,
    catalog_: CatalogOption = None,
) -> int:
    """Prove labs: untouched scores low, solution 100 % twice, each mistake fails exactly its checks."""
    from netlab.actions.author import Workshop

    context = open_context(json=json, plain=plain)
    known = open_catalog(catalog_)
    chosen = [known.find(slug) for slug in labs] if labs else list(known)
    workshop = Workshop(context.home, context.store, context.screen.event)
    proofs = [workshop.check(files, seeds) for files in chosen]
    if json:
        context.screen.data([proof.as_json() for proof in proofs])
    for proof in proofs if not json else ():
        word = "ok" if proof.ok else "NOT PROVEN"
        context.screen.say(
            f"{proof.slug}: {word} (untouched {proof.start_percent:g} %, solution {proof.solution_percent:g} %, "
            f"{len(proof.mistakes)} mistakes, {len(proof.alternatives)} alternatives, {proof.seconds:.0f} s)"
        )
        for problem in proof.problems:
            context.screen.say(f"  {problem}")
    return ExitCode.OK if all(proof.ok for proof in proofs) else ExitCode.BELOW_PASS_MARK
