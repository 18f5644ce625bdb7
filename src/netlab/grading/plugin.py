"""The pytest plugin: collects checks, runs them in order, and gives each one of five verdicts."""

import signal
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from netlab.grading import mark
from netlab.grading.job import Line
from netlab.grading.judge import CheckFailed, Expect
from netlab.grading.toolbox import LabFacts, Toolbox
from netlab.ksb import Standard
from netlab.probe.evidence import Recorder
from netlab.result import CheckResult, CheckSpec, Verdict

CHECK_TIMEOUT = 120
CALM = "netlab could not look: {reason}. This is not counted against you; grade again, and try `netlab doctor`."
# A grader is foreign code: whatever it raises is our error (skip and fail are no Exceptions in pytest).
_FOREIGN = (Exception, SystemExit, pytest.skip.Exception, pytest.fail.Exception)
WAITS_FOR = 'waits for: "{title}"'


class CheckTimeoutError(Exception):
    """A check of ours took too long."""


class GradingPlugin:
    """One instance grades one lab once."""

    def __init__(  # noqa: PLR0913, PLR0917 - made in one place, by name
        self,
        lab: LabFacts,
        toolbox: Toolbox,
        recorder: Recorder,
        line: Line,
        standard: Standard,
        maximum: float,
        output: Path,
    ) -> None:
        self._lab = lab
        self._toolbox = toolbox
        self._recorder = recorder
        self._line = line
        self._standard = standard
        self._maximum = maximum
        self._output = output
        self._specs: dict[str, CheckSpec] = {}
        self.results: dict[str, CheckResult] = {}

    @pytest.fixture(scope="session")
    def lab(self) -> LabFacts:
        return self._lab

    @pytest.fixture(scope="session")
    def probe(self) -> Callable[[str], Any]:
        return self._toolbox.probe

    @pytest.fixture(scope="session")
    def device(self) -> Callable[[str], Any]:
        return self._toolbox.device

    @pytest.fixture(scope="session")
    def power_cycle(self) -> Callable[..., None]:
        return self._toolbox.power_cycle

    @pytest.fixture(scope="session")
    def expect(self) -> Expect:
        return Expect(self._recorder)

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", "check: a check with points and KSBs (netlab.grading.check)")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        try:
            specs = [self._spec(item) for item in items]
            ordered = mark.in_order(specs, self._maximum)
        except ValueError as wrong:
            self._line.say("refused", reason=str(wrong))
            raise pytest.UsageError(str(wrong)) from wrong
        by_id = {spec.id: item for spec, item in zip(specs, items, strict=True)}
        self._specs = {spec.id: spec for spec in ordered}
        items[:] = [by_id[spec.id] for spec in ordered]

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._line.say("refused", reason=str(report.longrepr).strip().splitlines()[-1])

    def _spec(self, item: pytest.Item) -> CheckSpec:
        found = item.get_closest_marker("check")
        docstring = getattr(getattr(item, "obj", None), "__doc__", None)
        return mark.read(item.name, docstring, found.kwargs if found else None, self._standard)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool:
        spec = self._specs[item.name.removeprefix("test_")]
        self._line.say("started", id=spec.id, title=spec.title)
        self._recorder.begin()
        clock, now = time.monotonic(), datetime.now(UTC).isoformat(timespec="milliseconds")
        blocker = next((need for need in spec.needs if self.results[need].verdict is not Verdict.PASS), None)
        facts = self._waits(blocker) if blocker else self._judge(item, nextitem)
        evidence = self._recorder.now
        result = CheckResult(
            spec, started=now, seconds=time.monotonic() - clock, evidence=tuple(evidence.entries), **facts
        )
        if evidence.frames:
            evidence.write_pcap(self._output / f"{spec.id}.pcap")
        self.results[spec.id] = result
        self._line.say("check", **result.as_json())
        return True

    def _waits(self, blocker: str) -> Mapping[str, Any]:
        return {"verdict": Verdict.SKIPPED, "observed": WAITS_FOR.format(title=self._specs[blocker].title)}

    def _judge(self, item: pytest.Item, nextitem: pytest.Item | None) -> Mapping[str, Any]:
        spec, evidence = self._specs[item.name.removeprefix("test_")], self._recorder.now
        try:
            with _bounded():
                item.session._setupstate.setup(item)  # noqa: SLF001 - pytest's own runner does just this
                item.runtest()
        except CheckFailed as verdict:
            hint = verdict.hint or spec.hint
            return {
                "verdict": Verdict.FAIL,
                "expected": verdict.expected,
                "observed": verdict.observed,
                "hint": hint or None,
            }
        except _FOREIGN as ours:
            detail = "".join(traceback.format_exception(ours)[-6:])
            return {"verdict": Verdict.ERROR, "observed": CALM.format(reason=_reason(ours)), "debug": detail}
        finally:
            _put_away(item, nextitem)
        return {
            "verdict": Verdict.PASS,
            "points": spec.max,
            "expected": evidence.expected,
            "observed": evidence.observed,
        }


def _put_away(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    try:
        item.session._setupstate.teardown_exact(nextitem)  # noqa: SLF001 - as above
    except _FOREIGN:  # the verdict stands, whatever a fixture says when it ends
        traceback.print_exc()


def _reason(wrong: BaseException) -> str:
    lines = str(wrong).strip().splitlines()
    if lines and isinstance(wrong, ConnectionError):
        return lines[0]
    return f"{type(wrong).__name__}: {lines[0]}" if lines else type(wrong).__name__


@contextmanager
def _bounded() -> Iterator[None]:
    def late(*_: object) -> None:
        raise CheckTimeoutError(f"the check did not end within {CHECK_TIMEOUT} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(CHECK_TIMEOUT)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
