"""What an action tells whoever called it while it works."""

from collections.abc import Callable
from dataclasses import dataclass

from netlab.image.store import Image
from netlab.result import CheckResult


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
class Recovered:
    """What an interrupted command had left behind was cleared away."""

    slug: str


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
class AuthorStep:
    """`author check` moved on to its next proof."""

    slug: str
    text: str


Event = ImageStage | ImageReady | NodeReady | Recovered | CheckStarted | CheckDone | PowerCycle | AuthorStep
OnEvent = Callable[[Event], None]
