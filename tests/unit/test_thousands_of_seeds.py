"""The generator over thousands of seeds: whatever is drawn is possible, and nobody's network collides with itself."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from netlab.parameters import Parameter, ParameterError, draw, plain
from netlab.seed import Seed

NAMES = ["Ash", "Birch", "Cedar", "Elm", "Oak"]
WITHIN = ["198.51.100.0/24", "203.0.113.0/24"]
OFFICE = {
    **{f"lan{n}": {"draw": "subnet", "within": WITHIN, "prefix": 24 + n} for n in (1, 2, 3, 4)},
    **{f"vlan{n}": {"draw": "vlan", "low": 990, "high": 1010} for n in range(8)},
    **{f"port{n}": {"draw": "port", "low": 8000, "high": 8003} for n in range(4)},
    **{f"site{n}": {"draw": "choice", "of": NAMES, "apart": True} for n in range(5)},
    **{f"mac{n}": {"draw": "mac"} for n in range(3)},
    "count": {"draw": "integer", "low": 3, "high": 30, "step": 3},
    "gateway": {"draw": "expression", "expression": "lan1[1]"},
}
seeds = st.builds(Seed, st.binary(min_size=32, max_size=32))
thousands = settings(max_examples=2000)


def parameters(rows):
    return {name: TypeAdapter(Parameter).validate_python(row) for name, row in rows.items()}


READ = parameters(OFFICE)


@given(seeds)
@thousands
def test_whatever_is_drawn_is_possible_and_apart(seed):
    values = draw(READ, seed)
    lans = [values[f"lan{n}"] for n in (1, 2, 3, 4)]
    assert not any(one.overlaps(other) for one, other in combinations(lans, 2))
    vlans = [values[f"vlan{n}"] for n in range(8)]
    assert len(set(vlans)) == 8
    assert all(990 <= one <= 1010 and not 1002 <= one <= 1005 for one in vlans)
    assert {values[f"port{n}"] for n in range(4)} == {8000, 8001, 8002, 8003}
    assert {values[f"site{n}"] for n in range(5)} == set(NAMES)
    assert all(int(values[f"mac{n}"][:2], 16) & 3 == 2 for n in range(3))
    assert values["count"] in range(3, 31, 3)
    assert values["gateway"] in values["lan1"]
    assert draw(READ, seed) == values


@given(seeds)
@thousands
def test_what_is_added_at_the_end_changes_nothing_before_it(seed):
    more = READ | parameters({"vlan_x": {"draw": "vlan"}, "lan_x": {"draw": "subnet", "within": WITHIN, "prefix": 28}})
    before = draw(READ, seed)
    assert {name: value for name, value in draw(more, seed).items() if name in before} == before


@given(seeds)
def test_values_are_told_as_plain_json(seed):
    assert {type(value) for value in plain(draw(READ, seed)).values()} <= {str, int}


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"draw": "vlan", "low": 7, "high": 7}, "no free VLAN is left from 7 to 7"),
        ({"draw": "vlan", "low": 1002, "high": 1005}, "no free VLAN is left"),
        ({"draw": "port", "low": 80, "high": 80}, "no free port is left from 80 to 80"),
        ({"draw": "choice", "of": ["a"], "apart": True}, "every one of the list is drawn already"),
    ],
)
def test_when_all_are_taken_it_is_said(row, why):
    with pytest.raises(ParameterError, match=why):
        draw(parameters({"first": row, "second": row}), Seed(bytes(32)))


@pytest.mark.parametrize(
    "row", [{"draw": "vlan", "low": 1}, {"draw": "vlan", "high": 4095}, {"draw": "port", "low": 0}]
)
def test_numbers_that_no_network_has_are_refused(row):
    with pytest.raises(ValidationError):
        parameters({"it": row})
