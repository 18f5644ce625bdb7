"""What `labs/<slug>/faults/<name>/fault.yml` says, and the Change that it means for one learner."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from netlab.causes import CAUSES, Truth
from netlab.command import Command
from netlab.complaints import matching
from netlab.expressions import fill
from netlab.faults.change import Change, FaultError, Given, Read, Site, Trace
from netlab.faults.classes import CLASSES
from netlab.lab import Band
from netlab.topology import Endpoint, Topology

_LAST_LINE = -1


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Replace(_Strict):
    """A piece of a start file, which is there once, and what stands in its place. Both are templates."""

    node: str
    file: Annotated[str, matching(r"/.+", "a path that begins with /")]
    old: str = Field(min_length=1)
    new: str


class FaultSpec(_Strict):
    """`with` is for the class of the cause; where that cannot do it there is `replace`, or `run` and `undo`.

    All of them hold templates.
    """

    title: str = Field(min_length=3, description="for authors and instructors; no learner sees it")
    cause: str
    device: str
    interface: str | None = None
    band: Band = "medium"
    with_: dict[str, Any] = Field(default={}, alias="with", description="what the class of the cause asks for")
    replace: list[Replace] = []
    run: list[Command] = []
    undo: list[Command] = []

    @field_validator("cause")
    @classmethod
    def _is_known(cls, cause: str) -> str:
        if cause not in CAUSES:
            raise ValueError(f"'{cause}' is no cause: `netlab answer --causes` lists them")
        return cause

    @model_validator(mode="after")
    def _can_be_put_in(self) -> "FaultSpec":
        by_hand = bool(self.replace or self.run)
        if by_hand and self.with_:
            raise ValueError("`with` is for a class; `replace` and `run` do without one")
        if bool(self.run) != bool(self.undo):
            raise ValueError("what is `run` needs its `undo`, and the other way round")
        return self

    @property
    def truth(self) -> Truth:
        return Truth(self.device, self.cause, self.interface)

    def change(self, read: Read, topology: Topology, values: Mapping[str, Any]) -> Change:
        """Raises FaultError, or FillError for a template that cannot be filled in."""
        known = [end.interface for link in topology.links for end in link if end.node == self.device]
        for place, node in self._named():
            if node not in topology.nodes:
                raise FaultError(f"the topology has no node '{node}'", *place)
        if self.interface and self.interface not in known:
            raise FaultError(f"{Endpoint(self.device, self.interface)} is no end of a link", "interface")
        if self.replace or self.run:
            return self._by_hand(read, values)
        given = Given({name: _filled(value, values) for name, value in self.with_.items()})
        site = Site(self.device, self.interface or "", given, read, topology)
        try:
            change = CLASSES[self.cause](site)
        except FaultError as wrong:
            wrong.place = wrong.place or ("cause",)
            raise
        except ValueError as wrong:
            raise FaultError(str(wrong), "with") from wrong
        if given.idle:
            raise FaultError(f"`with` gives {', '.join(given.idle)}, which {self.cause} does not ask for", "with")
        return change

    def _named(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Every node that is named, and where."""
        yield ("device",), self.device
        parts: list[tuple[str, Sequence[Replace | Command]]] = [
            ("replace", self.replace),
            ("run", self.run),
            ("undo", self.undo),
        ]
        for key, named in parts:
            yield from (((key, number, "node"), one.node) for number, one in enumerate(named))

    def _by_hand(self, read: Read, values: Mapping[str, Any]) -> Change:
        files: dict[tuple[str, str], str] = {}
        traces: list[Trace] = []
        for number, one in enumerate(self.replace):
            place = (one.node, one.file)
            before = files[place] if place in files else read(*place)
            old, new = fill(one.old, values), fill(one.new, values)
            if before is None or before.count(old) != 1:
                times = "no such file" if before is None else f"'{old}' is there {before.count(old)} times, not once"
                raise FaultError(f"{one.file} of {one.node}: {times}", "replace", number)
            files[place] = before.replace(old, new)
            traces += (
                [Trace("file", one.node, value=new.strip().splitlines()[_LAST_LINE].strip())] if new.strip() else []
            )
        run, undo = (
            [Command(one.node, tuple(fill(word, values) for word in one.run)) for one in commands]
            for commands in (self.run, self.undo)
        )
        return Change(files, commands=run, undo=undo, traces=traces)


def _filled(value: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(value, str):
        return fill(value, values)
    return [_filled(one, values) for one in value] if isinstance(value, list) else value
