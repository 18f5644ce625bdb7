"""Grade a running lab: start the grading process, power-cycle nodes when it asks, put the result together."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from netlab import __version__
from netlab.actions import hint, power
from netlab.actions.assignment import assignment, node_facts
from netlab.actions.bench import Bench
from netlab.actions.events import CheckDone, CheckStarted, OnEvent
from netlab.actions.grader import SESSION, Grader, check_from_json, fresh, grader
from netlab.actions.rewire import Rewiring
from netlab.errors import BadFileError, NetlabError, RuntimeFailure, WrongStateError
from netlab.result import CheckResult, Result


def grade(bench: Bench, on_event: OnEvent) -> Result:
    """Carry out every check; the result is also written to `last-result/` in the run folder."""
    with grader(bench, SESSION) as process:
        return grade_by(process, bench, on_event)


def grade_by(process: Grader, bench: Bench, on_event: OnEvent) -> Result:
    """The same by a process that has already begun."""
    with bench.run.alone():
        return _grade(process, bench, on_event)


def _grade(process: Grader, bench: Bench, on_event: OnEvent) -> Result:
    refuse_changed(bench)
    output = fresh(bench.run.directory / "last-result")
    started = datetime.now(UTC).isoformat(timespec="seconds")
    rewiring = Rewiring(bench)
    rewiring.undo()
    try:
        process.begin(assignment(bench, output))
        checks = list(_conversation(process, bench, on_event))
    finally:
        rewiring.undo()
    if not checks:
        raise BadFileError(f"{bench.files.grader}: no check ran: {_last_words(output)}.", "Run it by hand with pytest.")
    result = _result(bench, checks, started)
    (output / "result.json").write_text(json.dumps(result.as_json(), indent=1), "utf-8")
    return result


def refuse_changed(bench: Bench) -> None:
    """Raises WrongStateError when the lab is no longer the one that was started."""
    if bench.files.digest != bench.run.lab_digest:
        raise WrongStateError(
            f"The files of {bench.run.slug} have changed since it was started.",
            f"Start it afresh: `netlab stop {bench.run.slug}`, then `netlab start {bench.run.slug}`.",
        )


def _conversation(process: Grader, bench: Bench, on_event: OnEvent) -> Iterator[CheckResult]:
    """What the grading process says, line by line, until it is done."""
    for event, message in process.messages():
        if event == "started":
            on_event(CheckStarted(message["title"]))
        elif event == "check":
            result = told(bench, message)
            on_event(CheckDone(result))
            yield result
        elif event == "restart":
            process.say(_restart(bench, message["nodes"], on_event))
        elif event == "link":
            process.say(_rewire(bench, message["end"], message["words"]))


def told(bench: Bench, message: Mapping[str, Any]) -> CheckResult:
    """A check as the learner may see it: in an assessment no hint, nor which parts of a diagnosis are right."""
    hidden: dict[str, Any] = {"hint": None} if bench.run.assessed else {}
    if bench.run.assessed and any(entry["kind"] == "written" for entry in message["evidence"]):
        hidden["observed"] = "what you said"
    return check_from_json(dict(message) | hidden)


def _restart(bench: Bench, nodes: list[str], on_event: OnEvent) -> dict[str, Any]:
    try:
        power.cycle(bench, nodes, on_event)
        return {"nodes": [asdict(one) for one in node_facts(bench)]}
    except NetlabError as failed:
        return {"error": failed.message}


def _rewire(bench: Bench, end: str, words: list[str]) -> dict[str, Any]:
    rewiring = Rewiring(bench)
    try:
        if words:
            rewiring.change(end, words)
        else:
            rewiring.undo()
    except NetlabError as failed:
        return {"error": failed.message}
    return {}


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
        "mode": run.mode,
        "hints_read": hint.counts(run),
    }
    return Result(run.slug, lab.version, run.learner, run.attempt, lab.points, lab.pass_mark, tuple(checks), record)
