"""A brief as plain words: Markdown without its signs, for screen readers, logs and simple terminals."""

import textwrap
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode as Part

WIDTH = 79
DRAWING = "diagram"  # a fence marked so is a drawing, which the words around it repeat


def plain_text(markdown: str, width: int = WIDTH) -> str:
    """Headings become "Section: …", tables "name: value" lines, emphasis and code just their words."""
    document = Part(MarkdownIt("commonmark").enable("table").parse(markdown))
    return "\n".join(_blocks(document.children, width)).strip("\n") + "\n"


def _blocks(parts: list[Part], width: int) -> Iterator[str]:
    for part in parts:
        yield from _block(part, width)
        if part.type != "paragraph" or not part.hidden:
            yield ""


def _block(part: Part, width: int) -> Iterator[str]:
    match part.type:
        case "heading":
            yield from _wrapped(_words(part) if part.tag == "h1" else f"Section: {_words(part)}", width)
        case "table":
            yield from _table(part, width)
        case "bullet_list" | "ordered_list":
            yield from _list(part, width)
        case "fence" | "code_block":
            yield from _code(part)
        case "blockquote":
            yield from _blocks(part.children, width)
        case "hr":
            pass
        case _:
            yield from _wrapped(_words(part), width)


def _code(part: Part) -> Iterator[str]:
    if DRAWING not in part.info.split():
        yield from (f"    {line}".rstrip() for line in part.content.splitlines())
    else:
        yield "(Here is a drawing; the next paragraph says in words what it shows.)"


def _list(part: Part, width: int) -> Iterator[str]:
    first = int(part.attrs.get("start", 1))
    for number, item in enumerate(part.children, first):
        mark = f"{number}. " if part.type == "ordered_list" else "- "
        lines = "\n".join(_blocks(item.children, width - len(mark))).strip("\n").splitlines()
        for place, line in enumerate(lines):
            yield f"{mark if place == 0 else ' ' * len(mark)}{line}".rstrip()


def _table(part: Part, width: int) -> Iterator[str]:
    """Each row under its first cell; an empty cell is left out."""
    head, *bodies = part.children
    names = [_words(cell) for cell in head.children[0].children]
    for row in (row for body in bodies for row in body.children):
        cells = [_words(cell) for cell in row.children]
        yield from _wrapped(f"{names[0]}: {cells[0]}" if names[0] else f"{cells[0]}:", width)
        for name, cell in zip(names[1:], cells[1:], strict=True):
            yield from _wrapped(f"  {name}: {cell}", width, "    ") if cell else ()


def _words(part: Part) -> str:
    """The text of a block without marks; a line break in the source is a space."""
    if part.type in {"softbreak", "hardbreak"}:
        return " "
    return part.content if not part.children else "".join(map(_words, part.children))


def _wrapped(text: str, width: int, indent: str = "") -> list[str]:
    return textwrap.wrap(
        text, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False, drop_whitespace=True
    )
