"""Prove a lab: untouched it scores low, solved it scores 100 % twice, each mistake fails its own checks."""

import io
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from netlab import templates
from netlab.actions import start as starting
from netlab.actions.bench import Bench
from netlab.actions.events import AuthorStep, OnEvent
from netlab.actions.grade import grade
from netlab.catalog import LabFiles
from netlab.errors import BadFileError, RuntimeFailure
from netlab.image.store import ImageStore
from netlab.lab import Answer, Command
from netlab.result import Result, Verdict
from netlab.state import Home

START_LIMIT = 30.0


def apply(bench: Bench, folder: Path | None = None) -> None:
    """Put the reference solution in place, with a mistake's or alternative's files laid over it if one is given."""
    answers = [bench.files.answer(one) for one in _layers(bench.files, folder)]
    for node in bench.topology.nodes:
        removed = {path for answer in answers for path in answer.remove.get(node, [])}
        archive = _archive(bench, [one / node for one in _layers(bench.files, folder)], removed)
        if archive:
            bench.runtime.copy_in(node, archive)
        for path in removed:
            bench.runtime.exec(node, ["rm", "-f", path])
    for command in _commands(answers):
        done = bench.runtime.exec(command.node, command.run)
        if not done.ok:
            words = " ".join(command.run)
            raise RuntimeFailure(
                f"{command.node}: `{words}` failed: {done.complaint}.", "Correct apply.yml or its files."
            )


def _layers(files: LabFiles, folder: Path | None) -> list[Path]:
    return [files.solution, *([folder] if folder else [])]


def _commands(answers: list[Answer]) -> list[Command]:
    return next((answer.commands for answer in reversed(answers) if answer.commands is not None), [])


def _archive(bench: Bench, sources: list[Path], removed: set[str]) -> bytes:
    buffer = io.BytesIO()
    with tempfile.TemporaryDirectory() as scratch, tarfile.open(fileobj=buffer, mode="w") as tar:
        for source in sources:
            if source.is_dir():
                _overwrite(source, Path(scratch), bench.values)
        found = [path for path in sorted(Path(scratch).rglob("*")) if path.is_file()]
        chosen = [path for path in found if f"/{path.relative_to(scratch)}" not in removed]
        for path in chosen:
            tar.add(path, arcname=str(path.relative_to(scratch)))
    return buffer.getvalue() if chosen else b""


def _overwrite(source: Path, target: Path, values: dict[str, Any]) -> None:
    for path in source.rglob("*"):
        (target / path.relative_to(source)).unlink(missing_ok=True) if path.is_file() else None
    templates.render_tree(source, target, values)


@dataclass(frozen=True, slots=True)
class Trial:
    """A mistake or an alternative, and what the grader made of it."""

    name: str
    expected_fail: list[str]
    failed: list[str]
    ok: bool


@dataclass
class Proof:
    """What `author check` found out about one lab on one or more seeds."""

    slug: str
    seeds: int
    start_percent: float = 0.0
    solution_percent: float = 100.0
    mistakes: list[Trial] = field(default_factory=list)
    alternatives: list[Trial] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        return not self.problems

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"ok": self.ok, "seconds": round(self.seconds, 1)}


@dataclass(frozen=True, slots=True)
class Workshop:
    """Where labs are proven: apart from the user's own running labs."""

    home: Home
    store: ImageStore
    on_event: OnEvent

    def check(self, files: LabFiles, seeds: int) -> Proof:
        """The proof of one lab; problems say which file to change."""
        begun = time.monotonic()
        proof = Proof(files.slug, seeds)
        for seed in range(1, seeds + 1):
            self._prove(files, seed, proof)
        proof.seconds = time.monotonic() - begun
        return proof

    def _prove(self, files: LabFiles, seed: int, proof: Proof) -> None:
        with self._lab(files, seed) as bench:
            self._untouched(bench, proof)
            self._solved(bench, proof)
        for kind, trials in (("mistakes", proof.mistakes), ("alternatives", proof.alternatives)):
            for name, folder in files.answers(kind).items():
                with self._lab(files, seed) as bench:
                    trials.append(self._trial(bench, name, folder, proof))

    @contextmanager
    def _lab(self, files: LabFiles, seed: int) -> Iterator[Bench]:
        with tempfile.TemporaryDirectory(prefix="author-", dir=_made(self.home.root)) as folder:
            request = starting.Request(learner="author-check", attempt=seed, key=bytes(32))
            bench = starting.start(files, request, Home(Path(folder)), self.store, lambda _: None)
            try:
                yield bench
            finally:
                starting.stop(bench.run)

    def _grade(self, bench: Bench, what: str, proof: Proof) -> Result:
        self.on_event(AuthorStep(bench.run.slug, f"seed {bench.run.attempt}: {what}"))
        result = grade(bench, lambda _: None)
        for check in result.unchecked:
            proof.problems.append(f"{what}: {check.spec.id} could not be checked: {check.observed} (see the grader)")
        return result

    def _untouched(self, bench: Bench, proof: Proof) -> None:
        result = self._grade(bench, "untouched", proof)
        proof.start_percent = max(proof.start_percent, result.percent)
        if result.percent >= START_LIMIT:
            passed = [check.spec.id for check in result.checks if check.verdict is Verdict.PASS]
            proof.problems.append(f"untouched: scores {result.percent:g} %; these pass too early: {', '.join(passed)}")

    def _solved(self, bench: Bench, proof: Proof) -> None:
        apply(bench)
        self._expect_full(self._grade(bench, "reference solution", proof), "reference solution", proof)
        bench.runtime.restart(list(bench.topology.nodes), lambda _: None)
        self._expect_full(self._grade(bench, "solution after a restart of all nodes", proof), "after a restart", proof)

    def _expect_full(self, result: Result, what: str, proof: Proof) -> None:
        proof.solution_percent = min(proof.solution_percent, result.percent)
        for check in result.checks:
            if check.verdict is not Verdict.PASS:
                proof.problems.append(f"{what}: {check.spec.id} {check.verdict.value}: {check.observed}")

    def _trial(self, bench: Bench, name: str, folder: Path, proof: Proof) -> Trial:
        answer = bench.files.answer(folder)
        if strangers := set(bench.topology.nodes) & set(answer.fails):
            raise BadFileError(f"{folder / 'apply.yml'}: fails: {', '.join(strangers)} are nodes.", "Name checks.")
        apply(bench, folder)
        result = self._grade(bench, f"{folder.parent.name[:-1]} {name}", proof)
        failed, expected = sorted(result.failed_ids()), sorted(answer.fails)
        short = not expected and result.points < result.maximum
        if failed != expected or short:
            proof.problems.append(f"{folder}: fails {failed or 'nothing'}, apply.yml says {expected or 'nothing'}")
        return Trial(name, expected, failed, failed == expected and not short)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
