"""Check a running lab again and again, whenever something on its nodes changes (`netlab watch`)."""

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from netlab.actions.assignment import assignment
from netlab.actions.bench import Bench
from netlab.actions.grade import refuse_changed, told
from netlab.actions.grader import WATCHING, Grader, fresh, grader
from netlab.errors import RuntimeFailure, WrongStateError
from netlab.result import CheckResult, Verdict

BUSY = 0.3  # seconds until another try, while another command is at work on the lab


@dataclass(frozen=True, slots=True)
class Checking:
    """A round has begun; `title` is the check being carried out, empty at first."""

    title: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """No round is possible now; why, and what to do."""

    why: str
    step: str


@dataclass(frozen=True, slots=True)
class Round:
    """All checks, but for those that cut the power."""

    checks: tuple[CheckResult, ...]

    @property
    def done(self) -> bool:
        """Everything passes that can be seen without a power cut."""
        return all(check.verdict is Verdict.PASS or check.spec.after_restart for check in self.checks)


Sight = Checking | Waiting | Round


def watch(bench: Bench) -> Iterator[Sight]:
    """One round now, and one after each change. Raises WrongStateError when the lab is stopped."""
    refuse_changed(bench)
    this_run = _identity(bench)
    output = fresh(bench.run.directory / "last-watch")
    bench.run.saved_dir.mkdir(parents=True, exist_ok=True)
    with grader(bench, WATCHING, None) as process:
        process.begin(assignment(bench, output))
        while True:
            for sight in _round(bench, process, output):
                if _identity(bench) != this_run:
                    raise WrongStateError(
                        f"{bench.run.slug} was stopped.", f"`netlab start {bench.run.slug}` starts it."
                    )
                yield sight
            _next_change(process, output)


def _identity(bench: Bench) -> int:
    """Of the run, not only of its name: the same lab may have been started again."""
    with suppress(FileNotFoundError):
        return bench.run.directory.stat().st_ino
    return 0


def _round(bench: Bench, process: Grader, output: Path) -> Iterator[Sight]:
    """Held apart from other commands: a restart or a grading that is at work is waited for, not mixed with."""
    while True:
        try:
            with bench.run.alone(gives_way=True):
                refuse_changed(bench)
                process.say({"job": str(assignment(bench, output))})
                yield Checking()
                yield from _checks(bench, process)
                return
        except WrongStateError as wrong:
            yield Waiting(wrong.message, wrong.next_step)
        except FileNotFoundError:
            yield Waiting("The lab is being stopped.", "")
        time.sleep(BUSY)  # the interval of a watch that never ends


def _checks(bench: Bench, process: Grader) -> Iterator[Sight]:
    checks = []
    for event, message in process.messages():
        if event == "started":
            yield Checking(message["title"])
        elif event == "check":
            checks.append(told(bench, message))
        elif event == "done":
            yield Round(tuple(checks))
            return


def _next_change(process: Grader, output: Path) -> None:
    """Until the process says that something has changed. Raises RuntimeFailure when it has ended."""
    if not any(event == "changed" for event, _ in process.messages()):
        raise RuntimeFailure("The watching process ended.", f"Try again; its log is {output / 'grader.log'}.")
