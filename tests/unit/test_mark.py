"""What a grader must declare, and how it is told what is missing."""

import pytest

from netlab.grading import check, mark
from netlab.ksb import KsbRef, standard
from netlab.result import CheckSpec


def declared(**changed):
    facts = {"points": 5, "ksbs": ["S13", "K9:supporting"], "why": "a lease needs a server"} | changed
    return check(**facts).mark.kwargs


def read(name="test_offer", docstring="A device is given an address.", **changed):
    return mark.read(name, docstring, declared(**changed), standard())


def test_a_declaration_becomes_a_check():
    assert read(group="lan", method="ST", needs=["link"], after_restart=True, hint="the server's log") == CheckSpec(
        id="offer",
        title="A device is given an address",
        max=5.0,
        ksbs=(KsbRef("S13"), KsbRef("K9", direct=False)),
        why="a lease needs a server",
        group="lan",
        method="ST",
        needs=("link",),
        after_restart=True,
        hint="the server's log",
    )


@pytest.mark.parametrize(
    ("docstring", "title"),
    [
        pytest.param("One sentence.", "One sentence", id="no-full-stop"),
        pytest.param("A sentence on\n    two lines.", "A sentence on two lines", id="two-lines"),
        pytest.param("The sentence.\n\n    For authors only.", "The sentence", id="first-paragraph"),
    ],
)
def test_the_docstring_is_the_sentence_the_learner_reads(docstring, title):
    assert read(docstring=docstring).title == title


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        pytest.param({"docstring": None}, "has no docstring", id="no-docstring"),
        pytest.param({"docstring": " \n "}, "has no docstring", id="an-empty-docstring"),
        pytest.param({"ksbs": []}, "needs KSBs", id="no-ksbs"),
        pytest.param({"points": 0}, "points above 0", id="no-points"),
        pytest.param({"points": -5}, "points above 0", id="points-below-0"),
        pytest.param({"ksbs": ["13"]}, "'13' is not a KSB", id="no-code"),
        pytest.param({"ksbs": ["K99"]}, "ST0127 has no K99", id="a-code-the-standard-does-not-have"),
        pytest.param({"points": "5"}, "points must be a number", id="points-in-quotes"),
        pytest.param({"ksbs": "S13"}, r'ksbs must be a list, such as \["S13"\]', id="one-ksb-without-its-list"),
        pytest.param({"why": " "}, "needs a why", id="no-why"),
        pytest.param({"method": "XX"}, "'XX' is not a method; use one of ST", id="no-such-method"),
    ],
)
def test_a_check_is_refused_with_what_is_missing(changed, reason):
    with pytest.raises(ValueError, match=reason):
        read(**changed)


def test_a_function_without_the_mark_is_refused_by_name():
    with pytest.raises(ValueError, match=r"test_offer has no @check\(\.\.\.\) mark"):
        mark.read("test_offer", "A device is given an address.", None, standard())


@pytest.mark.parametrize(
    ("ksbs", "groups", "reason"),
    [
        (["K9:supporting"], {"lan": "LAN"}, "offer: S13 is not among the ksbs of lab.yml"),
        (["S13", "K9"], {"wan": "WAN"}, "offer: 'lan' is not among the groups of lab.yml"),
    ],
)
def test_a_check_shows_what_its_lab_says_and_stands_under_one_of_its_headings(ksbs, groups, reason):
    with pytest.raises(ValueError, match=reason):
        mark.require_declared(read(group="lan"), ksbs, groups)


def spec(name, points=5.0, needs=(), *, late=False):
    return CheckSpec(name, name, points, (KsbRef("S13"),), needs=needs, after_restart=late)


def test_checks_run_as_written_with_power_cuts_last():
    written = [spec("cut", late=True), spec("link"), spec("cut2", late=True), spec("offer", needs=("link",))]
    assert [one.id for one in mark.in_order(written, 20)] == ["link", "offer", "cut", "cut2"]


def test_fractions_of_points_add_up():
    assert len(mark.in_order([spec("a", 0.1), spec("b", 0.2)], 0.3)) == 2


@pytest.mark.parametrize(
    ("specs", "reason"),
    [
        pytest.param([spec("offer", needs=("link",))], "offer needs link", id="an-unknown-need"),
        pytest.param(
            [spec("offer", 2.5, needs=("link",)), spec("link", 2.5)], "offer needs link", id="a-need-that-comes-later"
        ),
        pytest.param([spec("offer", needs=("offer",))], "offer needs offer", id="a-need-of-itself"),
        pytest.param(
            [spec("cut", 2.5, late=True), spec("offer", 2.5, needs=("cut",))], "offer needs cut",
            id="a-need-that-runs-later",
        ),
        pytest.param([spec("offer", 4.0)], "worth 4 points together, but lab.yml declares 5", id="too-few-points"),
        pytest.param([spec("a"), spec("b")], "worth 10 points together, but lab.yml declares 5", id="too-many"),
        pytest.param([], "worth 0 points", id="no-checks"),
    ],
)  # fmt: skip
def test_checks_that_do_not_fit_together_are_refused(specs, reason):
    with pytest.raises(ValueError, match=reason):
        mark.in_order(specs, 5)
