"""What the rest of netlab knows of a runtime: one small protocol and the values it speaks in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from netlab.proc import Finished
from netlab.topology import Topology


@dataclass(frozen=True, slots=True)
class Deployment:
    """All that a runtime needs to build one lab. `directory` is its own to write in.

    `start` holds one folder a node, the tree that is laid over the image; `keep` the patterns of the files
    that survive a power cycle.
    """

    name: str
    directory: Path
    topology: Topology
    image: Path
    start: Path
    keep: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NodeState:
    """A node as it is now. `pid` is its init's on the host (None when it is down)."""

    name: str
    role: str
    mgmt: str
    pid: int | None

    @property
    def running(self) -> bool:
        return self.pid is not None


OnNode = Callable[[str], None]


class Runtime(Protocol):
    """One lab's network. Raises RuntimeFailure or HostError with a sentence and a next step."""

    def deploy(self, on_ready: OnNode) -> None:
        """Build everything and return when every node is ready; `on_ready` hears each node's name."""

    def destroy(self) -> None:
        """End every process, interface and mount, and remove the directory. Safe to call twice."""

    def inspect(self) -> list[NodeState]:
        """The nodes as they are now."""

    def exec(self, node: str, argv: Sequence[str], *, stdin: bytes = b"", timeout: float = 60) -> Finished:
        """Run a command on a node as its root."""

    def copy_in(self, node: str, archive: bytes, directory: str = "/") -> None:
        """Unpack a tar archive on the node."""

    def copy_out(self, node: str, path: str) -> bytes:
        """A tar archive of a file or folder of the node."""

    def restart(self, nodes: Sequence[str], on_ready: OnNode) -> None:
        """Cut the power and boot again: what is not in `keep` is gone."""

    def enter(self, node: str | None = None) -> list[str]:
        """The argv prefix that runs a host command inside a node's network (None: the management network)."""

    def attach(self, node: str) -> list[str]:
        """The argv prefix that runs a command on the node itself, with this terminal."""
