"""Work that is finished first, tried with real signals sent to this process."""

import signal
import subprocess
import sys

import pytest

from netlab.interrupts import SIGNALS, Interrupted, finish_first, take_in_hand


@pytest.fixture(autouse=True)
def in_hand():
    """Interrupts are netlab's for the length of a test."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    take_in_hand()
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def work(number, done):
    with finish_first():
        signal.raise_signal(number)
        signal.raise_signal(number)
        done.append("work")


def nested_work(done):
    with finish_first():
        work(signal.SIGINT, done)
        done.append("what is around it")


@pytest.mark.parametrize("number", SIGNALS)
def test_an_interrupt_takes_effect_when_the_work_is_done(number):
    done = []
    with pytest.raises(Interrupted):
        work(number, done)
    assert done == ["work"]


def test_the_outermost_work_is_finished():
    done = []
    with pytest.raises(Interrupted):
        nested_work(done)
    assert done == ["work", "what is around it"]


def test_while_an_interrupt_is_cleared_up_further_ones_are_overlooked():
    with pytest.raises(Interrupted):
        signal.raise_signal(signal.SIGINT)
    with finish_first():
        signal.raise_signal(signal.SIGTERM)


@pytest.mark.parametrize("number", SIGNALS)
def test_when_all_is_done_an_interrupt_does_not_kill_python_while_it_ends(number):
    """Python puts the signals back to how they were before its atexit functions and finalisers are all through."""
    script = (
        "import os; from netlab.interrupts import take_in_hand, too_late\n"
        f"class Last:\n    def __del__(self, kill=os.kill, pid=os.getpid()): kill(pid, {int(number)})\n"
        "take_in_hand(); too_late(); last = Last(); print('done')"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")
