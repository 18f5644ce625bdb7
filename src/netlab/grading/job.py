"""What the grading process is told, and how it talks to the command that started it."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TextIO

from netlab.probe.failure import CannotLookError


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
    """One grading. Written as JSON for the process that carries it out.

    `answers`: what the learner said, by question; `files`: where the files lie that were handed in, by question;
    `faults`: the names of those that were put into the network; `saved`: the folder where answers are kept.
    """

    catalog: str
    slug: str
    seed: str
    output: str
    key_file: str
    nodes: tuple[NodeFacts, ...]
    answers: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[str, ...] = ()
    saved: str = ""

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)), "utf-8")

    @classmethod
    def told(cls, line: "Line") -> "Job | None":
        """As the next thing on the line says where it is; None when nobody wants anything any more."""
        where = line.listen().get("job")
        return cls.read(Path(where)) if where else None

    @classmethod
    def read(cls, path: Path) -> "Job":
        data = json.loads(path.read_text("utf-8"))
        nodes = tuple(NodeFacts(**node) for node in data.pop("nodes"))
        return cls(**data | {"nodes": nodes, "faults": tuple(data["faults"])})


class Line:
    """One JSON document a line, out to the starting command and back."""

    def __init__(self, out: TextIO, back: TextIO) -> None:
        self._out = out
        self._back = back

    def say(self, event: str, **facts: Any) -> None:
        print(json.dumps({"event": event, **facts}), file=self._out, flush=True)

    def restart(self, nodes: Sequence[str]) -> list[NodeFacts]:
        """Ask for a power cycle; returns all nodes as they are afterwards. Raises CannotLookError when it failed."""
        otherwise = f"the power of {' and '.join(nodes)} could not be cut"
        answer = self._ask("restart", otherwise, f"Run `netlab restart {' '.join(nodes)}`", nodes=list(nodes))
        return [NodeFacts(**node) for node in answer["nodes"]]

    def link(self, end: str, words: Sequence[str]) -> None:
        """Ask for a change of a link; none: all links are to be as they were. Raises CannotLookError if it failed."""
        self._ask("link", f"the link {end} could not be changed", end=end, words=list(words))

    def _ask(self, event: str, otherwise: str, next_step: str = "", **facts: Any) -> dict[str, Any]:
        self.say(event, **facts)
        answer: dict[str, Any] = json.loads(self._back.readline() or '{"error": "netlab went away"}')
        if "error" in answer:
            raise CannotLookError(f"{otherwise}: {answer['error'].rstrip('.')}", next_step)
        return answer

    def listen(self) -> dict[str, Any]:
        """The next thing the starting command says; `{"over": true}` when it has gone away."""
        answer: dict[str, Any] = json.loads(self._back.readline() or '{"over": true}')
        return answer

    def fileno(self) -> int:
        return self._back.fileno()


def standard_line() -> Line:
    """Stdin and stdout for the conversation; whatever a grader, or what it runs, prints goes to stderr instead."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    sys.stdout = sys.stderr
    return Line(out, sys.stdin)
