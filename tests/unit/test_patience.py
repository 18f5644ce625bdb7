"""Conditions that come true, and conditions that must stay so."""

import time

import pytest

from netlab.grading.patience import Hold, Until
from netlab.probe.evidence import Recorder
from netlab.probe.failure import CannotLookError


@pytest.fixture
def recorder():
    return Recorder()


def test_until_ends_as_soon_as_it_is_true_and_gives_what_it_found(recorder):
    answers = iter([[], [], ["found"], ["never asked"]])
    began = time.monotonic()
    assert Until(recorder)(lambda: next(answers), 30) == ["found"]
    assert time.monotonic() - began < 5
    assert next(answers) == ["never asked"]
    assert recorder.now.entries[0]["output"].endswith("(3 looks)")


def test_until_gives_up_and_tells_what_it_saw_last(recorder):
    assert Until(recorder)(list, 0.25) == []
    assert recorder.now.entries[0]["output"].startswith("not so after 0.")


def test_hold_looks_for_all_of_the_time(recorder):
    began = time.monotonic()
    held = Hold(recorder)(lambda: True, 0.5)
    assert held
    assert time.monotonic() - began >= 0.5
    assert held.looks > 2
    assert held.words == f"held for 0.5 s ({held.looks} looks)"


def test_hold_tells_when_it_broke_and_looks_no_further(recorder):
    answers = iter([True, True, False, "never asked"])
    held = Hold(recorder)(lambda: next(answers), 30)
    assert not held
    assert 0.1 < held.broke < 5
    assert held.words.startswith("broke after 0.")
    assert next(answers) == "never asked"
    assert recorder.now.entries[0]["output"] == held.words


def test_what_cannot_be_looked_at_neither_holds_nor_breaks(recorder):
    def dead():
        raise CannotLookError("r1 did not answer")

    for helper in (Hold(recorder), Until(recorder)):
        with pytest.raises(CannotLookError):
            helper(dead, 1)
