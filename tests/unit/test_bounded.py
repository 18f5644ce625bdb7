"""Programs that may be hostile: held to a time and to an amount, and ended when we are."""

import os
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest

from netlab import bounded

NULL = subprocess.DEVNULL


def sh(script, timeout=20.0, limit=bounded.OUTPUT):
    return bounded.run(["sh", "-c", script], NULL, timeout, limit)


def test_both_streams_are_heard_to_their_ends():
    assert sh("echo out; echo err >&2; exit 3") == (3, b"out\n", b"err\n")
    code, out, err = sh("head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2")
    assert (code, len(out), len(err)) == (0, 300_000, 300_000)


def test_who_closes_its_streams_is_waited_for_all_the_same():
    assert sh("exec >&- 2>&-; sleep 0.2; exit 4")[0] == 4


@pytest.mark.parametrize("stream", ["1", "2"])
def test_too_much_is_not_taken(stream):
    with pytest.raises(bounded.TooMuchSaidError):
        sh(f"yes >&{stream}", limit=100_000)


@pytest.mark.parametrize("script", ["exec sleep 9", "trap '' TERM; sleep 1; sleep 1; sleep 9"])
def test_too_slow_is_ended(script):
    with pytest.raises(subprocess.TimeoutExpired):
        sh(script, timeout=0.3)


def test_a_child_left_behind_with_our_pipe_does_not_hold_us_up_for_ever(tmp_path):
    code, out, _ = sh(f"echo said; sleep 772 & echo $! > {tmp_path}/pid", timeout=0.5)
    os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)
    assert (code, out) == (0, b"said\n")


class Interrupted(BaseException):
    pass


def test_an_interrupt_ends_it_though_its_child_keeps_our_pipe(tmp_path):
    def interrupt(*_):
        raise Interrupted

    def when_it_runs():
        deadline = time.monotonic() + 20
        while not (tmp_path / "runs").exists() and time.monotonic() < deadline:
            time.sleep(0.002)  # the interval of a poll that ends by the deadline above
        signal.pthread_kill(threading.main_thread().ident, signal.SIGUSR1)

    before = signal.signal(signal.SIGUSR1, interrupt)
    threading.Thread(target=when_it_runs).start()
    try:
        with pytest.raises(Interrupted):
            sh(f"cd {tmp_path}; sleep 600 & echo $! > child; echo $$ > own; touch runs; wait", timeout=600)
    finally:
        signal.signal(signal.SIGUSR1, before)
    own, child = (int((tmp_path / name).read_text()) for name in ("own", "child"))
    assert not Path(f"/proc/{own}").exists()
    os.kill(child, signal.SIGKILL)  # it lives: nobody waited for it
