"""A few lines of YAML can swell to more than any computer holds, or be nested deeper than its readers can follow."""

from collections.abc import Iterable
from pathlib import Path

import yaml

from netlab.errors import BadFileError

DEEPEST = 50
LARGEST = 16 << 20  # characters, with every alias (*name) filled in


def refuse_boundless(path: Path, events: Iterable[yaml.Event]) -> None:
    """Raises BadFileError with the line where it becomes too deep or too large. Nothing is built meanwhile."""
    size, sizes, within = 0, dict[str, int](), list[tuple[str | None, int]]()
    for event in events:
        before = size
        size += _size(event, sizes)
        if isinstance(event, yaml.CollectionStartEvent):
            within.append((event.anchor, before))
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, began = within.pop()
            sizes |= {anchor: size - began} if anchor else {}
        elif isinstance(event, yaml.ScalarEvent) and event.anchor:
            sizes[event.anchor] = size - before
        if len(within) > DEEPEST:
            raise BadFileError(f"{_at(path, event)}: this is nested too deep.", f"Use {DEEPEST} levels at most.")
        if size > LARGEST:
            raise BadFileError(f"{_at(path, event)}: the aliases (*name) make this too large.", "Use fewer of them.")


def _size(event: yaml.Event, sizes: dict[str, int]) -> int:
    if isinstance(event, yaml.AliasEvent):
        return sizes.get(event.anchor or "", 1)
    return len(event.value) + 1 if isinstance(event, yaml.ScalarEvent) else 1


def _at(path: Path, event: yaml.Event) -> str:
    return f"{path}:{event.start_mark.line + 1}" if event.start_mark else str(path)
