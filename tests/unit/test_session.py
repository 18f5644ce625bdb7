"""The grading process, run for real on graders that need no network."""

import json
import subprocess
import sys
from textwrap import dedent

import pytest

from netlab.grading.job import Job
from netlab.grading.ruling import calm

LAB = """\
schema: netlab.lab/1
slug: tiny
title: A tiny lab
version: "1.0"
summary: Nothing to do.
level: beginner
minutes: 5
duties: [D1]
ksbs: [S13]
topology: tiny
points: {points}
parameters:
  vlan: {{draw: integer, low: 30, high: 30}}
"""
GRADER = """\
import pytest
from netlab.grading import check

SO = {"expected": "so", "observed": "so"}

def five(**more):
    return check(points=5, ksbs=["S13"], why="it shows", **more)

"""


@pytest.fixture
def grade(tmp_path):
    """Run a grader of N checks worth five points each: its exit code and all that it says."""

    def run(source, checks, answer=""):
        for folder in ("labs/tiny", "topologies", "graders", "out"):
            (tmp_path / folder).mkdir(parents=True)
        (tmp_path / "labs/tiny/lab.yml").write_text(LAB.format(points=5 * checks))
        topology = "name: tiny\ntopology:\n  nodes:\n    r1:\n"
        (tmp_path / "topologies/tiny.clab.yml").write_text(topology)
        (tmp_path / "graders/test_tiny.py").write_text(GRADER + dedent(source))
        job = Job(str(tmp_path), "tiny", "00" * 32, str(tmp_path / "out"), "no-key", ())
        job.write(tmp_path / "job.json")
        argv, told = [sys.executable, "-m", "netlab.grading.session"], json.dumps({"job": str(tmp_path / "job.json")})
        done = subprocess.run(argv, input=f"{told}\n{answer}", capture_output=True, text=True, check=False)
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]

    return run


def verdicts(said):
    return {one["id"]: one["verdict"] for one in said if one["event"] == "check"}


def test_each_check_gets_its_verdict_and_only_a_pass_scores(grade):
    source = '''
        @five(hint="the cable")
        def test_link(expect):
            """The link is up."""
            expect(False, expected="up", observed="down")

        @five(needs=["link"])
        def test_lease(expect):
            """A lease is given."""

        @five()
        def test_tool():
            """The tool works."""
            raise OSError("no such device")

        @five()
        def test_vlan(lab, expect):
            """The VLAN is the learner's own."""
            print("what a grader prints is no part of the conversation")
            expect(lab["vlan"] == 30, expected="30", observed="30")
    '''
    _, said = grade(source, 4)
    checks = {one["id"]: one for one in said if one["event"] == "check"}
    assert verdicts(said) == {"link": "fail", "lease": "skipped", "tool": "error", "vlan": "pass"}
    assert [one["points"] for one in checks.values()] == [0, 0, 0, 5]
    assert (checks["link"]["expected"], checks["link"]["hint"]) == ("up", "the cable")
    assert checks["lease"]["observed"] == 'waits for: "The link is up"'
    assert checks["tool"]["observed"] == (
        "netlab could not look: this check of netlab's own broke off. "
        "These 5 points could not be checked. "
        "Show `netlab grade --verbose` to whoever gave you this lab; then grade again."
    )
    assert "OSError: no such device" in checks["tool"]["debug"]
    assert [(one["error"], one["output"]) for one in checks["tool"]["evidence"]] == [("OSError", "no such device")]
    assert said[-1]["event"] == "done"


def test_one_point_that_could_not_be_checked_is_told_as_one():
    assert "This point could not be checked." in calm(OSError(), 1)


def test_a_probe_that_cannot_look_says_so_calmly_and_what_to_do(grade):
    source = '''
        from netlab.probe.failure import CannotLookError

        @five()
        def test_tool():
            """The tool works."""
            try:
                raise TimeoutError("Pattern not detected: root@ in output.")
            except TimeoutError as slow:
                raise CannotLookError("srv1 did not answer", "`netlab restart srv1` boots it") from slow
    '''
    _, said = grade(source, 1)
    check = next(one for one in said if one["event"] == "check")
    assert (check["verdict"], check["points"]) == ("error", 0)
    assert check["observed"] == (
        "netlab could not look: srv1 did not answer. "
        "These 5 points could not be checked. `netlab restart srv1` boots it; then grade again."
    )
    assert "Pattern not detected" in check["evidence"][-1]["output"]


def test_a_card_that_is_down_is_the_networks_state_and_so_a_fail(grade):
    source = '''
        from netlab.probe.failure import CardDownError

        @five()
        def test_tool():
            """The tool works."""
            raise CardDownError("pc1", "eth1")
    '''
    _, said = grade(source, 1)
    check = next(one for one in said if one["event"] == "check")
    assert (check["verdict"], check["observed"]) == ("fail", "eth1 of pc1 is down")
    assert check["hint"] == "on pc1: ip link set eth1 up"


def test_a_power_cut_that_fails_is_an_error_in_plain_words(grade):
    source = '''
        @five(after_restart=True)
        def test_survives(power_cycle):
            """It survives a power cut."""
            power_cycle(["r1"])
    '''
    _, said = grade(source, 1, answer='{"error": "r1 does not end."}\n')
    check = next(one for one in said if one["event"] == "check")
    assert check["observed"].startswith("netlab could not look: the power of r1 could not be cut: r1 does not end. ")


def test_power_cuts_come_last_and_what_waits_for_a_failed_tool_is_skipped(grade):
    source = '''
        @five(after_restart=True)
        def test_survives(power_cycle, expect):
            """It survives a power cut."""
            power_cycle(["r1"])
            expect(True, **SO)

        @five()
        def test_tool():
            """The tool works."""
            raise OSError

        @five(needs=["tool"])
        def test_more():
            """More works."""
    '''
    _, said = grade(source, 3, answer='{"nodes": []}\n')
    assert list(verdicts(said).items()) == [("tool", "error"), ("more", "skipped"), ("survives", "pass")]
    assert {"event": "restart", "nodes": ["r1"]} in said


@pytest.mark.parametrize("cut", ["power_cycle(['r1'])", "link('r1:eth1', 'down').__enter__()"])
def test_what_cuts_power_or_links_without_the_mark_for_it_is_an_error(grade, cut):
    source = f'''
        @five()
        def test_survives(power_cycle, link):
            """It survives a power cut."""
            {cut}
    '''
    _, said = grade(source, 1, answer='{"nodes": []}\n')
    assert verdicts(said) == {"survives": "error"}
    assert "is marked after_restart=True" in one(said, "survives")["debug"]
    assert not [told for told in said if told["event"] in {"restart", "link"}]


@pytest.mark.parametrize(
    "misbehaves",
    [
        pytest.param("pytest.skip('not today')", id="skips-itself"),
        pytest.param("pytest.fail('no')", id="fails-as-pytest-does"),
        pytest.param("raise SystemExit(1)", id="exits"),
        pytest.param("assert False", id="asserts"),
        pytest.param("undefined", id="has-a-typo"),
    ],
)
def test_a_check_that_breaks_is_an_error_and_the_others_still_run(grade, misbehaves):
    source = f'''
        @five()
        def test_odd():
            """It does as it should."""
            {misbehaves}

        @five()
        def test_next(expect):
            """The next one runs."""
            expect(True, **SO)
    '''
    _, said = grade(source, 2)
    assert verdicts(said) == {"odd": "error", "next": "pass"}


@pytest.mark.parametrize("nothing", ["pass", "until(lambda: False, patience=0)", "matrix({})"])
def test_a_check_that_expects_nothing_does_not_pass(grade, nothing):
    source = f'''
        @five()
        def test_empty(until, matrix):
            """It works."""
            {nothing}
    '''
    _, said = grade(source, 1)
    assert verdicts(said) == {"empty": "error"}
    assert "nothing" in one(said, "empty")["debug"]


@pytest.mark.parametrize("way", ["sys.__stdout__.write('x')", "os.write(1, b'x')", "os.system('echo x')"])
def test_what_a_grader_prints_by_any_way_is_no_part_of_the_conversation(grade, way):
    source = f'''
        import os, sys

        @five()
        def test_loud(expect):
            """It works."""
            {way}
            expect(True, **SO)
    '''
    _, said = grade(source, 1)
    assert verdicts(said) == {"loud": "pass"}


def test_a_fixture_that_breaks_when_it_ends_takes_no_verdict_with_it(grade):
    source = '''
        @pytest.fixture(scope="session")
        def wire():
            yield
            raise OSError("network is down")

        @five()
        def test_link(wire):
            """The link is up."""
    '''
    _, said = grade(source, 1)
    assert list(verdicts(said)) == ["link"]


@pytest.mark.parametrize(
    ("source", "reason", "line"),
    [
        pytest.param('def test_a():\n    """A."""\n', "test_a has no @check(...) mark", 9, id="no-mark"),
        pytest.param("@five()\ndef test_a():\n    pass\n", "test_a has no docstring", 9, id="no-docstring"),
        pytest.param('@five()\ndef test_a():\n    """A."""\n', "worth 5 points", None, id="points-do-not-add-up"),
        pytest.param("import nothing_by_that_name\n", "nothing_by_that_name", 9, id="cannot-be-imported"),
        pytest.param("@check(ksbs=['S13'])\ndef test_a(): ...\n", "'points' and 'why'", 9, id="no-points"),
        pytest.param("def test_a(:\n", "SyntaxError", 9, id="no-python"),
        pytest.param(
            '@five()\ndef test_a():\n    """A."""\n@five()\ndef test_a():\n    """B."""\n',
            "another test_a above",
            13,
            id="a-name-twice",
        ),
    ],
)
def test_a_grader_that_is_wrong_is_refused_before_anything_runs(grade, source, reason, line):
    code, said = grade(source, 2)
    assert code != 0
    (told,) = [one for one in said if one["event"] == "refused"]
    assert reason in told["reason"]
    assert told["line"] == line
    assert verdicts(said) == {}


def one(said, name):
    return next(event for event in said if event["event"] == "check" and event["id"] == name)


def test_a_part_of_the_points_is_a_fail_that_earns_them(grade):
    source = '''
        @five()
        def test_plan(expect):
            """Every row of the plan is right."""
            expect.share(3, of=4, expected="4 right rows", observed="row 2 is wrong", hint="row 2")

        @five()
        def test_whole(expect):
            """All of it is right."""
            expect.share(4, of=4, expected="4 right rows", observed="4 right rows")

        @five()
        def test_nonsense(expect):
            """A share is a share."""
            expect.share(5, of=4, expected="", observed="")
    '''
    _, said = grade(source, 3)
    plan, whole, nonsense = (one(said, name) for name in ("plan", "whole", "nonsense"))
    assert (plan["verdict"], plan["points"], plan["hint"]) == ("fail", 3.75, "row 2")
    assert (whole["verdict"], whole["points"]) == ("pass", 5)
    assert (nonsense["verdict"], nonsense["points"]) == ("error", 0), "no author can give more than there is"


TWICE = '''
    @pytest.fixture(scope="session")
    def times():
        return []

    @pytest.fixture
    def now(times):
        times.append(len(times))
        return times[-1]

    @five(twice=True)
    def test_steady(now, expect):
        """It works now and then."""
        outcome = "{outcomes}"[now]
        if outcome == "e":
            raise OSError("gone")
        expect(outcome == "p", expected="an answer", observed=f"outcome {{now}}")

    @five()
    def test_after(times, expect):
        """What is shared lasts."""
        expect(len(times) == {runs}, expected="{runs}", observed=str(len(times)))
'''


@pytest.mark.parametrize(
    ("outcomes", "verdict", "flaky"),
    [
        ("pp", "pass", False),
        ("ff", "fail", False),
        ("ee", "error", False),
        ("pfp", "pass", True),
        ("pff", "fail", True),
        ("fpf", "fail", True),
        ("epe", "error", True),
        ("pep", "pass", True),
        ("pfe", "error", True),
    ],
)
def test_where_timing_matters_a_check_is_carried_out_twice_and_a_difference_is_shown(grade, outcomes, verdict, flaky):
    _, said = grade(TWICE.format(outcomes=outcomes, runs=len(outcomes)), 2)
    steady = one(said, "steady")
    assert (steady["verdict"], steady["flaky"]) == (verdict, flaky)
    assert [run[0] for run in steady["runs"]] == list(outcomes)
    assert ("from time to time" in steady["observed"]) is flaky
    assert [entry["number"] for entry in steady["evidence"] if entry["kind"] == "run"] == [
        number + 1 for number in range(len(outcomes))
    ]
    assert verdicts(said)["after"] == "pass"


def test_a_last_check_that_is_done_twice_puts_away_what_all_share(grade):
    source = '''
        @pytest.fixture(scope="session")
        def shared():
            yield
            print("put away")

        @five(twice=True)
        def test_only(shared, expect):
            """It works."""
            expect(True, **SO)
    '''
    code, said = grade(source, 1)
    assert (code, verdicts(said)) == (0, {"only": "pass"})
