"""The hint ladder: its file, and how a learner reads it."""

from ipaddress import ip_address

import pytest

from netlab.catalog import LabFiles
from netlab.errors import BadFileError
from netlab.hints import Hints, Offer
from netlab.report.hint import list_text, offer_text, rung_text
from netlab.report.paint import Paint
from netlab.result import CheckResult, CheckSpec, Result, Verdict

PLAIN = Paint(colour=False, signs=False)
RUNGS = ["Look at the range.", "On srv1: the range lines.\nAll of them.", "From .20 to .29.\n\nThen restart."]
SCOPE = "Devices are given every address of the range of their own room, and no other address at all"


def ladder(read, verdict=Verdict.FAIL):
    return Offer("scope", SCOPE, verdict, RUNGS, read)


@pytest.mark.parametrize("read", [1, 2, 3])
def test_one_rung_at_a_time_and_all_of_them_in_the_end(golden, read):
    golden(f"hint-{read}.txt", rung_text(ladder(read), PLAIN, 60) + "\n")


def test_what_does_not_pass_stands_in_the_list(golden):
    rows = [ladder(2), Offer("offer", "An address is offered", Verdict.PASS, RUNGS, 0)]
    golden(
        "hint-list.txt", list_text([*rows, Offer("router", "The router", Verdict.SKIPPED, RUNGS, 0)], PLAIN, 70) + "\n"
    )


def test_before_the_first_grading_and_when_all_passes_everything_is_listed():
    fresh = list_text([Offer("scope", "scope", None, RUNGS, 0)], PLAIN)
    assert fresh.splitlines()[0] == "scope  0 of 3 read"
    assert "scope" in list_text([ladder(0, Verdict.PASS)], PLAIN)


def test_a_result_says_where_its_first_fail_has_a_hint():
    spec = CheckSpec("scope", SCOPE, 5.0, ())
    result = Result("dhcp-basics", "1.0", "ada", 1, 5.0, 70, (CheckResult(spec, Verdict.FAIL),))
    assert offer_text(result, {"scope": []}) == "Stuck? `netlab hint scope`"
    assert offer_text(result, {"other": []}) == ""


def test_a_ladder_is_filled_in_with_the_learners_parameters():
    hints = Hints.model_validate(
        {"scope": {"nudge": "at {{ server }}", "look": "x", "explain": "from {{ server + 1 }}"}}
    )
    filled = hints.filled({"server": ip_address("192.0.2.1")})
    assert filled == {"scope": ["at 192.0.2.1", "x", "from 192.0.2.2"]}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("scope: {nudge: a, look: b}", "hints.yml:1: scope.explain"),
        (
            "scope:\n nudge: a\n look: '{{ sever }}'\n explain: c",
            "hints.yml:3: scope.look: there is no parameter 'sever'",
        ),
        ("Scope: {nudge: a, look: b, explain: c}", "the id of a check"),
        ("scope: {nudge: a, look: b, explain: c, more: d}", "hints.yml:1: scope.more"),
        ("scope: {nudge: '', look: b, explain: c}", "hints.yml:1: scope.nudge"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_the_file_is_said_with_its_line(tmp_path, text, said):
    folder = tmp_path / "labs/x-lab"
    folder.mkdir(parents=True)
    (folder / "hints.yml").write_text(text)
    with pytest.raises(BadFileError) as wrong:
        LabFiles(tmp_path, "x-lab").hints({"server": ip_address("192.0.2.1")})
    assert said in wrong.value.message
