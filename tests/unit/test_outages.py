"""Outages in a row of numbered probes."""

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netlab.probe.outages import Outage, Watch, outages

BEAT = [number / 10 for number in range(10)]


@pytest.mark.parametrize(
    ("answered", "found"),
    [
        pytest.param(range(10), [], id="none"),
        pytest.param([0, 1, 2, 6, 7, 8, 9], [(0.3, 0.3, 3, True)], id="one"),
        pytest.param([0, 2, 3, 4, 8, 9], [(0.1, 0.1, 1, True), (0.5, 0.3, 3, True)], id="two"),
        pytest.param([3, 4, 5, 6, 7, 8, 9], [(0.0, 0.3, 3, True)], id="from-the-first-probe-on"),
        pytest.param([0, 1, 2, 3], [(0.4, 0.5, 6, False)], id="not-over-at-the-end"),
        pytest.param([], [(0.0, 0.9, 10, False)], id="never-an-answer"),
    ],
)
def test_an_outage_is_a_run_of_probes_that_nobody_answered(answered, found):
    seen = list(outages(BEAT, set(answered)))
    assert [(round(one.began, 6), round(one.seconds, 6), one.lost, one.over) for one in seen] == found
    assert all(one.error == pytest.approx(0.1) for one in seen if one.over)


def test_a_probe_that_left_late_widens_the_error():
    (one,) = outages([0.0, 0.1, 0.9, 1.0, 1.1], {0, 1, 3, 4})
    assert (one.began, one.seconds, one.error) == pytest.approx((0.9, 0.1, 0.8))


gaps = st.lists(st.floats(0.01, 2.0), min_size=4, max_size=60)


@given(gaps, st.floats(0, 1), st.floats(0, 1))
def test_the_truth_is_never_further_off_than_the_error_says(waits, start, length):
    sent = list(accumulate(waits))
    began = sent[0] + start * (sent[-1] - sent[0])
    ended = began + length * (sent[-1] - began)
    answered = {number for number, at in enumerate(sent) if not began <= at < ended}
    seen = [one for one in outages(sent, answered) if one.over]
    assert len(seen) <= 1
    for one in seen:
        assert abs(one.seconds - (ended - began)) <= one.error + 1e-6


def test_the_words_say_loss_length_and_how_exact_they_are():
    watch = Watch("2026-01-01T09:00:00.000+00:00", 10, 7, (Outage(0.3, 0.3, 0.1, 3, over=True),))
    assert watch.words == "3 of 10 probes lost: 0.30 s ± 0.10 s, 0.30 s after the first probe"
    assert (watch.loss, watch.seconds, watch.longest) == (pytest.approx(30), 0.3, watch.outages[0])
    assert Watch("", 5, 5, ()).words == "no outage: all 5 probes were answered"
    assert "not over" in Outage(0.3, 0.3, 0.1, 3, over=False).words
