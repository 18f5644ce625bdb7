"""What a learner's network is drawn from: a seed, and the parameters of a lab."""

import hashlib
from ipaddress import IPv4Address, IPv4Network
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from netlab.parameters import Parameter, draw, plain
from netlab.seed import Seed

PARAMETERS = TypeAdapter(dict[str, Parameter])
KEY = b"a cohort's key, 32 bytes of text"
LAN = {"draw": "subnet", "within": ["192.0.2.0/24"], "prefix": 28}
BASE = {
    "lan": LAN,
    "office": {"draw": "choice", "of": ["Harbour Dental", "Quayside Vets", "Millfield Surgery"]},
    "vlan": {"draw": "integer", "low": 100, "high": 3900, "step": 10},
    "mac": {"draw": "mac"},
    "router": {"draw": "expression", "expression": "lan[1]"},
}
seeds = st.binary(min_size=32, max_size=32).map(Seed)


def drawn(parameters, seed=Seed(bytes(32))):  # noqa: B008 - a Seed is frozen
    return draw(PARAMETERS.validate_python(parameters), seed)


@given(seeds)
def test_the_same_seed_gives_the_same_values(seed):
    assert drawn(BASE, seed) == drawn(BASE, Seed(bytes(seed.digest)))


@pytest.mark.parametrize(
    "other",
    [
        pytest.param((b"another key", "ada", "vlans", 1), id="key"),
        pytest.param((KEY, "alan", "vlans", 1), id="learner"),
        pytest.param((KEY, "ada", "routing", 1), id="lab"),
        pytest.param((KEY, "ada", "vlans", 2), id="attempt"),
        pytest.param((KEY, "adav", "lans", 1), id="letters-moved-from-lab-to-learner"),
    ],
)
def test_another_attempt_has_another_seed(other):
    assert Seed.derive(*other) != Seed.derive(KEY, "ada", "vlans", 1)


@given(seeds, st.integers(0, len(BASE)), st.sampled_from(["choice", "integer", "mac", "subnet"]))
def test_adding_a_parameter_changes_no_other(seed, position, kind):
    extra = {
        "choice": {"draw": "choice", "of": [1, 2, 3]},
        "integer": {"draw": "integer", "low": 0, "high": 1000},
        "mac": {"draw": "mac"},
        "subnet": {"draw": "subnet", "within": ["203.0.113.0/24"], "prefix": 26},
    }[kind]
    items = list(BASE.items())
    values = drawn(dict([*items[:position], ("extra", extra), *items[position:]]), seed)
    del values["extra"]
    assert values == drawn(BASE, seed)


@given(seeds)
def test_a_subnet_added_last_in_the_same_block_changes_no_other(seed):
    values = drawn(BASE | {"extra": LAN}, seed)
    assert values.pop("extra") != values["lan"]
    assert values == drawn(BASE, seed)


@given(seeds, st.lists(st.integers(27, 30), min_size=2, max_size=4))
def test_subnets_never_overlap(seed, prefixes):
    wanted = {f"lan{number}": LAN | {"prefix": prefix} for number, prefix in enumerate(prefixes)}
    subnets = drawn(wanted, seed).values()
    assert [subnet.prefixlen for subnet in subnets] == prefixes
    assert all(subnet.subnet_of(IPv4Network("192.0.2.0/24")) for subnet in subnets)
    assert not any(one.overlaps(other) for one, other in combinations(subnets, 2))


@given(seeds, st.integers(-50, 50), st.integers(0, 100), st.integers(1, 7))
def test_an_integer_stays_within_its_bounds_and_steps(seed, low, width, step):
    knob = {"draw": "integer", "low": low, "high": low + width, "step": step}
    value = drawn({"knob": knob}, seed)["knob"]
    assert low <= value <= low + width
    assert (value - low) % step == 0


@given(seeds)
def test_a_mac_is_local_unicast_in_the_usual_notation(seed):
    octets = bytes.fromhex(drawn({"mac": {"draw": "mac"}}, seed)["mac"].replace(":", ""))
    assert len(octets) == 6
    assert octets[0] & 0b11 == 0b10


def test_two_parameters_of_one_kind_are_drawn_apart():
    values = drawn({name: {"draw": "mac"} for name in ("printer", "camera", "phone")})
    assert len(set(values.values())) == 3


def test_every_item_of_a_choice_is_drawn_by_some_seed():
    values = {drawn(BASE, Seed.derive(KEY, "ada", "vlans", number))["office"] for number in range(60)}
    assert values == set(BASE["office"]["of"])


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        pytest.param("lan[1]", IPv4Address("192.0.2.33"), id="an-address-of-a-subnet"),
        pytest.param("lan[-2]", IPv4Address("192.0.2.46"), id="counted-from-the-end"),
        pytest.param("lan[1] + 5", IPv4Address("192.0.2.38"), id="addresses-add-up"),
        pytest.param("lan.netmask", IPv4Address("255.255.255.240"), id="netmask"),
        pytest.param("'low' if lan[1] < lan[2] else 'high'", "low", id="condition"),
        pytest.param("'Harbour Dental' | lower | replace(' ', '-')", "harbour-dental", id="filters"),
    ],
)
def test_an_expression_works_with_what_was_drawn_before(expression, value):
    here = LAN | {"within": ["192.0.2.32/28"]}
    assert drawn({"lan": here, "it": {"draw": "expression", "expression": expression}})["it"] == value


def test_an_expression_does_not_see_what_comes_after_it():
    with pytest.raises(ValueError, match="'router'"):
        drawn({"router": {"draw": "expression", "expression": "lan[1]"}, "lan": LAN})


def _expression(text):
    return {"draw": "expression", "expression": text}


@pytest.mark.parametrize(
    "parameter",
    [
        pytest.param(_expression("1 +"), id="expression-broken"),
        pytest.param(_expression("nobody + 1"), id="expression-adds-to-an-unknown-name"),
        pytest.param(_expression("nobody"), id="expression-is-an-unknown-name"),
        pytest.param(_expression("lan[99]"), id="expression-index-outside-the-subnet"),
        pytest.param(_expression("lan[1] + 2 ** 40"), id="expression-no-such-address"),
        pytest.param(_expression("1 // 0"), id="expression-divides-by-zero"),
        pytest.param(_expression("''.__class__.__mro__"), id="expression-reaches-into-python"),
        pytest.param({"draw": "subnet", "within": ["192.0.2.0/28"], "prefix": 28}, id="subnet-none-left"),
        pytest.param({"draw": "subnet", "within": ["203.0.113.0/24"], "prefix": 16}, id="subnet-too-big"),
        pytest.param({"draw": "integer", "low": 10, "high": 9}, id="integer-nothing-between"),
        pytest.param({"draw": "integer", "low": 10, "high": 5}, id="integer-bounds-swapped"),
        pytest.param({"draw": "choice", "of": []}, id="choice-of-nothing"),
        pytest.param({"draw": "mac", "prefix": "02-6e-6c"}, id="mac-prefix-in-another-notation"),
        pytest.param({"draw": "dice"}, id="no-such-draw"),
    ],
)
def test_an_error_names_the_parameter(parameter):
    with pytest.raises(ValueError, match=r"\bknob\b"):
        drawn({"lan": LAN | {"within": ["192.0.2.0/28"]}, "knob": parameter})


@given(seeds)
def test_the_commitment_does_not_reveal_the_seed(seed):
    assert seed.digest.hex() not in seed.commitment
    assert seed.commitment != hashlib.sha256(seed.digest).hexdigest()


@given(seeds, seeds)
def test_the_commitment_holds_for_one_seed_only(one, other):
    assert (one.commitment == other.commitment) == (one == other)


def test_plain_values_are_what_json_holds():
    values = {"lan": IPv4Network("192.0.2.0/28"), "dns": (IPv4Address("192.0.2.4"),), "vlan": 30}
    assert plain(values) == {"lan": "192.0.2.0/28", "dns": ["192.0.2.4"], "vlan": 30}
