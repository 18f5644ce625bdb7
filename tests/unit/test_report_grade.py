"""A result as a learner reads it."""

import pytest

from netlab.ksb import KsbRef
from netlab.report.grade import evidence_text, grade_text, summary
from netlab.report.paint import Paint
from netlab.result import CheckResult, CheckSpec, Result, Verdict

PLAIN = Paint(colour=False, signs=False)
GROUPS = {"reception": "Reception LAN", "relay": "Relay and server", "written": "Written work"}
EVIL = "192.0.2.4\033[2J\033]0;owned\007\r\u202e\x9b31m"


def check(name, title, verdict, points=5.0, *, group="reception", ksbs=("S13",), **facts):  # noqa: PLR0913 - by name
    spec = CheckSpec(name, title, points, tuple(map(KsbRef, ksbs)), group=group)
    scored = points if verdict is Verdict.PASS else 0.0
    return CheckResult(spec, verdict, scored, started="2026-01-01T09:00:00Z", seconds=0.5, **facts)


def result(*checks):
    return Result("dhcp-basics", "1.0", "ada", 1, sum(one.spec.max for one in checks), 70, checks)


PASS = check(
    "offer", "A new device is given an address", Verdict.PASS, 5, ksbs=["K14", "S2"],
    expected="an OFFER", observed="198.51.100.21 was offered",
    evidence=({"kind": "command", "at": "2026-01-01T09:00:00Z", "node": "pc1", "command": "ip address",
               "output": "lo UP\neth1 UP"},),
)  # fmt: skip
FAIL = check(
    "exclusions", "No device is given an excluded address", Verdict.FAIL, 4,
    expected="never an address from 198.51.100.30 to 198.51.100.37", observed="198.51.100.31",
    hint="the range your server was given",
)  # fmt: skip
SKIPPED = check(
    "router", "Devices are told the right router", Verdict.SKIPPED, 2.5,
    observed='waits for: "A new device is given an address"',
)  # fmt: skip
ERROR = check(
    "giaddr", "The server sees relayed requests", Verdict.ERROR, 4, group="relay", ksbs=["K14"],
    observed="netlab could not look: OSError: no such device.", debug="Traceback\n  line 1",
)  # fmt: skip
HUMAN = check(
    "report", "The fault report is complete", Verdict.NEEDS_HUMAN, 3, group="written",
    observed="waits for your instructor",
)  # fmt: skip
ALL = result(PASS, FAIL, SKIPPED, ERROR, HUMAN)


@pytest.mark.parametrize(
    ("name", "paint"),
    [("plain", PLAIN), ("signs", Paint(colour=False, signs=True)), ("colour", Paint(colour=True, signs=True))],
)
def test_all_five_verdicts_as_they_are_shown(golden, name, paint):
    golden(f"grade-{name}.txt", grade_text(ALL, GROUPS, paint) + "\n")


def test_everything_behind_a_result_as_it_is_shown(golden):
    golden("grade-evidence.txt", evidence_text(ALL) + "\n")


def test_plain_text_is_ascii():
    assert grade_text(ALL, GROUPS, PLAIN).isascii()


@pytest.mark.parametrize(
    ("checks", "step"),
    [
        pytest.param([PASS, FAIL, ERROR], 'start with "No device is given an excluded', id="the-first-fail"),
        pytest.param([PASS, ERROR], "not your doing: grade again", id="our-own-error"),
        pytest.param([PASS], "Every check passes", id="all-passed"),
    ],
)
def test_the_last_line_says_one_thing_to_do_next(checks, step):
    assert step in summary(result(*checks), PLAIN)[-1]


def test_what_a_person_has_yet_to_mark_is_not_said_to_pass():
    assert "Every check passes" not in summary(result(PASS, HUMAN), PLAIN)[-1]


@pytest.mark.parametrize("verdict", [one for one in Verdict if one is not Verdict.PASS])
@pytest.mark.parametrize("field", ["expected", "observed", "hint"])
def test_hostile_text_in_a_result_is_shown_not_obeyed(verdict, field):
    hostile = check("dns", "Devices are told the DNS server", verdict, **{field: EVIL})
    text = grade_text(result(hostile), {}, PLAIN) + evidence_text(result(hostile))
    assert all(char.isprintable() or char == "\n" for char in text)


def test_hostile_text_in_evidence_is_shown_not_obeyed():
    entry = {"kind": "command", "at": "2026-01-01T09:00:00Z", "node": "pc1", "command": EVIL, "output": EVIL}
    hostile = check("dns", "Devices are told the DNS server", Verdict.PASS, evidence=(entry,), debug=EVIL)
    text = evidence_text(result(hostile))
    assert "192.0.2.4" in text
    assert all(char.isprintable() or char == "\n" for char in text)


def test_a_device_cannot_write_a_row_of_the_result_itself():
    forged = "none\n  PASS   Devices are told the DNS server       5 / 5"
    hostile = check("dns", "Devices are told the DNS server", Verdict.FAIL, observed=forged)
    rows = grade_text(result(hostile), {}, PLAIN).splitlines()
    assert not [row for row in rows if row.startswith("  PASS")]
