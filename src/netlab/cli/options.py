"""Options that several commands share, and what the shell offers on Tab."""

import os
from pathlib import Path
from typing import Annotated

import typer


def complete_lab(incomplete: str) -> list[str]:
    from netlab.cli.context import catalog

    return [files.slug for files in catalog(None) if files.slug.startswith(incomplete)]


def complete_running(incomplete: str) -> list[str]:
    from netlab.state import Home

    return [run.slug for run in Home.of(os.environ).runs() if run.slug.startswith(incomplete)]


def complete_node(incomplete: str) -> list[str]:
    from netlab.cli.context import Context
    from netlab.state import Home

    nodes = [node for run in Home.of(os.environ).runs() for node in Context.quiet().bench(run.slug).topology.nodes]
    return sorted({node for node in nodes if node.startswith(incomplete)})


SlugArgument = Annotated[str, typer.Argument(metavar="LAB", help="The lab's name.", autocompletion=complete_lab)]
NodeArgument = Annotated[str, typer.Argument(metavar="NODE", help="The node's name.", autocompletion=complete_node)]
LabOption = Annotated[
    str | None,
    typer.Option("--lab", metavar="LAB", help="Which lab, when several run.", autocompletion=complete_running),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
PlainOption = Annotated[bool, typer.Option("--plain", help="Plain ASCII, no colour: for screen readers and logs.")]
CatalogOption = Annotated[
    Path | None,
    typer.Option(
        "--catalog", metavar="DIR", help="Another folder of labs, besides the built-in ones.", envvar="NETLAB_CATALOG"
    ),
]
