"""A link as people look at it: what its ends were set to, and how they are now."""

from dataclasses import dataclass
from typing import Any

from netlab.port import Port


@dataclass(frozen=True, slots=True)
class Live:
    """One end as it is now. `up`: its node has it up; `cut`: no frame leaves it, as netlab has seen to."""

    up: bool
    cut: bool


@dataclass(frozen=True, slots=True)
class End:
    """NODE:INTERFACE, what it was set to, and how it is now.

    `live`: None when it is not there; `known`: False while the network is gone, and nothing can be looked at.
    """

    name: str
    port: Port
    live: Live | None = None
    known: bool = False

    @property
    def state(self) -> str:
        """In one word: `up` or `down` as it was set; `shut` by its node; `undone`; `gone`."""
        if not self.known:
            return "up" if self.port.up else "down"
        if self.live is None:
            return "gone"
        if not self.port.up:
            return "down" if self.live.cut else "undone"
        return "up" if self.live.up else "shut"

    @property
    def text(self) -> str:
        """What differs from a good cable, in words; empty for a good one."""
        node = self.name.partition(":")[0]
        again = f"down was undone on a node: `netlab link {self.name} down` sets it again"
        raised = "down (the node has set it up again; nothing gets through)"
        words = {
            "gone": f"not there any more: `netlab restart {node}` puts it back",
            "shut": "shut by the node itself",
            "undone": again,
            "down": raised if self.live and self.live.up else "down",
        }
        parts = [words.get(self.state, ""), self.port.shape]
        return ", ".join(part for part in parts if part)

    def as_json(self) -> dict[str, Any]:
        return {"end": self.name, **self.port.as_json(), "state": self.state}


@dataclass(frozen=True, slots=True)
class Cable:
    """A link with its two ends."""

    ends: tuple[End, End]

    @property
    def names(self) -> tuple[str, str]:
        return self.ends[0].name, self.ends[1].name
