"""How long something was out of reach, seen by numbered pings: what really happened lies within the error."""

import time

import pytest
from asking import watching
from contract import NODES, sh
from harness import wait_for

from netlab.port import Port
from netlab.topology import Endpoint

PC2 = "192.0.2.140"
DROP = "nft 'add table inet t; add chain inet t forward { type filter hook forward priority 0; policy drop; }'"


@pytest.fixture
def routed(runtime):
    wait_for(lambda: sh(runtime, "pc1", f"ping -c 1 -W 1 {PC2}").ok, "pc1 reaches pc2")
    yield runtime
    runtime.restart(NODES, lambda _: None)
    runtime.set_ports({Endpoint("r1", "eth2"): Port()})


def test_a_network_that_nobody_touches_loses_nothing(routed):
    with watching(routed, "pc1", PC2) as seen:
        time.sleep(0.5)  # what is measured
    watch = seen["watch"]
    assert (watch["outages"], watch["sent"] == watch["answered"], watch["sent"] > 10) == ([], True, True)
    assert watch["words"] == f"no outage: all {watch['sent']} probes were answered"
    assert [entry["kind"] for entry in seen["entries"]] == ["timeline"]


def test_an_outage_is_as_long_as_it_was(routed):
    with watching(routed, "pc1", PC2, again=True) as seen:
        assert sh(routed, "r1", "true").ok
        before = time.monotonic()
        assert sh(routed, "r1", DROP).ok
        broken = time.monotonic()
        time.sleep(0.4)  # what is measured
        mending = time.monotonic()
        assert sh(routed, "r1", "nft delete table inet t").ok
        after = time.monotonic()
    (outage,) = seen["watch"]["outages"]
    assert outage["over"]
    least, most = mending - broken, after - before
    assert least - outage["error"] <= outage["seconds"] <= most + outage["error"]


def test_a_router_whose_power_is_cut_is_one_outage(routed):
    with watching(routed, "pc1", PC2, again=True) as seen:
        routed.restart(["r1"], lambda _: None)
    outages = seen["watch"]["outages"]
    assert outages, seen
    assert outages[-1]["over"], "the router came back"


def test_what_does_not_come_back_is_said_not_to_be_over(routed):
    with watching(routed, "pc1", PC2) as seen:
        assert sh(routed, "pc1", "ip route del default").ok
        time.sleep(0.2)  # probes that cannot even leave their node
    (outage,) = seen["watch"]["outages"]
    assert not outage["over"]
    assert "not over" in seen["watch"]["words"]


def test_random_loss_is_told_as_loss(routed):
    routed.set_ports({Endpoint("r1", "eth2"): Port(loss=30)})
    with watching(routed, "pc1", PC2, every=0.005) as seen:
        time.sleep(1.5)  # some 300 probes
    assert 10 < seen["watch"]["loss"] < 60, seen
    assert len(seen["watch"]["outages"]) > 5
