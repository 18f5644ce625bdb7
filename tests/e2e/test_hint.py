"""Help a step at a time: counted in the result, and not there in an assessment."""

import json

import pytest
from harness import LAB

from netlab.errors import ExitCode

pytestmark = pytest.mark.native


def test_hints_are_read_one_by_one_and_the_result_counts_them(netlab):
    assert netlab("start", LAB).code == 0
    first = netlab("hint", "reception_scope")
    assert first.code == 0, first
    assert "A nudge:" in first.out
    assert "Where to look:" not in first.out
    assert "Where to look:" in netlab("hint", "reception_scope").out
    assert list(netlab("hint", "reception_scope", "--json").json["rungs"]) == ["nudge", "look", "explain"]
    assert "That is all there is." in netlab("hint", "reception_sc").out
    graded = netlab("grade")
    assert "Hints read         3 (reception_scope 3)" in graded.out
    assert "Stuck? `netlab hint reception_offer`" in graded.out
    rows = {row["check"]: row for row in netlab("hint", "--json").json}
    assert (rows["reception_scope"]["read"], rows["reception_scope"]["verdict"]) == (3, "skipped")
    assert rows["surgery_scope"]["rungs"] == {}
    assert netlab("stop").code == 0
    assert netlab("start", LAB).code == 0
    assert netlab("grade", "--json").json["record"]["hints_read"] == {"reception_scope": 3}, "after a new start, too"


def test_names_of_hints(netlab):
    assert netlab("start", LAB).code == 0
    several = netlab("hint", "scope")
    assert (several.code, several.out) == (ExitCode.UNKNOWN_NAME, ""), several
    assert "reception_scope, surgery_scope" in several.err
    unknown = netlab("hint", "recption_scope")
    assert unknown.code == ExitCode.UNKNOWN_NAME, unknown
    assert "Did you mean reception_scope?" in unknown.err
    assert {row["read"] for row in netlab("hint", "--json").json} == {0}, "a name that was wrong costs nothing"


def test_an_assessment_shows_neither_hints_nor_where_to_look(netlab):
    assert netlab("start", LAB, "--mode", "assessment").code == 0
    assert "an assessment: no hints" in netlab("status").out
    refused = netlab("hint", "reception_scope")
    assert refused.code == ExitCode.WRONG_STATE, refused
    assert "no hints in an assessment" in refused.err
    shown = netlab("grade", "--verbose").out
    result = json.loads((netlab.home / "runs" / LAB / "last-result/result.json").read_text("utf-8"))
    assert result["record"]["mode"] == "assessment"
    assert [check["hint"] for check in result["checks"]] == [None] * len(result["checks"])
    assert "look at" not in shown
    assert "Stuck?" not in shown
