"""Variables in a topology file: `${NAME}` from the environment, and containerlab's own `__clabNodeName__` kind.

The environment's are filled in as containerlab does it, in the text, before that is read as YAML: `$NAME`,
`${NAME}`, `${NAME:-other}` or `:=` (unset or empty), `-` or `=` (unset), `+` or `:+` (instead, when set), `$$` for
a dollar sign. A variable that is not set and has no other value stays as `$NAME`, for a shell on the node.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_VARIABLE = re.compile(
    r"\$(?:(?P<dollar>\$)"
    r"|(?P<plain>[^\W\d]\w*)"
    r"|\{(?P<name>[^\W\d]\w*)(?:(?P<sign>:?[-=+])(?P<other>[^}\n]*)|[^}\n]*)(?P<end>\}?))"
)

_COMMANDS = ("exec", "cmd", "entrypoint", "stages")


@dataclass(frozen=True, slots=True)
class Filled:
    """The text with its variables filled in, and where (by line) those are that had nothing to put there.

    `unset`: written `${NAME}`; `bare`: written `$NAME`, which a shell on the node may know.
    """

    text: str
    unset: Mapping[str, int] = field(default_factory=dict)
    bare: Mapping[str, int] = field(default_factory=dict)


class UnclosedError(Exception):
    """A `${` without its `}`; `line` says where."""

    def __init__(self, line: int) -> None:
        super().__init__("this ${ is not closed: '}' is missing")
        self.line = line


def fill(text: str, environment: Mapping[str, str]) -> Filled:
    """Raises UnclosedError."""
    unset: dict[str, int] = {}
    bare: dict[str, int] = {}

    def value(found: re.Match[str]) -> str:
        line = text.count("\n", 0, found.start()) + 1
        name = found["plain"] or found["name"]
        if found["dollar"]:
            return "$"
        if name == "_":
            return found[0]
        if found["name"] and not found["end"]:
            raise UnclosedError(line)
        filled = _value(name, found["sign"], found["other"], environment)
        if filled == f"${name}":
            (unset if found["name"] else bare).setdefault(name, line)
        return filled

    return Filled(_VARIABLE.sub(value, text), unset, bare)


def _value(name: str, sign: str | None, other: str | None, environment: Mapping[str, str]) -> str:
    here = environment.get(name)
    otherwise = fill(other, environment).text if other else None
    if otherwise is not None and sign in {"+", ":+"}:
        return otherwise if here is not None else ""
    if otherwise is not None and (here is None or (here == "" and sign in {":-", ":="})):
        return otherwise
    return here or f"${name}"


def left_in(data: Any, names: Collection[str]) -> set[str]:
    """Which of these variables stand in a value that is no command: no shell will ever fill them in."""
    if isinstance(data, dict):
        return set().union(*(left_in(value, names) for key, value in data.items() if key not in _COMMANDS))
    if isinstance(data, list):
        return set().union(*(left_in(value, names) for value in data))
    return {found["plain"] for found in _VARIABLE.finditer(str(data)) if found["plain"] in names}


def template_lines(text: str) -> Iterator[int]:
    """The lines (from 1) with a Go template in them; lines that are only a comment do not count."""
    for number, line in enumerate(text.splitlines(), 1):
        if "{{" in line and not line.lstrip().startswith("#"):
            yield number


@dataclass(frozen=True, slots=True)
class Magic:
    """What containerlab's own variables stand for: the lab's folder beside the topology file, and names."""

    folder: str
    lab: str

    @classmethod
    def of(cls, folder: str, name: str) -> "Magic":
        return cls(f"{folder}/clab-{name}", f"clab-{name}")

    def fill(self, text: str, node: str) -> str:
        known = {
            "__clabNodeDir__": f"{self.folder}/{node}",
            "__clabNodeName__": node,
            "__clabDir__": self.folder,
            "__clabLabName__": self.lab,
        }
        for name, value in known.items():
            text = text.replace(name, value)
        return text
