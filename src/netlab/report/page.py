"""A brief on a terminal: Markdown by rich, with tables in which nothing is cut."""

from collections.abc import Iterator, Sequence
from io import StringIO
from typing import ClassVar

from rich.console import Console, ConsoleOptions
from rich.markdown import Markdown, TableElement
from rich.table import Table

GAP = 3  # what rich puts between two columns, at most


def page(markdown: str, width: int, *, colour: bool) -> str:
    """The text to print, at most `width` columns wide."""
    out = StringIO()
    console = Console(file=out, width=width, force_terminal=True, no_color=not colour, legacy_windows=False)
    console.print(_Page(markdown, hyperlinks=False))
    return out.getvalue()


class _FoldedTable(TableElement):
    """Columns wide enough for their longest word where that is possible; where not, words go on in the next line."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Table]:
        for table in super().__rich_console__(console, options):
            assert isinstance(table, Table)  # noqa: S101 - for the type checker: rich yields just that
            cells = [[str(column.header), *map(str, column.cells)] for column in table.columns]
            room = options.max_width - GAP * len(cells)
            for column, width in zip(table.columns, widths(cells, room), strict=True):
                column.width, column.overflow = width, "fold"
            yield table


class _Page(Markdown):
    elements: ClassVar = {**Markdown.elements, "table_open": _FoldedTable}


def widths(columns: Sequence[Sequence[str]], room: int) -> list[int]:
    """How wide each column of cells shall be: no more than it needs, no word broken while there is room."""
    wanted = [max(map(len, cells)) for cells in columns]
    words = [max((len(word) for cell in cells for word in cell.split()), default=1) for cells in columns]
    if sum(wanted) <= room:
        return wanted
    given = list(words)
    while sum(given) > room and max(given) > 1:
        given[given.index(max(given))] -= 1
    waiting = sorted(range(len(columns)), key=lambda one: wanted[one] - given[one])
    for place, number in enumerate(waiting):
        share = (room - sum(given)) // (len(waiting) - place)
        given[number] += max(0, min(wanted[number] - given[number], share))
    return given
