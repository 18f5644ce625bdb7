"""Colour and signs, and text that must not reach a terminal as it is."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netlab.report.paint import Paint, clean
from netlab.result import Verdict


@given(st.text())
def test_no_control_character_is_left(text):
    kinds = {unicodedata.category(char) for char in clean(text) if char != "\n"}
    assert not kinds & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@given(st.text(st.characters(categories=["L", "N", "P", "S"], include_characters=" \n")))
def test_readable_text_stays_as_it_is(text):
    assert clean(text) == text


@pytest.mark.parametrize(
    "escape",
    [
        pytest.param("\033[31m", id="colour"),
        pytest.param("\033]0;title\007", id="window-title"),
        pytest.param("\033[2J", id="clear-the-screen"),
        pytest.param("\x9b31m", id="eight-bit-escape"),
        pytest.param("\r", id="back-to-the-start-of-the-line"),
        pytest.param("\b\b\b", id="backspaces"),
        pytest.param("\u202e", id="right-to-left-override"),
    ],
)
def test_a_terminal_escape_is_shown_not_obeyed(escape):
    shown = clean(f"10.0.0.1{escape}")
    assert shown.startswith("10.0.0.1\N{REPLACEMENT CHARACTER}")
    assert not set(shown) & set("\033\007\x9b\r\b\u202e")


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_verdict_is_a_word_whatever_the_terminal_can_show(verdict):
    word = Paint(colour=False, signs=False).verdict(verdict)
    assert word.isascii()
    assert word.replace(" ", "").isalpha()
    assert word in Paint(colour=True, signs=True).verdict(verdict)


def test_verdicts_differ_without_colour():
    plain = Paint(colour=False, signs=False)
    assert len({plain.verdict(verdict) for verdict in Verdict}) == len(Verdict)


def test_colour_is_added_only_where_asked():
    assert Paint(colour=False)("strong", "Score") == "Score"
    assert Paint(colour=True)("strong", "Score") == "\033[1mScore\033[0m"
