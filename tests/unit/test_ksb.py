"""Codes of an occupational standard and how a check refers to them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netlab.ksb import KsbRef, natural, parse_ref, standard, unknown


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("S13", KsbRef("S13", direct=True)),
        ("S13:direct", KsbRef("S13", direct=True)),
        ("K9:supporting", KsbRef("K9", direct=False)),
        ("B1", KsbRef("B1", direct=True)),
    ],
)
def test_a_reference_is_a_code_and_a_role(text, ref):
    assert parse_ref(text) == ref


@pytest.mark.parametrize(
    "text", ["", "13", "S", "S0", "S013", "s13", "S133", "D1", "S13 ", " S13", "S13:indirect", "S13, K9"]
)
def test_anything_else_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match="write a code such as S13, or K9:supporting"):
        parse_ref(text)


@given(st.sampled_from("KSB"), st.integers(1, 99), st.booleans())
def test_a_reference_is_read_back_as_written(kind, number, direct):
    ref = KsbRef(f"{kind}{number}", direct)
    assert parse_ref(str(ref)) == ref


def test_codes_sort_as_people_count():
    codes = ["D1", "B1", "S10", "S2", "K10", "K2"]
    assert sorted(codes, key=natural) == ["K2", "K10", "S2", "S10", "B1", "D1"]


def test_codes_the_standard_does_not_have_are_told_once_each():
    assert unknown(["S13", "K99", "D4", "S99", "K99"], standard()) == ["K99", "S99"]


def test_the_standard_has_the_numbers_of_st0127():
    st0127 = standard("ST0127")
    kinds = [sum(code.startswith(kind) for code in st0127.ksbs) for kind in "KSB"]
    assert (kinds, len(st0127.duties)) == ([21, 14, 6], 10)


def test_every_code_of_the_standard_can_be_referred_to():
    assert {parse_ref(code).code for code in standard().ksbs} == set(standard().ksbs)
