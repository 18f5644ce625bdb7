"""Scores, the roll-up by KSB, and the document others rely on."""

import json
from dataclasses import replace
from importlib import resources

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netlab.actions.grader import check_from_json
from netlab.ksb import KsbRef, parse_ref
from netlab.result import CheckResult, CheckSpec, KsbScore, Result, Verdict

WITHOUT_POINTS = [verdict for verdict in Verdict if verdict is not Verdict.PASS]


def check(name, verdict, points=5.0, ksbs=("S13",)):
    spec = CheckSpec(name, f"Does {name}", points, tuple(parse_ref(text) for text in ksbs))
    return CheckResult(spec, verdict, points if verdict is Verdict.PASS else 0.0)


def result(*checks, pass_mark=70):
    maximum = sum(one.spec.max for one in checks)
    return Result("dhcp-basics", "1.0", "ada", 1, maximum, pass_mark, checks)


def test_points_add_up_by_ksb_in_the_order_of_the_standard():
    scores = result(
        check("offer", Verdict.PASS, 5, ["S2", "K14"]),
        check("scope", Verdict.FAIL, 3, ["K14", "K9:supporting"]),
        check("lease", Verdict.PASS, 2, ["K9:supporting"]),
    ).ksbs()
    assert list(scores) == ["K9", "K14", "S2"]
    assert scores["K14"] == KsbScore(5, 8, direct=True)
    assert scores["S2"] == KsbScore(5, 5, direct=True)


def test_a_ksb_is_direct_when_one_check_shows_it_directly():
    supporting = check("a", Verdict.PASS, ksbs=["K9:supporting"])
    direct = check("b", Verdict.PASS, ksbs=["K9"])
    assert not result(supporting).ksbs()["K9"].direct
    assert result(supporting, direct).ksbs()["K9"].direct
    assert result(direct, supporting).ksbs()["K9"].direct


@pytest.mark.parametrize("verdict", WITHOUT_POINTS)
def test_only_a_pass_scores(verdict):
    graded = result(check("a", Verdict.PASS, 15), check("b", verdict, 25))
    assert (graded.points, graded.percent) == (15, 37.5)
    assert graded.ksbs()["S13"] == KsbScore(15, 40, direct=True)


@pytest.mark.parametrize(
    ("points", "passed"),
    [pytest.param(70, True, id="at-the-mark"), pytest.param(69, False, id="below"), pytest.param(71, True, id="above")],
)
def test_the_pass_mark_is_reached_or_not(points, passed):
    graded = result(check("a", Verdict.PASS, points), check("b", Verdict.FAIL, 100 - points))
    assert graded.passed is passed


def test_what_netlab_could_not_look_at_is_told_apart_from_a_fail():
    graded = result(check("a", Verdict.FAIL), check("b", Verdict.ERROR), check("c", Verdict.SKIPPED))
    assert graded.failed_ids() == {"a"}
    assert [one.spec.id for one in graded.unchecked] == ["b"]


@given(st.lists(st.tuples(st.sampled_from(Verdict), st.integers(1, 50)), min_size=1, max_size=12))
def test_a_score_is_never_out_of_bounds(rows):
    graded = result(*(check(str(number), *row) for number, row in enumerate(rows)))
    assert 0 <= graded.points <= graded.maximum
    assert 0 <= graded.percent <= 100
    assert (graded.percent == 100) == all(verdict is Verdict.PASS for verdict, _ in rows)


DOCUMENTED = {
    "schema": str, "lab": {"slug": str, "version": str}, "learner": {"id": str},
    "score": {"points": float, "max": float, "percent": float, "passed": bool},
    "ksbs": {"S13": {"points": float, "max": float, "direct": bool}},
}  # fmt: skip
DOCUMENTED_CHECK = {
    "id": str, "title": str, "verdict": str, "points": float, "max": float, "ksbs": list,
    "expected": str, "observed": str, "hint": type(None), "seconds": float,
}  # fmt: skip


def assert_shape(document, shape):
    for key, kind in shape.items():
        if isinstance(kind, dict):
            assert_shape(document[key], kind)
        else:
            assert isinstance(document[key], kind), key


def test_the_json_document_has_the_documented_shape():
    spec = CheckSpec("offer", "An offer", 5.0, (KsbRef("S13"), KsbRef("K14", direct=False)))
    done = CheckResult(spec, Verdict.PASS, 5.0, "an OFFER", "an OFFER", seconds=0.41237)
    document = json.loads(json.dumps(result(done).as_json()))
    assert_shape(document, DOCUMENTED)
    assert_shape(document["checks"][0], DOCUMENTED_CHECK)
    assert document["schema"] == "netlab.result/1"
    assert document["checks"][0]["ksbs"] == ["S13", "K14"]
    assert document["checks"][0]["seconds"] == 0.412


def test_the_verdicts_are_the_five_documented_words():
    assert set(Verdict) == {"pass", "fail", "error", "skipped", "needs-human"}


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_check_is_read_back_from_json_as_it_was(verdict):
    refs = (KsbRef("S13"), KsbRef("K9", direct=False))
    spec = CheckSpec("offer", "An offer", 5.0, refs, "it works", "lan", "ST", ("link", "route"))
    done = CheckResult(
        spec, verdict, 2.5, "this", "that", "look there", "trace", "2026-01-01T00:00:00Z", 0.25, ({"kind": "command"},)
    )
    assert check_from_json(json.loads(json.dumps(done.as_json()))) == done


@pytest.fixture(scope="module")
def schema():
    text = resources.files("netlab").joinpath("schemas/result-1.json").read_text("utf-8")
    jsonschema.Draft202012Validator.check_schema(json.loads(text))
    return jsonschema.Draft202012Validator(json.loads(text))


RECORD = {
    "tool": "netlab-exercises 0", "lab_digest": "a" * 64, "image": "sha256:" + "b" * 64, "runtime": "native",
    "standard": "ST0127", "seed_commitment": "c" * 64, "started": "2026-01-01T09:00:00+00:00",
    "ended": "2026-01-01T09:00:01+00:00", "trust": "T0 self-run: not verified",
}  # fmt: skip


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_fits_the_published_schema(schema, verdict):
    schema.validate(replace(result(check("a", verdict)), record=RECORD).as_json())


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("checks", 0, "verdict"), "passed"),
        (("checks", 0, "points"), 5),  # of an error
        (("checks", 0, "ksbs"), []),
        (("score", "percent"), 101),
        (("record", "image"), "latest"),
    ],
)
def test_what_must_not_be_the_schema_refuses(schema, path, value):
    document = replace(result(check("a", Verdict.ERROR)), record=RECORD).as_json()
    *way, last = path
    place = document
    for step in way:
        place = place[step]
    place[last] = value
    assert not schema.is_valid(document)
