"""A diagnosis: what can be said, and how near it is to the truth."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netlab.causes import CAUSES, Truth
from netlab.questions.diagnosis import Claim, ClaimError, complaint, read, score

WRITTEN = {
    "evidence": "show ip ospf interface: area 1",
    "fix": "area 0 on eth2 of r1",
    "prevention": "a template for routers",
}
TRUTH = Truth("r1", "ospf-area", "eth2")
CABLES = {("r1", "eth2"): ("r2", "eth1"), ("r2", "eth1"): ("r1", "eth2")}


def claim(device="r1", interface="eth2", layer=3, cause="ospf-area"):
    return Claim(device=device, interface=interface, layer=layer, cause=cause, **WRITTEN)


def far_end(node, interface):
    return CABLES.get((node, interface))


@pytest.mark.parametrize(
    ("said", "share", "marks"),
    [
        pytest.param([claim()], 1.0, ["right"] * 4, id="all"),
        pytest.param([claim(interface="eth1")], 0.8, ["right", "wrong", "right", "right"], id="card"),
        pytest.param([claim(cause="ospf-hello")], 0.8, ["right", "right", "right", "near"], id="kin"),
        pytest.param([claim(cause="wrong-mask")], 0.6, ["right", "right", "right", "wrong"], id="cause"),
        pytest.param([claim(layer=2)], 0.95, ["right", "right", "near", "right"], id="layer"),
        pytest.param([claim("r2", "eth1")], 0.65, ["near", "near", "right", "right"], id="far-end"),
        pytest.param([claim("pc1", "eth1")], 0.3, ["wrong", "wrong", "right", "right"], id="device"),
    ],
)
def test_a_diagnosis_scores_by_how_near_it_is(said, share, marks):
    found = score(said, [TRUTH], far_end)
    words = ", ".join(map(" ".join, zip(["device", "interface", "layer", "cause"], marks, strict=True)))
    assert (found.share, found.words) == (pytest.approx(share), words)


def test_a_claim_of_something_else_altogether_is_no_such_fault():
    found = score([claim("pc1", "", 7, "log-full")], [TRUTH], far_end)
    assert (found.share, found.words) == (0.0, "no such fault")


def test_a_truth_without_an_interface_asks_for_none():
    found = score([claim("srv1", "eth1", 7, "service-stopped")], [Truth("srv1", "service-stopped")], far_end)
    assert (found.share, found.words) == (1.0, "device right, layer right, cause right")


def test_two_faults_are_found_in_any_order_and_one_too_many_costs():
    truths = [TRUTH, Truth("srv1", "service-stopped")]
    both = [claim("srv1", "", 7, "service-stopped"), claim()]
    assert score(both, truths, far_end).share == 1.0
    one = score(both[:1], truths, far_end)
    assert (one.share, one.words) == (0.5, "device right, layer right, cause right; 1 more to find")
    three = score([*both, claim("pc9", "", 7, "log-full")], truths, far_end)
    assert three.share == pytest.approx(2 / 3, abs=0.001)
    assert three.words.endswith("no such fault")


causes = st.sampled_from(sorted(CAUSES))
devices, cards = st.sampled_from(["r1", "r2", "srv1"]), st.sampled_from(["eth1", "eth2"])
some_claims = st.lists(st.builds(claim, devices, cards, st.integers(1, 7), causes), min_size=1, max_size=4)
some_truths = st.lists(st.builds(Truth, devices, causes, st.none() | cards), min_size=1, max_size=3)


@given(some_claims, some_truths)
def test_a_share_lies_between_nothing_and_all_and_its_words_name_no_truth(said, truths):
    found = score(said, truths, far_end)
    assert 0 <= found.share <= 1
    assert not any(truth.cause in found.words for truth in truths)


@given(some_truths)
def test_the_truth_itself_is_all_right(truths):
    said = [claim(one.device, one.interface or "", one.layer, one.cause) for one in truths]
    assert score(said, truths, far_end).share == pytest.approx(1, abs=0.001)


GOOD = """
device: r1
interface: eth2
layer: 3
cause: ospf-area
evidence: show ip ospf interface says area 1
fix: area 0 on eth2 of r1
prevention: a template for routers
"""


def test_one_fault_or_a_list_of_them_is_read():
    assert read(GOOD)[0].layer == 3
    several = "".join(
        f"- {line}\n" if line.startswith("device") else f"  {line}\n" for line in GOOD.strip().split("\n")
    )
    assert len(read(several * 2)) == 2


@pytest.mark.parametrize(
    ("before", "after", "place", "why"),
    [
        ("layer: 3", "layer: 8", ("layer",), "this must be 7 or less"),
        ("layer: 3", "layer: network", ("layer",), "this must be a whole number"),
        ("cause: ospf-area", "cause: gremlins", ("cause",), "'gremlins' is no cause"),
        ("device: r1", "device: the router", ("device",), "'the router' is not the name of a node"),
        ("fix: area 0 on eth2 of r1", "fix: yes", ("fix",), "at least 10 characters"),
        ("fix: area 0 on eth2 of r1", "", ("fix",), "this key is missing"),
        ("device: r1", "divice: r1", ("divice",), "does not know this key"),
        ("device: r1", "device: [r1", (), "this is not YAML"),
    ],
)
def test_what_is_no_diagnosis_is_refused_with_the_key(before, after, place, why):
    with pytest.raises(ClaimError, match=why) as refused:
        read(GOOD.replace(before, after))
    assert refused.value.place == place


@pytest.mark.parametrize(
    "text", ["", "r1", "[]", "- - a", "&a [*a]", "a: &a [*a, *a]", GOOD + "x: !!python/object:os.system y"]
)
def test_hostile_text_is_refused(text):
    with pytest.raises(ClaimError):
        read(text)


@pytest.mark.parametrize(
    ("field", "said", "why"),
    [
        ("device", "r1", ""),
        ("interface", "", ""),
        ("layer", "three", "this must be a whole number"),
        ("layer", "3", ""),
        ("cause", "gremlins", "is no cause"),
        ("fix", "yes", "at least 10 characters"),
    ],
)
def test_one_key_alone_is_looked_at_as_it_is_typed(field, said, why):
    told = complaint(field, said)
    assert (why in told) if why else told == ""
