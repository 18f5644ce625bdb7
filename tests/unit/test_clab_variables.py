"""Variables in a topology file, as containerlab fills them in."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netlab.topology.variables import Magic, UnclosedError, fill, template_lines

HERE = {"SET": "here", "EMPTY": "", "OTHER": "there"}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("a $SET b", "a here b"),
        ("${SET}b", "hereb"),
        ("$SET$OTHER", "herethere"),
        ("$NOT-set", "$NOT-set"),
        ("${NOT}", "$NOT"),
        ("$EMPTY", "$EMPTY"),
        ("${NOT:=other}", "other"),
        ("${NOT:-other}", "other"),
        ("${NOT=other}", "other"),
        ("${NOT-other}", "other"),
        ("${EMPTY:=other}", "other"),
        ("${SET:=other}", "here"),
        ("${NOT:-$OTHER}", "there"),
        ("${NOT:-http://192.0.2.1:80/x-y}", "http://192.0.2.1:80/x-y"),
        ("${SET:+instead}", "instead"),
        ("${SET+instead}", "instead"),
        ("${NOT:+instead}", ""),
        ("$$SET", "$SET"),
        ("$${SET}", "${SET}"),
        ("$$$SET", "$here"),
        ("$1 ${1} $ $", "$1 ${1} $ $"),
        ("$_ ${_}", "$_ ${_}"),
        ("a: 1\nb: ${SET}\n", "a: 1\nb: here\n"),
    ],
)
def test_a_variable_is_filled_in_as_containerlab_does_it(text, filled):
    assert fill(text, HERE).text == filled


def test_what_had_nothing_to_put_there_is_named_with_its_line():
    assert fill("a: ${NOT}\nb: $PLAIN\nc: ${SET}\nd: ${NOT}", HERE).unset == {"NOT": 1}


def test_a_brace_that_is_not_closed_is_refused_with_its_line():
    with pytest.raises(UnclosedError) as refused:
        fill("a: 1\nb: ${SET\nc: 2}\n", HERE)
    assert refused.value.line == 2


@given(st.text().filter(lambda text: "$" not in text))
def test_text_without_a_dollar_sign_is_left_alone(text):
    assert fill(text, HERE).text == text


@given(st.text(alphabet="$SET{}:=-+a \n1_"))
def test_no_text_whatever_breaks_it(text):
    with contextlib.suppress(UnclosedError):
        fill(text, HERE)


def test_a_go_template_is_found_but_not_in_a_comment():
    assert list(template_lines("a: 1\n# {{ no }}\nb: {{ yes }}\n")) == [3]


def test_containerlabs_own_variables_are_the_labs_folder_and_names():
    magic = Magic.of("/labs", "office")
    text = "__clabNodeDir__ __clabDir__ __clabLabName__ __clabNodeName__"
    assert magic.fill(text, "r1") == "/labs/clab-office/r1 /labs/clab-office clab-office r1"
