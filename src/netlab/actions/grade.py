"""Grade a running lab: start the grading process, power-cycle nodes when it asks, put the result together."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from netlab import __version__
from netlab.actions.bench import Bench
from netlab.actions.events import CheckDone, CheckStarted, OnEvent, PowerCycle
from netlab.errors import BadFileError, NetlabError, RuntimeFailure, WrongStateError
from netlab.grading.job import Job, NodeFacts
from netlab.interrupts import finish_first
from netlab.ksb import parse_ref
from netlab.result import CheckResult, CheckSpec, Result, Verdict

TIMEOUT = 600


def grade(bench: Bench, on_event: OnEvent) -> Result:
    """Carry out every check; the result is also written to `last-result/` in the run folder."""
    with bench.run.alone():
        return _grade(bench, on_event)


def _grade(bench: Bench, on_event: OnEvent) -> Result:
    if bench.files.digest != bench.run.lab_digest:
        raise WrongStateError(
            f"The files of {bench.run.slug} have changed since it was started.",
            f"Start it afresh: `netlab stop {bench.run.slug}`, then `netlab start {bench.run.slug}`.",
        )
    output = _fresh(bench.run.directory / "last-result")
    started = datetime.now(UTC).isoformat(timespec="seconds")
    job_file = output / "job.json"
    _job(bench, output).write(job_file)
    with _grader(bench, job_file) as process:
        checks = list(_conversation(process, bench, on_event))
    if not checks:
        raise BadFileError(f"{bench.files.grader}: no check ran: {_last_words(output)}.", "Run it by hand with pytest.")
    result = _result(bench, checks, started)
    (output / "result.json").write_text(json.dumps(result.as_json(), indent=1), "utf-8")
    return result


def _fresh(directory: Path) -> Path:
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    return directory


def _node_facts(bench: Bench) -> tuple[NodeFacts, ...]:
    down = [state.name for state in bench.runtime.inspect() if not state.running]
    if down:
        bench.runtime.enter()  # if the whole network is gone, that is said instead
        raise WrongStateError(f"Not running: {', '.join(down)}.", f"Boot with `netlab restart {' '.join(down)}`.")
    return tuple(NodeFacts(state.name, state.mgmt, state.pid or 0) for state in bench.runtime.inspect())


def _job(bench: Bench, output: Path) -> Job:
    key = bench.run.keys_dir / "id"
    return Job(bench.run.catalog, bench.run.slug, bench.run.seed, str(output), str(key), _node_facts(bench))


@contextmanager
def _grader(bench: Bench, job_file: Path) -> "Iterator[subprocess.Popen[str]]":
    argv = [*bench.runtime.enter(), sys.executable, "-m", "netlab.grading.session", str(job_file)]
    private = job_file.parent / "home"
    private.mkdir()
    environment = {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "LANG": "C.UTF-8",
        "HOME": str(private),
        "PYTHONSAFEPATH": "1",
    }
    with (job_file.parent / "grader.log").open("w") as log:
        process = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, env=environment
        )
        watchdog = threading.Timer(TIMEOUT, process.kill)
        watchdog.daemon = True
        watchdog.start()
        try:
            yield process
        finally:
            watchdog.cancel()
            _end(process)
            _close_pipes(process)
            shutil.rmtree(private, ignore_errors=True)


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


def _conversation(process: "subprocess.Popen[str]", bench: Bench, on_event: OnEvent) -> Iterator[CheckResult]:
    """What the grading process says, line by line, until it is done."""
    for line in process.stdout or ():
        message = json.loads(line)
        event = message.pop("event")
        if event == "started":
            on_event(CheckStarted(message["title"]))
        elif event == "check":
            result = check_from_json(message)
            on_event(CheckDone(result))
            yield result
        elif event == "restart":
            on_event(PowerCycle(tuple(message["nodes"])))
            _answer(process, _restart(bench, message["nodes"]))
        elif event == "refused":
            raise BadFileError(f"{bench.files.grader}: {message['reason']}.", "Correct the grader.")


def _restart(bench: Bench, nodes: list[str]) -> dict[str, Any]:
    try:
        bench.runtime.restart(nodes, lambda _: None)
        return {"nodes": [{"name": one.name, "mgmt": one.mgmt, "pid": one.pid} for one in _node_facts(bench)]}
    except NetlabError as failed:
        return {"error": failed.message}


def _answer(process: "subprocess.Popen[str]", answer: Mapping[str, Any]) -> None:
    assert process.stdin is not None  # noqa: S101 - for the type checker: we asked for a pipe
    with suppress(BrokenPipeError):  # it has died meanwhile: its silence says so
        process.stdin.write(json.dumps(answer) + "\n")
        process.stdin.flush()


def check_from_json(data: Mapping[str, Any]) -> CheckResult:
    """The inverse of CheckResult.as_json."""
    refs = tuple(parse_ref(f"{code}:{role}") for code, role in data["ksb_roles"].items())
    spec = CheckSpec(
        data["id"], data["title"], data["max"], refs, data["why"], data["group"], data["method"], tuple(data["needs"])
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
    )


def _last_words(output: Path) -> str:
    lines = (output / "grader.log").read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "the grading process ended without a word"


def _result(bench: Bench, checks: list[CheckResult], started: str) -> Result:
    lab, run = bench.lab, bench.run
    done = sum(check.spec.max for check in checks)
    if done != lab.points:
        raise RuntimeFailure(
            f"Only {done:g} of {lab.points:g} points could be checked: the grading process ended early.",
            f"Grade again; the log is {run.directory / 'last-result/grader.log'}.",
        )
    record = {
        "tool": f"netlab-exercises {__version__}",
        "lab_digest": run.lab_digest,
        "image": f"sha256:{run.image}",
        "runtime": run.runtime,
        "standard": lab.standard,
        "seed_commitment": run.parameter_seed().commitment,
        "started": started,
        "ended": datetime.now(UTC).isoformat(timespec="seconds"),
        "trust": "T0 self-run: not verified",
    }
    return Result(run.slug, lab.version, run.learner, run.attempt, lab.points, lab.pass_mark, tuple(checks), record)
