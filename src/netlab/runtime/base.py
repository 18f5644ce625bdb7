"""What the rest of netlab knows of a runtime: one small protocol and the values it speaks in."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import DEVNULL
from typing import IO, Protocol

from netlab.cable import Live
from netlab.port import Port
from netlab.proc import Finished
from netlab.topology import Endpoint, Topology


@dataclass(frozen=True, slots=True)
class Limits:
    """What one node may take before its power is cut: processes and threads, bytes of memory, bytes of disk."""

    processes: int = 500
    memory: int = 1 << 30
    disk: int = 1 << 30

    @property
    def text(self) -> str:
        return f"{self.processes} processes, {self.memory >> 20} MiB of memory or {self.disk >> 20} MiB of disk"


@dataclass(frozen=True, slots=True)
class Deployment:
    """All that a runtime needs to build one lab. `directory` is its own to write in.

    `start` holds one folder a node, the tree that is laid over the image, and `<node>.tar`, unpacked into it before
    it first boots; `keep` the patterns of the files that survive a power cycle ("/": the whole disk). `images`
    are the root file systems that nodes name as their own, by digest.
    """

    name: str
    directory: Path
    topology: Topology
    image: Path
    start: Path
    keep: Mapping[str, Sequence[str]] = field(default_factory=dict)
    limits: Limits = Limits()
    images: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NodeState:
    """A node as it is now. `pid` is its init's on the host, None when it is down; `why` it was switched off, if so."""

    name: str
    role: str
    mgmt: str
    pid: int | None
    why: str = ""

    @property
    def running(self) -> bool:
        return self.pid is not None


def bring_back(slug: str) -> str:
    """What to do when all of a lab's network is gone."""
    return f"`netlab restart --lab {slug}` boots it again with the files that were saved; `netlab stop {slug}` ends it."


OnNode = Callable[[str], None]


class Runtime(Protocol):
    """One lab's network. Raises RuntimeFailure or HostError with a sentence and a next step."""

    def deploy(self, on_ready: OnNode) -> None:
        """Build everything and return when every node is ready; `on_ready` hears each node's name."""

    def destroy(self) -> None:
        """End every process, interface and mount, and remove the directory. Safe to call twice."""

    def inspect(self) -> list[NodeState]:
        """The nodes as they are now."""

    def alive(self) -> bool:
        """False when all of it is gone, as after a restart of the computer."""

    def exec(
        self, node: str, argv: Sequence[str], *, stdin: IO[bytes] | int = DEVNULL, timeout: float = 60
    ) -> Finished:
        """Run a command on a node as its root; raises RuntimeFailure when it prints without end."""

    def copy_in(self, node: str, archive: IO[bytes], directory: str = "/") -> None:
        """Unpack a tar archive, a file that is open for reading, on the node."""

    def copy_out(self, node: str, path: str) -> AbstractContextManager[IO[bytes]]:
        """A tar archive of a file or folder of the node, as a stream whose names begin with the last part of `path`.

        It comes from the node as it is read: hostile, and without end if the reader sets none.
        """

    def restart(self, nodes: Sequence[str], on_ready: OnNode) -> None:
        """Cut the power and boot again: what is not in `keep` is gone."""

    def save(self, nodes: Sequence[str]) -> dict[str, bytes]:
        """Each node's kept files as they are on its disk now, as a tar: the same files give the same bytes.

        Works for nodes that are down, and when the whole network is gone. Raises TooMuchToKeep.
        """

    def delivered(self, nodes: Sequence[str]) -> dict[str, bytes]:
        """The same, of nodes that nobody has touched yet."""

    def load(self, kept: Mapping[str, bytes], on_ready: OnNode) -> None:
        """A power cycle of these nodes that leaves them with exactly these kept files (as `save` gave them)."""

    def set_ports(self, ports: Mapping[Endpoint, Port]) -> None:
        """Make these ends of cables behave so, now and after a power cycle."""

    def ports(self) -> Mapping[Endpoint, Port]:
        """The ends that were set to something and are not as they were built."""

    def seen(self) -> Mapping[Endpoint, Live]:
        """How the ends of all cables are now; those that a node has removed are left out."""

    def enter(self, node: str | None = None) -> list[str]:
        """The argv prefix that runs a host command inside a node's network (None: the management network)."""

    def tool(self, node: str) -> list[str]:
        """The argv prefix that runs a program of the clean image in a node's network, whatever its root has changed.

        It may look at packets and do nothing else. Start it from the main thread: it is killed when this process ends.
        """

    def attach(self, node: str) -> list[str]:
        """The argv prefix that runs a command on the node itself, with this terminal."""
