"""A process is known by its pid and its start time; tried on real children."""

import os
import signal
import subprocess

import pytest

from netlab.processes import Process

PATIENCE = 30


@pytest.fixture
def child():
    """A child that answers each line with the same line, for as long as it lives."""
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as one:
        yield one
        one.kill()


def answers(child):
    child.stdin.write("are you there?\n")
    return child.stdout.readline() == "are you there?\n"


def test_a_running_process_is_alive(child):
    process = Process.of(child.pid)
    assert process.alive()
    assert not process.wait(0)


def test_a_killed_process_is_dead_even_before_its_parent_looks(child):
    process = Process.of(child.pid)
    process.kill()
    assert process.wait(PATIENCE)
    assert not process.alive()
    assert child.wait(PATIENCE) == -signal.SIGKILL


def test_a_process_that_is_gone_needs_no_waiting_and_no_killing(child):
    process = Process.of(child.pid)
    child.kill()
    child.wait(PATIENCE)
    process.kill()
    assert process.wait(0)
    assert not process.alive()
    with pytest.raises(ProcessLookupError):
        Process.of(child.pid)


@pytest.mark.parametrize("difference", [-1, 1, 10_000])
def test_another_process_with_the_same_pid_is_never_killed(child, difference):
    real = Process.of(child.pid)
    other = Process(child.pid, real.started + difference, real.boot)
    assert not other.alive()
    other.kill()
    assert other.wait(0)
    assert answers(child)
    assert real.alive()


def test_a_process_of_before_a_restart_of_the_computer_is_dead(child):
    real = Process.of(child.pid)
    other = Process(child.pid, real.started, real.boot + 1)
    assert not other.alive()
    other.kill()
    assert answers(child)


@pytest.mark.parametrize("data", [None, [], "", 7, {}, {"pid": 1}, {"pid": "x", "started": 1, "boot": 1}])
def test_a_damaged_record_is_of_no_process(data):
    assert Process.from_record(data) is None


def test_a_process_is_the_same_after_a_trip_through_json(child):
    process = Process.of(child.pid)
    assert Process.from_json(process.as_json()) == process


@pytest.mark.parametrize("name", ["plain", "with space", "a) R 1 (b", ")))"])
def test_the_name_of_a_program_does_not_mislead(tmp_path, name):
    script = tmp_path / name
    script.write_text("#!/bin/sh\necho ready\nread line\n")
    script.chmod(0o755)
    with subprocess.Popen([script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as odd:
        odd.stdout.readline()
        process = Process.of(odd.pid)
        assert process.started >= Process.of(os.getpid()).started
        assert process.alive()
    assert not process.alive()
