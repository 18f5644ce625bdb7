"""The way into everything heavy: imported only when a command runs, so that `--help` and Tab stay quick."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from netlab.catalog import Catalog
    from netlab.cli.context import Context


def open_context(*, json: bool = False, plain: bool = False) -> Context:
    """What a command starts from (see `netlab.cli.context`)."""
    from netlab.cli.context import Context

    return Context.open(json=json, plain=plain)


def open_catalog(extra: Path | None) -> Catalog:
    """The labs there are, those of `--catalog` first."""
    from netlab.cli.context import catalog

    return catalog(extra)
