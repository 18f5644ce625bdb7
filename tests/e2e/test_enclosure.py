"""A program that is run enclosed: whatever becomes of it and of who asked, nothing of it is left."""

import contextlib
import os
import secrets
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from harness import pids, wait_for

from netlab.runtime.native.client import AGENT
from netlab.runtime.native.idmap import take_over

pytestmark = pytest.mark.native
# Under root's id and another one, in a session of its own, and deaf to every signal that can be ignored.
STUBBORN = "trap '' TERM INT HUP; setpriv --reuid=33 --clear-groups setsid sleep {0} & sleep {0} & wait"
ASKER = (
    "import signal, subprocess, sys; signal.signal(signal.SIGHUP, signal.SIG_DFL); "  # which nohup leaves ignored
    "subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE).wait()"
)


@pytest.fixture
def folder(tmp_path):
    tmp_path.chmod(0o755)
    (tmp_path / "tmp").mkdir()
    take_over(tmp_path / "tmp")
    return tmp_path


@pytest.fixture
def mark():
    """A time to sleep that nobody else sleeps."""
    return f"4321.{os.getpid()}{secrets.randbelow(10**9)}"


def enclosed(folder, script, before=()):
    argv = [*before, *AGENT, "enclosed", str(folder), "sh", "-c", script]
    pipe = subprocess.PIPE
    return subprocess.Popen(argv, stdin=pipe, stdout=pipe, stderr=pipe, text=True, start_new_session=True)


def command_lines(mark):
    """Those of all processes that have this word in theirs; unlike the environment everybody may read them."""
    found = []
    for pid in pids():
        with contextlib.suppress(OSError):
            found.append(Path(f"/proc/{pid}/cmdline").read_text(errors="replace").split("\0"))
    return [words for words in found if mark in " ".join(words)]


def sleeping(mark):
    return len([words for words in command_lines(mark) if words[0] == "sleep"])


def test_its_exit_code_its_words_and_its_temporary_files(folder):
    with enclosed(folder, "id -u; touch /tmp/mine; echo why >&2; exit 7") as process:
        out, err = process.stdout.read(), process.stderr.read()
    assert (process.returncode, out, err) == (7, "0\n", "why\n")
    assert [path.name for path in (folder / "tmp").iterdir()] == ["mine"]


def test_it_ends_with_its_input_and_has_ended_when_that_is_reported(folder, mark):
    with enclosed(folder, STUBBORN.format(mark)) as process:
        wait_for(lambda: sleeping(mark) == 2, "both its children sleep")
        process.stdin.close()
        process.wait(20)
        assert not command_lines(mark)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_it_ends_with_who_asked(folder, mark, number):
    with enclosed(folder, STUBBORN.format(mark), before=(sys.executable, "-c", ASKER)) as asker:
        wait_for(lambda: sleeping(mark) == 2, "both its children sleep")
        asker.send_signal(number)
        wait_for(lambda: not command_lines(mark), "all of it has ended")


def test_what_it_left_running_ends_with_it(folder, mark):
    with enclosed(folder, f"setsid sleep {mark} >/dev/null 2>&1 & exit 0") as process:
        assert process.wait(20) == 0
        assert not command_lines(mark)


def test_why_it_could_not_be_run_is_said(folder):
    with enclosed(folder / "no-such-folder", "true") as process:
        out, err = process.stdout.read(), process.stderr.read()
    assert (process.returncode, out) == (1, "")
    assert "No such file or directory" in err
    assert "Traceback" not in err
