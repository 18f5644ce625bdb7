"""What an action tells whoever called it while it works."""

from collections.abc import Callable
from dataclasses import dataclass

from netlab.image.store import Image
from netlab.result import CheckResult, Gone


@dataclass(frozen=True, slots=True)
class ImageStage:
    """The node image is being built; `text` says what is going on."""

    text: str


@dataclass(frozen=True, slots=True)
class ImageReady:
    """The node image is there."""

    image: Image


@dataclass(frozen=True, slots=True)
class NodeReady:
    """A node has booted."""

    name: str


@dataclass(frozen=True, slots=True)
class CommandRuns:
    """A command that the topology asks for runs on a node."""

    node: str
    command: str


@dataclass(frozen=True, slots=True)
class CommandSaid:
    """A command that the topology asks for has ended well, and this is what it printed."""

    node: str
    command: str
    output: str


@dataclass(frozen=True, slots=True)
class Recovered:
    """What an interrupted command (`start` or `stop`) had left behind was cleared away."""

    slug: str
    command: str = "start"


@dataclass(frozen=True, slots=True)
class CheckStarted:
    """A check is being carried out."""

    title: str


@dataclass(frozen=True, slots=True)
class CheckDone:
    """A check has its verdict."""

    result: CheckResult


@dataclass(frozen=True, slots=True)
class PowerCycle:
    """Nodes are being restarted, as grading says they must survive it."""

    nodes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PowerBack:
    """They have booted again; `gone` are the services that ran before and do not now."""

    nodes: tuple[str, ...]
    gone: tuple[Gone, ...]


@dataclass(frozen=True, slots=True)
class AuthorStep:
    """`author check` moved on to its next proof."""

    slug: str
    text: str


@dataclass(frozen=True, slots=True)
class Completed:
    """A command that was killed half-way has been finished now."""

    command: str


_Grading = CheckStarted | CheckDone | PowerCycle | PowerBack
Event = ImageStage | ImageReady | NodeReady | CommandRuns | CommandSaid | Recovered | Completed | _Grading | AuthorStep
OnEvent = Callable[[Event], None]
