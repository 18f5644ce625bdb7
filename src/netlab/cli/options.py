"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from netlab.cli.complete import complete_lab, complete_node, complete_running

SlugArgument = Annotated[str, typer.Argument(metavar="LAB", help="The lab's name.", autocompletion=complete_lab)]
NodeArgument = Annotated[str, typer.Argument(metavar="NODE", help="The node's name.", autocompletion=complete_node)]
LabOption = Annotated[
    str | None,
    typer.Option("--lab", metavar="LAB", help="Which lab, when several run.", autocompletion=complete_running),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
PlainOption = Annotated[bool, typer.Option("--plain", help="Plain ASCII, no colour: for screen readers and logs.")]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask first.")]
CatalogOption = Annotated[
    Path | None,
    typer.Option(
        "--catalog", metavar="DIR", help="Another folder of labs, besides the built-in ones.", envvar="NETLAB_CATALOG"
    ),
]
