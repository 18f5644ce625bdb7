"""A result as a learner reads it."""

from dataclasses import replace

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
    observed="netlab could not look: the program ss is missing on srv1. These 4 points could not be checked.",
    debug="Traceback\n  line 1",
)  # fmt: skip
HUMAN = check(
    "report", "The fault report is complete", Verdict.NEEDS_HUMAN, 3, group="written",
    observed="waits for your instructor",
)  # fmt: skip
PART = replace(
    check("plan", "Every row of the plan is right", Verdict.FAIL, 4, expected="4 rows", observed="3 rows"), points=3.0
)
FLAKY = check(
    "loss", "No packet is lost in ten minutes", Verdict.PASS, 4,
    observed="it differs from time to time (pass, fail, pass): none was lost",
    runs=(Verdict.PASS, Verdict.FAIL, Verdict.PASS),
)  # fmt: skip
ALL = result(PASS, FAIL, PART, FLAKY, SKIPPED, ERROR, HUMAN)


@pytest.mark.parametrize(
    ("name", "paint"),
    [("plain", PLAIN), ("signs", Paint(colour=False, signs=True)), ("colour", Paint(colour=True, signs=True))],
)
def test_all_five_verdicts_as_they_are_shown(golden, name, paint):
    golden(f"grade-{name}.txt", grade_text(ALL, GROUPS, paint) + "\n")


@pytest.mark.parametrize("paint", [PLAIN, Paint(signs=True)], ids=["plain", "signs"])
@pytest.mark.parametrize("width", [60, 80, 100])
def test_nothing_is_wider_than_the_terminal_and_nothing_is_lost(width, paint):
    title = "The server sees the requests of each and every room relayed from that very room's own gateway address"
    long = check("a", title, Verdict.FAIL, 12.5, expected="x" * 90, observed="one or more " * 20, hint="look " * 40)
    text = grade_text(result(long, PASS, HUMAN), GROUPS, paint, width)
    lines = text.splitlines()
    assert max(map(len, lines)) <= width
    scores = [line for line in lines if line.endswith((" / 12.5", " / 5", " / 3"))]
    assert [len(line) for line in scores] == [len(scores[0])] * 3
    assert text.count("x") >= 90
    assert all(word in text for word in title.split())


def test_a_result_at_80_columns_as_it_is_shown(golden):
    long = check(
        "relay", "The server sees each room's requests relayed from that room's gateway address", Verdict.FAIL, 4,
        expected="giaddr, the relay's address in the room: reception: 198.51.100.1; surgery: 203.0.113.129",
        observed="reception: not seen at the server; surgery: not seen at the server",
        hint="follow the packet: tcpdump -ni eth1 port 67 on pc1 and on srv1, then r1's relay",
    )  # fmt: skip
    golden("grade-80.txt", grade_text(result(PASS, long, ERROR), GROUPS, Paint(signs=True), 80) + "\n")


def test_everything_behind_a_result_as_it_is_shown(golden):
    golden("grade-evidence.txt", evidence_text(ALL) + "\n")


def test_plain_text_is_ascii():
    assert grade_text(ALL, GROUPS, PLAIN).isascii()


@pytest.mark.parametrize(
    ("checks", "step"),
    [
        pytest.param([PASS, FAIL, ERROR], 'start with "No device is given an excluded', id="the-first-fail"),
        pytest.param([PASS, ERROR], "do what stands beside ERROR", id="our-own-error"),
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
    forged = "none\n  PASS     Devices are told the DNS server       5 / 5"
    hostile = check("dns", "Devices are told the DNS server", Verdict.FAIL, observed=forged)
    rows = grade_text(result(hostile), {}, PLAIN).splitlines()
    assert not [row for row in rows if row.startswith("  PASS")]
