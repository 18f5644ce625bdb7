"""Questions: what may be answered, and whether it is right."""

import contextlib
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from netlab.questions.question import Question

VALUES = {"lan": ip_network("192.0.2.0/26"), "name": "Harbour Dental", "count": 62}


def question(kind, answer, **more):
    return Question.model_validate({"ask": "What is it in {{ lan }}?", "kind": kind, "answer": answer} | more)


@pytest.mark.parametrize(
    ("kind", "answer", "right", "wrong"),
    [
        ("address", "lan[-2]", ["192.0.2.62", " 192.0.2.62 "], ["192.0.2.63", "2001:db8::1"]),
        ("network", "lan", ["192.0.2.0/26", "192.0.2.0/255.255.255.192"], ["192.0.2.0/27"]),
        ("mac", "'02:00:5e:10:00:0a'", ["02-00-5E-10-00-0A", "0200.5e10.000a"], ["02:00:5e:10:00:0b"]),
        ("number", "count", ["62", "62.0", "+62"], ["61.9", "64"]),
        ("text", "name", ["harbour  dental", "HARBOUR DENTAL"], ["harbourdental"]),
    ],
)
def test_right_and_wrong_answers_in_all_their_spellings(kind, answer, right, wrong):
    one = question(kind, answer)
    assert [said for said in right if not one.right(said, VALUES)] == []
    assert [said for said in wrong if one.right(said, VALUES)] == []


def test_a_number_may_be_off_by_its_tolerance():
    one = question("number", "count", tolerance=2)
    assert [one.right(said, VALUES) for said in ("60", "64", "59.9")] == [True, True, False]


def test_a_choice_is_one_of_those_offered():
    one = question("choice", "'relay'", of=["relay", "server"])
    assert one.right("Relay", VALUES)
    with pytest.raises(ValueError, match="'router' is not one of the answers offered: relay, server"):
        one.read("router")


@pytest.mark.parametrize(
    ("kind", "said", "why"),
    [
        ("address", "192.0.2.300", "is not an IP address"),
        ("network", "192.0.2.1/26", "is not a network"),
        ("mac", "02:00:5e", "is not a MAC address"),
        ("number", "many", "is not a number"),
        ("number", "1e999", "is not a number"),
        ("number", "nan", "is not a number"),
        ("text", "  ", "is not a word or two"),
        ("text", "x" * 20_001, "longer than 20000"),
    ],
)
def test_what_is_no_answer_is_said_before_it_is_marked(kind, said, why):
    with pytest.raises(ValueError, match=why):
        question(kind, "'x'").read(said)


@given(st.sampled_from(["address", "network", "mac", "number", "text"]), st.text(max_size=60))
def test_whatever_is_said_it_is_read_or_refused(kind, said):
    with contextlib.suppress(ValueError):
        assert question(kind, "'x'").read(said) is not None


@pytest.mark.parametrize(
    "more",
    [
        {"kind": "prose", "answer": "1"},
        {"kind": "number"},
        {"kind": "choice", "answer": "'a'"},
        {"kind": "text", "answer": "'a'", "of": ["a"]},
        {"kind": "riddle", "answer": "'a'"},
        {"kind": "number", "answer": "1", "tolerance": -1},
        {"kind": "text", "answer": "'a'", "tolerance": 1},
    ],
)
def test_a_question_that_cannot_be_marked_is_refused(more):
    with pytest.raises(ValidationError):
        Question.model_validate({"ask": "What?"} | more)
