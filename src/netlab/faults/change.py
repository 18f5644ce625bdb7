"""What a fault changes on a network, as values: nothing here touches a node."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from netlab.command import Command
from netlab.port import Port
from netlab.topology import Endpoint, Topology

Path = tuple[str, str]  # node, and the absolute path of a file on it
Read = Callable[[str, str], str | None]


class FaultError(ValueError):
    """A fault that cannot be laid over these files, in one clause; `place`: the key of fault.yml that says so."""

    def __init__(self, reason: str, *place: str | int) -> None:
        super().__init__(reason)
        self.place = place


@dataclass(frozen=True, slots=True)
class Trace:
    """What the kernel, a file, or Open vSwitch shows while the fault is there.

    `kind`: address, gateway, route, mtu, down, sysctl, file or switch; `value`: as text. Of a switch `interface` is a
    record of Open vSwitch's database (`port eth1`), and `value` what is set there (`tag=10`).
    """

    kind: str
    node: str
    interface: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """`files`: their whole new text. `units`: services that are no longer enabled.

    `commands`: for nodes that are up, what has no file (Open vSwitch keeps its configuration in a database); `undo`
    takes them back.
    """

    files: Mapping[Path, str] = field(default_factory=dict)
    units: frozenset[tuple[str, str]] = frozenset()
    ports: Mapping[Endpoint, Port] = field(default_factory=dict)
    commands: Sequence[Command] = ()
    undo: Sequence[Command] = ()
    traces: Sequence[Trace] = ()

    @property
    def nodes(self) -> set[str]:
        """Those that have to boot again before a change of their files or services counts."""
        return {node for node, _ in self.files} | {node for node, _ in self.units}


class Given(Mapping[str, Any]):
    """What fault.yml gives under `with`, and what of it nobody has asked for."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values
        self._asked: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self._asked.add(name)
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    @property
    def idle(self) -> list[str]:
        return [name for name in self._values if name not in self._asked]


@dataclass(frozen=True)
class Site:
    """Where a fault goes: a node, perhaps one of its interfaces, and the files as they are without the fault."""

    node: str
    interface: str
    given: Mapping[str, Any]
    read: Read
    topology: Topology

    def text(self, path: str) -> str:
        """Raises FaultError when the node has no such file."""
        found = self.read(self.node, path)
        if found is None:
            raise FaultError(f"{self.node} has no {path} to put it into")
        return found

    def ask(self, name: str) -> Any:
        """What fault.yml gives under `with`; raises FaultError when it does not."""
        if name not in self.given:
            raise FaultError(f"`with` must give {name}")
        return self.given[name]

    @property
    def card(self) -> str:
        """Raises FaultError when no interface is named."""
        if not self.interface:
            raise FaultError("it needs an interface")
        return self.interface

    def file(self, path: str, text: str, *traces: Trace) -> Change:
        """A Change of one file of the node, which must differ from what it is."""
        if text == self.text(path):
            raise FaultError(f"{path} of {self.node} is so already")
        return Change({(self.node, path): text}, traces=traces)
