"""The table of causes: what a diagnosis can say."""

import pytest

from netlab.causes import CAUSES, Truth


@pytest.mark.parametrize("cause", CAUSES.values(), ids=lambda cause: cause.code)
def test_every_cause_has_a_layer_a_family_and_a_sentence(cause):
    assert 1 <= cause.layer <= 7
    assert cause.family
    assert len(cause.title.split()) >= 3


def test_no_two_causes_are_said_in_the_same_words():
    assert len({cause.title for cause in CAUSES.values()}) == len(CAUSES)


def test_the_layer_of_a_truth_is_that_of_its_cause():
    truth = Truth("r1", "ospf-area", "eth1")
    assert truth.as_json() == {"device": "r1", "cause": "ospf-area", "interface": "eth1", "layer": 3}
