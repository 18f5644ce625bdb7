"""What the grading process is told, and how it talks to the command that started it."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """A node as the grader reaches it: management address, and the pid whose network namespace is the node's."""

    name: str
    mgmt: str
    pid: int

    @property
    def netns(self) -> str:
        return f"/proc/{self.pid}/ns/net"


@dataclass(frozen=True, slots=True)
class Job:
    """One grading. Written as JSON for the process that carries it out."""

    catalog: str
    slug: str
    seed: str
    output: str
    key_file: str
    nodes: tuple[NodeFacts, ...]

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)), "utf-8")

    @classmethod
    def read(cls, path: Path) -> "Job":
        data = json.loads(path.read_text("utf-8"))
        nodes = tuple(NodeFacts(**node) for node in data.pop("nodes"))
        return cls(**data, nodes=nodes)


class Line:
    """One JSON document a line, out to the starting command and back."""

    def __init__(self, out: TextIO, back: TextIO) -> None:
        self._out = out
        self._back = back

    def say(self, event: str, **facts: Any) -> None:
        print(json.dumps({"event": event, **facts}), file=self._out, flush=True)

    def restart(self, nodes: Sequence[str]) -> list[NodeFacts]:
        """Ask for a power cycle; returns all nodes as they are afterwards. Raises OSError when it failed."""
        self.say("restart", nodes=list(nodes))
        answer = json.loads(self._back.readline() or '{"error": "netlab went away"}')
        if "error" in answer:
            raise OSError(answer["error"])
        return [NodeFacts(**node) for node in answer["nodes"]]


def standard_line() -> Line:
    """Stdin and stdout for the conversation; whatever a grader prints goes to stderr instead."""
    out, sys.stdout = sys.stdout, sys.stderr
    return Line(out, sys.stdin)
