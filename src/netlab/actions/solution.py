"""Put a lab's reference solution, or what is laid over it, into the running lab."""

import tarfile
import tempfile
from pathlib import Path
from typing import IO, Any

from netlab import templates
from netlab.actions import commands, faults
from netlab.actions.answers import give_file
from netlab.actions.bench import Bench
from netlab.catalog import LabFiles
from netlab.command import Command
from netlab.lab import Answer


def apply(bench: Bench, folder: Path | None = None) -> None:
    """Put the reference solution in place, with a mistake's or alternative's files laid over it if one is given."""
    if bench.lab.faults:
        faults.undo(bench)
    answers = [bench.files.answer(one) for one in _layers(bench.files, folder)]
    for node in bench.topology.nodes:
        removed = {path for answer in answers for path in answer.remove.get(node, [])}
        with tempfile.TemporaryFile() as archive:
            if _fill(archive, bench, [one / node for one in _layers(bench.files, folder)], removed):
                bench.runtime.copy_in(node, archive)
        for path in removed:
            bench.runtime.exec(node, ["rm", "-f", path])
    for one in _layers(bench.files, folder):
        _give_answers(bench, one / "answers.yml")
    commands.must(bench, _commands(answers), "apply.yml or its files")


def _give_answers(bench: Bench, path: Path) -> None:
    """Answer the lab's questions as the file says, where there is one; it is a template, and knows the `truth`."""
    if path.is_file():
        with tempfile.TemporaryDirectory() as scratch:
            known = {"truth": [one.as_json() for one in faults.truths(bench)]}
            templates.render_tree(path.parent, Path(scratch), bench.values | known)  # also the files that it names
            give_file(bench, Path(scratch) / path.name, path)


def _layers(files: LabFiles, folder: Path | None) -> list[Path]:
    return [files.solution, *([folder] if folder else [])]


def _commands(answers: list[Answer]) -> list[Command]:
    return next((answer.commands for answer in reversed(answers) if answer.commands is not None), [])


def _fill(archive: IO[bytes], bench: Bench, sources: list[Path], removed: set[str]) -> bool:
    """Write the files as a tar, to be read from its beginning; False when there are none."""
    with tempfile.TemporaryDirectory() as scratch, tarfile.open(fileobj=archive, mode="w") as tar:
        for source in sources:
            if source.is_dir():
                _overwrite(source, Path(scratch), bench.values)
        found = [path for path in sorted(Path(scratch).rglob("*")) if path.is_file()]
        chosen = [path for path in found if f"/{path.relative_to(scratch)}" not in removed]
        for path in chosen:
            tar.add(path, arcname=str(path.relative_to(scratch)))
    archive.seek(0)
    return bool(chosen)


def _overwrite(source: Path, target: Path, values: dict[str, Any]) -> None:
    for path in source.rglob("*"):
        (target / path.relative_to(source)).unlink(missing_ok=True) if path.is_file() else None
    templates.render_tree(source, target, values)
