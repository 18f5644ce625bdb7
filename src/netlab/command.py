"""A command that an author has run on a node."""

from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Command:
    """`run`: its words, to which no shell does anything."""

    node: str
    run: Annotated[tuple[str, ...], Field(min_length=1)]

    def __str__(self) -> str:
        return f"{self.node}: `{' '.join(self.run)}`"
