"""The grading process, run for real on graders that need no network."""

import json
import subprocess
import sys
from textwrap import dedent

import pytest

from netlab.grading.job import Job

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
        argv = [sys.executable, "-m", "netlab.grading.session", str(tmp_path / "job.json")]
        done = subprocess.run(argv, input=answer, capture_output=True, text=True, check=False)
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
    assert "OSError: no such device" in checks["tool"]["observed"]
    assert "Traceback" not in checks["tool"]["observed"]
    assert said[-1]["event"] == "done"


def test_power_cuts_come_last_and_what_waits_for_a_failed_tool_is_skipped(grade):
    source = '''
        @five(after_restart=True)
        def test_survives(power_cycle):
            """It survives a power cut."""
            power_cycle(["r1"])

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
        def test_next():
            """The next one runs."""
    '''
    _, said = grade(source, 2)
    assert verdicts(said) == {"odd": "error", "next": "pass"}


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
    ("source", "reason"),
    [
        pytest.param('def test_a():\n    """A."""\n', "test_a has no @check(...) mark", id="no-mark"),
        pytest.param("@five()\ndef test_a():\n    pass\n", "test_a has no docstring", id="no-docstring"),
        pytest.param('@five()\ndef test_a():\n    """A."""\n', "worth 5 points", id="points-do-not-add-up"),
        pytest.param("import nothing_by_that_name\n", "nothing_by_that_name", id="cannot-be-imported"),
    ],
)
def test_a_grader_that_is_wrong_is_refused_before_anything_runs(grade, source, reason):
    code, said = grade(source, 2)
    assert code != 0
    assert reason in next(one["reason"] for one in said if one["event"] == "refused")
    assert verdicts(said) == {}
