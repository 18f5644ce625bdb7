"""A result as CI systems and mark books read it."""

from xml.etree import ElementTree as ET

import pytest

from netlab.ksb import parse_ref
from netlab.report.junit import junit
from netlab.result import CheckResult, CheckSpec, Result, Verdict


def check(name, verdict, ksbs=("S13", "K9:supporting"), **facts):
    spec = CheckSpec(name, f"Does {name}", 5.0, tuple(map(parse_ref, ksbs)))
    return CheckResult(spec, verdict, 5.0 if verdict is Verdict.PASS else 0.0, seconds=0.25, **facts)


def result(*checks):
    return Result(
        "dhcp-basics", "1.0", "ada", 2, 5.0 * len(checks), 70, checks, {"started": "2026-01-01T09:00:00+00:00"}
    )


ALL = result(
    check("offer", Verdict.PASS, expected="an OFFER", observed="198.51.100.21 was offered"),
    check("scope", Verdict.FAIL, expected="192.0.2.1 & up", observed="<none>", hint="the range"),
    check("router", Verdict.SKIPPED, observed='waits for: "Does offer"'),
    check("state", Verdict.ERROR, observed="netlab could not look", debug="Traceback"),
    check("report", Verdict.NEEDS_HUMAN),
)


def test_the_document_as_it_is_written(golden):
    golden("grade-junit.xml", junit(ALL).decode())


def test_each_verdict_has_its_own_element_and_the_totals_add_up():
    suite = ET.fromstring(junit(ALL)).find("testsuite")
    outcomes = [[child.tag for child in case if child.tag != "properties"] for case in suite.iter("testcase")]
    assert outcomes == [[], ["failure"], ["skipped"], ["error"], ["skipped"]]
    assert [suite.get(name) for name in ("tests", "failures", "errors", "skipped")] == ["5", "1", "1", "2"]


def test_every_case_carries_its_ksbs():
    case = next(ET.fromstring(junit(ALL)).iter("testcase"))
    found = {(one.get("name"), one.get("value")) for one in case.iter("property")}
    assert {("ksb", "S13"), ("ksb-supporting", "K9"), ("points", "5/5")} <= found


@pytest.mark.parametrize("said", ["\x00\x1b[2J\x07", "\ud800", "\ufffe", "]]> <x/> &amp;", "é ü 漢"])
def test_whatever_a_device_says_the_document_can_be_read(said):
    hostile = junit(result(check("dns", Verdict.FAIL, observed=f"got {said}.", expected=said)))
    failure = next(ET.fromstring(hostile).iter("failure"))
    assert failure.get("message").startswith("got ")
    assert len(failure) == 0
