"""How a matrix is written: who must reach whom by which means, and who must not."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from netlab.probe.inside import Address
from netlab.probe.reach import Means

_LINE = re.compile(r"\s*([\w.-]+)\s*([>x])\s*([\w.-]+)\s*:\s*(\S.*?)\s*")


@dataclass(frozen=True, slots=True)
class Cell:
    """`source` must reach the node `target` at its address, or must not."""

    source: str
    target: str
    by: Means
    wanted: bool

    @property
    def name(self) -> str:
        return f"{self.source} to {self.target} ({self.by})"

    def sentence(self) -> str:
        return f"{self.source} {'reaches' if self.wanted else 'cannot reach'} {self.target} ({self.by})"


def cells(lines: Sequence[str], places: Mapping[str, Address]) -> list[Cell]:
    """`pc1 > srv1: ping tcp/80` and `pc2 x srv1: tcp/22`. Raises ValueError for anything else, and for no line."""
    if not lines:
        raise ValueError("a matrix without a line shows nothing")
    found = []
    for line in lines:
        parts = _LINE.fullmatch(line)
        if not parts:
            raise ValueError(f"'{line}' is no line of a matrix: pc1 > srv1: ping tcp/80, or pc2 x srv1: tcp/22")
        source, sign, target, means = parts.groups()
        if target not in places:
            raise ValueError(f"'{line}': no address is given for {target}")
        found += [Cell(source, target, Means.of(word), sign == ">") for word in means.split()]
    return found
