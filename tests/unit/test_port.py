"""What a person may ask of a link, and how `tc` is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netlab.errors import UsageError
from netlab.port import Port, rate_text, read_change
from netlab.runtime.native.impair import clear_lines, link_lines, loss_program, shape_lines


def plan(old=Port(), new=Port(), mtu=1500):  # noqa: B008 - frozen
    """What the agent is told of one port, whose far end is good."""
    facts = {"old": old.as_json(), "new": new.as_json(), "built_mtu": mtu}
    return facts | {"was_cut": not old.up, "cut": not new.up}


@pytest.mark.parametrize(
    ("words", "near", "far"),
    [
        ("down", Port(up=False), Port()),
        ("up", Port(), Port()),
        ("mtu 1400", Port(mtu=1400), Port()),
        ("loss 5%", Port(loss=5), Port(loss=5)),
        ("loss 0.5", Port(loss=0.5), Port(loss=0.5)),
        ("rate 2mbit", Port(rate=2_000_000), Port(rate=2_000_000)),
        ("rate 1.5Mbit loss 1% down", Port(up=False, rate=1_500_000, loss=1), Port(rate=1_500_000, loss=1)),
        ("delay 20ms", Port(delay=20), Port(delay=20)),
    ],
)
def test_state_and_mtu_are_of_one_end_the_rest_of_both(words, near, far):
    change = read_change(words.split())
    assert change.near(Port()) == near
    assert change.far(Port()) == far


def test_what_is_not_named_stays():
    assert read_change(["loss", "1"]).near(Port(up=False, mtu=1400)) == Port(up=False, mtu=1400, loss=1)


def test_clear_makes_both_ends_good_but_leaves_the_far_port_shut():
    change = read_change(["clear"])
    assert change.near(Port(up=False, mtu=1400, loss=5, rate=9000, delay=3)) == Port()
    assert change.far(Port(up=False, loss=5)) == Port(up=False)


@pytest.mark.parametrize(
    "words",
    [
        *("sideways", "loss", "loss 101", "loss five", "loss -1", "rate 1", "rate 5mb", "rate", "delay 1h"),
        *(
            "up down",
            "loss 5% clear",
            "mtu 67",
            "mtu 70000",
            "mtu 15.5",
            "mtu",
            "up loss",
            "loss 1e1",
            "rate ²mbit",
            "mtu ²",
        ),
    ],
)
def test_anything_else_is_refused_with_what_is_possible(words):
    with pytest.raises(UsageError) as refused:
        read_change(words.split())
    assert refused.value.next_step


@pytest.mark.parametrize(
    "words", ["up down", "down up", "loss 5% clear", "down clear", "loss 5% loss 3%", "clear clear"]
)
def test_what_contradicts_itself_is_refused(words):
    with pytest.raises(UsageError, match=r"contradict|twice"):
        read_change(words.split())


def test_a_link_is_cleared_before_it_is_set():
    assert read_change(["clear", "loss", "5%"]).near(Port(up=False, mtu=1400)) == Port(loss=5)


@given(st.integers(8, 10**8).map(lambda number: number * 1000))
def test_a_rate_is_read_as_it_is_written(rate):
    assert read_change(["rate", rate_text(rate)]).near(Port()).rate == rate


@given(st.floats(0.01, 100))
def test_a_port_is_written_as_it_is_asked(loss):
    port = Port(loss=round(loss, 2), rate=2_000_000, up=False, mtu=1400)
    assert read_change(port.text.replace(",", "").split()).near(Port()) == port


def test_a_share_of_the_random_numbers_is_lost():
    assert "53 0 1 2147483648" in loss_program(50)
    assert "53 0 1 4294967295" in loss_program(100)


def test_delay_waits_behind_the_rate_limit():
    lines = shape_lines("eth1", plan(new=Port(rate=2_000_000, delay=20)))
    assert lines == [
        "qdisc replace dev eth1 root handle 1: tbf rate 2000000bit burst 6000 latency 50ms",
        "qdisc replace dev eth1 parent 1:1 handle 10: netem limit 10000 delay 20ms",
    ]


@pytest.mark.parametrize(("port", "mtu"), [(Port(rate=8000), 9500), (Port(rate=8000, mtu=9500), 1500)])
def test_a_slow_link_lets_its_longest_frame_through(port, mtu):
    (line,) = shape_lines("eth1", plan(new=port, mtu=mtu))
    assert int(line.split()[line.split().index("burst") + 1]) > 9500 + 18


def test_only_what_was_put_there_is_taken_away():
    assert clear_lines("eth1", plan()) == []
    assert clear_lines("eth1", plan(old=Port(loss=1, rate=9000))) == [
        "filter del dev eth1 egress pref 1",
        "qdisc del dev eth1 root",
    ]
    assert clear_lines("eth1", plan(old=Port(up=False))) == ["filter del dev eth1 egress pref 2"]


def test_down_is_set_again_however_often_it_is_asked_for():
    again = plan(old=Port(up=False), new=Port(up=False))
    assert link_lines("eth1", again) == ["link set dev eth1 mode dormant", "link set dev eth1 down"]
    assert shape_lines("eth1", again)[1].startswith("filter replace dev eth1 egress pref 2 ")


def test_an_mtu_that_was_set_goes_back_to_the_built_one():
    assert link_lines("eth1", plan(old=Port(mtu=1400), mtu=9500)) == ["link set dev eth1 mtu 9500"]
    assert link_lines("eth1", plan()) == []
