"""The reference solution with one thing missing: a grader that is any good notices each.

A mutant leaves out one line of one of the solution's files, or one of its commands.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from netlab.catalog import LabFiles
from netlab.lab import Answer

_NO_REQUIREMENT = ("#", "!", "//", "{%")
_BRACKETS = set("{}[](),;& ")


@dataclass(frozen=True, slots=True)
class Mutant:
    """`where`: node and file with line, or the command. Either a file without that line, or commands without one."""

    where: str
    left_out: str
    file: tuple[str, str] | None = None
    commands: tuple[int, ...] | None = None

    @property
    def name(self) -> str:
        return f"{self.where}: {self.left_out}"

    def lay_out(self, files: LabFiles, answer: Answer, folder: Path) -> Path:
        """Write it to a folder, to be laid over the solution as a mistake is."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        told: dict[str, object] = {"title": "a mutant"}
        if self.commands is not None:
            told["commands"] = [asdict((answer.commands or [])[number]) for number in self.commands]
        (folder / "apply.yml").write_text(json.dumps(told), "utf-8")  # JSON is YAML
        if self.file:
            path, text = self.file
            (folder / path).parent.mkdir(parents=True)
            (folder / path).write_text(text, "utf-8")
            shutil.copymode(files.solution / path, folder / path)
        return folder


def mutants(files: LabFiles) -> Iterator[Mutant]:
    """One for each requirement of the solution, but for the lines that its apply.yml calls `needless`."""
    answer = files.answer(files.solution)
    for node in files.topology.nodes:
        for path in sorted(path for path in (files.solution / node).rglob("*") if path.is_file()):
            yield from _without_a_line(files, path, set(answer.needless))
    for number, command in enumerate(answer.commands or ()):
        left = tuple(one for one in range(len(answer.commands or ())) if one != number)
        words = " ".join(command.run)
        if words not in answer.needless:
            yield Mutant(f"command on {command.node}", words, commands=left)


def unknown_needless(files: LabFiles) -> set[str]:
    """What the solution's apply.yml calls `needless` and the solution does not have."""
    answer = files.answer(files.solution)
    paths = [path for node in files.topology.nodes for path in (files.solution / node).rglob("*") if path.is_file()]
    lines = {line.strip() for path in paths for line in path.read_text("utf-8").splitlines()}
    return set(answer.needless) - lines - {" ".join(one.run) for one in answer.commands or ()}


def _without_a_line(files: LabFiles, path: Path, needless: set[str]) -> Iterator[Mutant]:
    lines = path.read_text("utf-8").splitlines(keepends=True)
    place = path.relative_to(files.solution)
    for number, line in enumerate(lines):
        text = line.strip()
        if text.startswith(_NO_REQUIREMENT) or set(text) <= _BRACKETS or text in needless:
            continue
        rest = "".join(lines[:number] + lines[number + 1 :])
        yield Mutant(f"{place}:{number + 1}", text, file=(str(place), rest))
