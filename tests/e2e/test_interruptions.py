"""Whatever cuts a start off, nothing is left: no process, no mount, no interface, no folder."""

import signal

import pytest
from harness import LAB, assert_nothing_left, catches, finish, wait_for

from netlab.errors import ExitCode

pytestmark = pytest.mark.native

# Moments of a start, by what is on disk by then.
MOMENTS = {
    "claimed": lambda run: run.is_dir(),
    "keys": lambda run: (run / "keys").is_dir(),
    "start-files": lambda run: (run / "start/r1").is_dir(),
    "pod-folder": lambda run: (run / "pod").is_dir(),
    "pod-made": lambda run: (run / "pod/pod.json").exists(),
    "nodes-booting": lambda run: (run / "pod/nodes.json").exists(),
}
every_moment = pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS)


def start_until(netlab, moment):
    """Begin a start; returns it once it has come to that moment."""
    run = netlab.home / "runs" / LAB
    starting = netlab.begin("start", LAB)
    wait_for(lambda: moment(run) or starting.poll() is not None, "the start comes to this moment")
    return starting


@every_moment
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["INT", "TERM"])
def test_an_interrupted_start_leaves_nothing(spotless, moment, number):
    starting = start_until(spotless, moment)
    starting.send_signal(number)
    done = finish(starting)
    assert done.code == ExitCode.INTERRUPTED, done
    assert "Interrupted; nothing half-done is left behind." in done.err
    assert "Traceback" not in done.err
    assert_nothing_left(spotless)


def test_a_hang_up_is_an_interrupt_too(spotless):
    starting = start_until(spotless, MOMENTS["pod-made"])
    starting.send_signal(signal.SIGHUP)
    assert finish(starting).code == ExitCode.INTERRUPTED
    assert_nothing_left(spotless)


def test_an_impatient_learner_who_interrupts_again_and_again(spotless):
    starting = start_until(spotless, MOMENTS["pod-made"])
    while starting.poll() is None:
        starting.send_signal(signal.SIGINT)
    done = finish(starting)
    assert (done.code, "Traceback" in done.err) == (ExitCode.INTERRUPTED, False), done
    assert_nothing_left(spotless)


def test_an_interrupt_in_the_first_instant(spotless):
    starting = spotless.begin("start", LAB)
    wait_for(lambda: catches(starting.pid, signal.SIGTERM), "netlab has taken interrupts in hand")
    starting.send_signal(signal.SIGINT)
    assert finish(starting).code == ExitCode.INTERRUPTED


@every_moment
def test_after_a_kill_the_next_command_clears_up_and_says_so(spotless, moment):
    starting = start_until(spotless, moment)
    starting.kill()
    finish(starting)
    after = spotless("list")
    assert after.code == 0, after
    assert f"An earlier `netlab start {LAB}` was cut off" in after.out + after.err
    assert_nothing_left(spotless)
    assert spotless("start", LAB).code == 0
    assert spotless("stop").code == 0


def test_of_two_starts_at_once_one_wins(spotless):
    both = [finish(starting) for starting in [spotless.begin("start", LAB) for _ in range(2)]]
    assert sorted(done.code for done in both) == [ExitCode.OK, ExitCode.WRONG_STATE], both
    loser = next(done for done in both if done.code)
    assert f"{LAB} is already running." in loser.err
    assert spotless.node("srv1", "hostname").out == "srv1\n"
    assert spotless("stop").code == 0


def test_a_command_that_comes_while_a_lab_starts_leaves_it_alone(spotless):
    starting = start_until(spotless, MOMENTS["claimed"])
    early = spotless("grade")
    assert early.code in (ExitCode.WRONG_STATE, ExitCode.BELOW_PASS_MARK), early
    assert finish(starting).code == 0
    assert spotless("stop").code == 0
