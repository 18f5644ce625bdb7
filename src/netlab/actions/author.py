"""Prove a lab: untouched it scores low, solved it scores 100 % twice, each mistake fails its own checks."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from netlab.actions import faults
from netlab.actions import start as starting
from netlab.actions.bench import Bench
from netlab.actions.events import AuthorStep, OnEvent
from netlab.actions.grade import grade
from netlab.actions.mutants import Mutant, mutants, unknown_needless
from netlab.actions.proof import FaultTrial, Proof, Trial
from netlab.actions.solution import apply
from netlab.catalog import LabFiles
from netlab.errors import BadFileError, RuntimeFailure
from netlab.faultbook import FaultBook
from netlab.image.store import ImageStore
from netlab.result import Result, Verdict
from netlab.state import Home

START_LIMIT = 30.0
FULL = 100.0


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

    def mutate(self, files: LabFiles, proof: Proof) -> None:
        """Leave out each requirement of the solution in turn: some check must notice."""
        answer = files.answer(files.solution)
        for words in sorted(unknown_needless(files)):
            proof.problems.append(f"{files.solution / 'apply.yml'}: needless: the solution has no '{words}'")
        with tempfile.TemporaryDirectory(prefix="mutant-", dir=_made(self.home.root)) as folder:
            for mutant in mutants(files):
                proof.mutants += 1
                if self._survives(files, mutant.lay_out(files, answer, Path(folder) / "overlay"), mutant):
                    proof.survivors.append(mutant.name)
                    proof.problems.append(f"without {mutant.name}: every check passes all the same")

    def _survives(self, files: LabFiles, folder: Path, mutant: Mutant) -> bool:
        with self._lab(files, 1) as bench:
            try:
                apply(bench, folder)
            except RuntimeFailure:  # a service that does not take it: a learner would see so at once
                return False
            self.on_event(AuthorStep(bench.run.slug, f"without {mutant.name}"))
            return grade(bench, lambda _: None).percent == FULL

    def _prove(self, files: LabFiles, seed: int, proof: Proof) -> None:
        with self._lab(files, seed) as bench:
            self._untouched(bench, proof)
            self._solved(bench, proof)
        for kind, trials in (("mistakes", proof.mistakes), ("alternatives", proof.alternatives)):
            for name, folder in files.answers(kind).items():
                with self._lab(files, seed) as bench:
                    trials.append(self._trial(bench, name, folder, proof))
        for name in FaultBook(files).specs:
            proof.faults.append(self._fault(files, seed, name, proof))

    def _fault(self, files: LabFiles, seed: int, name: str, proof: Proof) -> FaultTrial:
        """Where the lab starts with faults, with this one; else laid over the solution."""
        with self._lab(files, seed, (name,) if files.lab.faults else None) as bench:
            if not files.lab.faults:
                apply(bench)
                faults.inject(bench, name)
            broken = self._grade(bench, f"fault {name}", proof)
            if files.lab.faults:
                apply(bench)
            else:
                faults.undo(bench)
            mended = self._grade(bench, f"fault {name} undone", proof)
        trial = FaultTrial(name, sorted(broken.failed_ids()), mended.percent == FULL)
        if not trial.detected:
            proof.problems.append(f"faults/{name}: no check notices it")
        if not trial.fixed:
            left = [f"{one.spec.id} ({one.observed})" for one in mended.checks if one.verdict is not Verdict.PASS]
            proof.problems.append(
                f"faults/{name}: undone, it scores {mended.percent:g} %; these do not pass: {'; '.join(left)}"
            )
        return trial

    @contextmanager
    def _lab(self, files: LabFiles, seed: int, broken: tuple[str, ...] | None = None) -> Iterator[Bench]:
        with tempfile.TemporaryDirectory(prefix="author-", dir=_made(self.home.root)) as folder:
            request = starting.Request(learner="author-check", attempt=seed, key=bytes(32), faults=broken)
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
        result = self._grade(bench, "reference solution", proof)
        self._expect_full(result, "reference solution", proof)
        if strangers := set(bench.files.hints(bench.values)) - {check.spec.id for check in result.checks}:
            proof.problems.append(f"{bench.files.hints_file}: there is no check {', '.join(sorted(strangers))}")
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
