"""The process that carries out a lab's checks, as the command sees it that has begun it; see `netlab.grading`."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from netlab.actions.bench import Bench
from netlab.errors import BadFileError
from netlab.interrupts import finish_first
from netlab.ksb import parse_ref
from netlab.result import CheckResult, CheckSpec, Verdict

SESSION, WATCHING = "netlab.grading.session", "netlab.grading.watching"
TIMEOUT = 600  # seconds


def fresh(directory: Path) -> Path:
    """An empty folder in its place."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    return directory


@dataclass(frozen=True, slots=True)
class Grader:
    """The other end of the conversation."""

    process: "subprocess.Popen[str]"
    log: Path
    file: Path

    def begin(self, job: Path) -> None:
        """Until it is told its job it only imports what it will need. Its log goes where the job is."""
        self.log.replace(job.with_name(self.log.name))
        self.say({"job": str(job)})

    def say(self, told: Mapping[str, Any]) -> None:
        assert self.process.stdin is not None  # noqa: S101 - for the type checker: we asked for a pipe
        with suppress(BrokenPipeError):  # it has died meanwhile: its silence says so
            self.process.stdin.write(json.dumps(told) + "\n")
            self.process.stdin.flush()

    def messages(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """What it says: events with their facts. Raises BadFileError when it refuses the lab's grader."""
        for line in self.process.stdout or ():
            message = json.loads(line)
            event = message.pop("event")
            if event == "refused":
                at = f":{message['line']}" if message.get("line") else ""
                raise BadFileError(f"{self.file}{at}: {message['reason']}.", "Correct the grader.")
            yield event, message


@contextmanager
def grader(bench: Bench, module: str, timeout: float | None = TIMEOUT) -> Iterator[Grader]:
    """The process while the block lasts, killed after `timeout` seconds if there is one."""
    file = bench.files.grader
    argv = [*bench.runtime.enter(), sys.executable, "-m", module]
    with tempfile.TemporaryDirectory(prefix=".grader-", dir=bench.run.directory) as private:
        log = Path(private) / "grader.log"
        with log.open("w") as errors:
            pipe = subprocess.PIPE
            process = subprocess.Popen(
                argv, stdin=pipe, stdout=pipe, stderr=errors, text=True, env=_environment(bench, private)
            )
        watchdog = threading.Timer(timeout or 0, process.kill)
        watchdog.daemon = True
        if timeout:
            watchdog.start()
        try:
            yield Grader(process, log, file)
        finally:
            watchdog.cancel()
            _end(process)
            _close_pipes(process)


def _environment(bench: Bench, private: str) -> dict[str, str]:
    """`XDG_CACHE_HOME`: what scapy reads from long tables it reads once."""
    return {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "LANG": "C.UTF-8",
        "HOME": private,
        "XDG_CACHE_HOME": str(bench.cache),
        "PYTHONSAFEPATH": "1",
        "PYDANTIC_DISABLE_PLUGINS": "1",
    }


def _end(process: "subprocess.Popen[str]") -> None:
    """Let the grader put things back first: leases it still holds are the learner's addresses."""
    with finish_first(), suppress(subprocess.TimeoutExpired):
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait(5)
    process.kill()
    process.wait()


def _close_pipes(process: "subprocess.Popen[str]") -> None:
    for pipe in (process.stdin, process.stdout):
        with suppress(BrokenPipeError):
            if pipe is not None:
                pipe.close()


def check_from_json(data: Mapping[str, Any]) -> CheckResult:
    """The inverse of CheckResult.as_json."""
    refs = tuple(parse_ref(f"{code}:{role}") for code, role in data["ksb_roles"].items())
    spec = CheckSpec(
        data["id"],
        data["title"],
        data["max"],
        refs,
        data["why"],
        data["group"],
        data["method"],
        tuple(data["needs"]),
        data["after_restart"],
    )
    return CheckResult(
        spec,
        Verdict(data["verdict"]),
        points=data["points"],
        expected=data["expected"],
        observed=data["observed"],
        hint=data["hint"],
        debug=data["debug"],
        started=data["started"],
        seconds=data["seconds"],
        evidence=tuple(data["evidence"]),
        runs=tuple(map(Verdict, data["runs"])),
    )
