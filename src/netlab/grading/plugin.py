"""The pytest plugin: collects checks, carries them out in order, and says how each ended."""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from netlab.grading import mark
from netlab.grading.job import Line
from netlab.grading.judge import Expect
from netlab.grading.matrix import Matrix
from netlab.grading.mended import Mended
from netlab.grading.patience import Hold, Until
from netlab.grading.replies import Answers, Replies
from netlab.grading.ruling import ruling
from netlab.grading.toolbox import LabFacts, Toolbox
from netlab.ksb import standard
from netlab.lab import Lab
from netlab.probe.evidence import Recorder
from netlab.result import CheckResult, CheckSpec, Verdict

NO_POWER_CUT = "cuts power or links: `netlab grade` does that"
WAITS_FOR = 'waits for: "{title}"'


def broken_off(told: str, file: str) -> dict[str, Any]:
    """Of what pytest tells about a grader that cannot be imported: why, and in which line of it."""
    lines = re.findall(rf"{re.escape(file)}:(\d+): |File \".*{re.escape(file)}\", line (\d+)", told)
    last = told.strip().splitlines()[-1]
    return {"reason": last.removeprefix("E").strip(), "line": int(lines[-1][0] or lines[-1][1]) if lines else None}


class GradingPlugin:
    """One instance grades one lab once."""

    def __init__(  # noqa: PLR0913, PLR0917 - made in one place, by name
        self,
        lab: LabFacts,
        toolbox: Toolbox,
        recorder: Recorder,
        line: Line,
        declared: Lab,
        output: Path,
    ) -> None:
        self._lab = lab
        self._toolbox = toolbox
        self._recorder = recorder
        self._line = line
        self._declared = declared
        self._output = output
        self._refused = False
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
    def link(self) -> Callable[..., AbstractContextManager[None]]:
        return self._toolbox.link

    @pytest.fixture(scope="session")
    def expect(self) -> Expect:
        return Expect(self._recorder)

    @pytest.fixture(scope="session")
    def matrix(self, expect: Expect) -> Matrix:
        return Matrix(lambda: self._toolbox.nodes, self._recorder, expect)

    @pytest.fixture(scope="session")
    def until(self) -> Until:
        return Until(self._recorder)

    @pytest.fixture(scope="session")
    def hold(self) -> Hold:
        return Hold(self._recorder)

    @pytest.fixture(scope="session")
    def answers(self, expect: Expect) -> Answers:
        lab, tools = self._lab, self._toolbox
        replies = Replies(lab.questions, tools.answers, tools.files, lab.values, lab.topology)
        return Answers(replies, expect, self._recorder)

    @pytest.fixture(scope="session")
    def mended(self, expect: Expect) -> Mended:
        return Mended(self._lab, self._toolbox, self._recorder, expect)

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", "check: a check with points and KSBs (netlab.grading.check)")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        if self._refused:
            return
        for line, name in mark.named_again(items[0].path.read_text("utf-8")) if items else ():
            with self._refusing(line):
                raise ValueError(f"there is another {name} above: Python keeps only this one")
        with self._refusing():
            specs = [self._spec(item) for item in items]
            ordered = mark.in_order(specs, self._declared.points)
        by_id = {spec.id: item for spec, item in zip(specs, items, strict=True)}
        self._specs = {spec.id: spec for spec in ordered}
        items[:] = [by_id[spec.id] for spec in ordered]

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._refused = True
            self._line.say("refused", **broken_off(str(report.longrepr), Path(str(report.fspath)).name))

    @contextmanager
    def _refusing(self, line: int | None = None) -> Iterator[None]:
        try:
            yield
        except ValueError as wrong:
            self._line.say("refused", reason=str(wrong), line=line)
            raise pytest.UsageError(str(wrong)) from wrong

    def _spec(self, item: pytest.Item) -> CheckSpec:
        found = item.get_closest_marker("check")
        docstring = getattr(getattr(item, "obj", None), "__doc__", None)
        with self._refusing((item.location[1] or 0) + 1):
            spec = mark.read(item.name, docstring, found.kwargs if found else None, standard(self._declared.standard))
            mark.require_declared(spec, self._declared.ksbs, self._declared.groups)
            return spec

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool:
        spec = self._specs[item.name.removeprefix("test_")]
        self._line.say("started", id=spec.id, title=spec.title)
        self._recorder.begin()
        clock, now = time.monotonic(), datetime.now(UTC).isoformat(timespec="milliseconds")
        blocker = next((need for need in spec.needs if self.results[need].verdict is not Verdict.PASS), None)
        facts = self._waits(blocker) if blocker else self._ruling(item, nextitem)
        evidence = self._recorder.now
        if evidence.frames:
            from netlab.probe.frames import summary  # scapy, which takes long to import

            file = f"{spec.id}.pcap"
            evidence.write_pcap(self._output / file)
            told = summary([data for _, data in evidence.frames])
            evidence.add("packets", file=file, frames=len(evidence.frames), output=told)
        result = CheckResult(
            spec, started=now, seconds=time.monotonic() - clock, evidence=tuple(evidence.entries), **facts
        )
        self.results[spec.id] = result
        self._line.say("check", **result.as_json())
        return True

    def _waits(self, blocker: str) -> Mapping[str, Any]:
        return {"verdict": Verdict.SKIPPED, "observed": WAITS_FOR.format(title=self._specs[blocker].title)}

    def _ruling(self, item: pytest.Item, nextitem: pytest.Item | None) -> Mapping[str, Any]:
        spec = self._specs[item.name.removeprefix("test_")]
        if spec.after_restart and not self._toolbox.may_disturb:
            return {"verdict": Verdict.SKIPPED, "observed": NO_POWER_CUT}
        self._toolbox.disturbing = spec.after_restart
        return ruling(item, nextitem, spec, self._recorder.now)
