"""How the end-to-end tests drive netlab: as people do, by its command, and look at the host with their own eyes."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

NETLAB = str(Path(sys.executable).with_name("netlab"))
LAB = "dhcp-basics"


@dataclass(frozen=True)
class Done:
    """A command that ended."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)

    def __repr__(self):  # what pytest shows when an assertion about it fails
        return f"exit {self.code}\n--- stdout\n{self.out}--- stderr\n{self.err}---"


@dataclass(frozen=True)
class Netlab:
    """The `netlab` command of one user: a NETLAB_HOME of their own, and what else is in their environment."""

    home: Path
    env: dict = field(default_factory=dict)
    command: tuple = (NETLAB,)

    def __call__(self, *args, stdin="", timeout=60, under=(), **env):
        """Run it to its end. `under`: a command that runs it, such as `unshare -r`."""
        done = subprocess.run(
            [*under, *self.command, *map(str, args)],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
            env=self.environment(**env),
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def run(self, *args, stdin):
        """Run it on an open file as stdin."""
        argv = [*self.command, *map(str, args)]
        subprocess.run(argv, stdin=stdin, capture_output=True, check=False, timeout=60, env=self.environment())

    def begin(self, *args, **env):
        """Run it and do not wait. It leads a process group, as it would on a terminal."""
        pipe, argv, null = subprocess.PIPE, [*self.command, *args], subprocess.DEVNULL
        return subprocess.Popen(
            argv, stdin=null, stdout=pipe, stderr=pipe, text=True, env=self.environment(**env), process_group=0
        )

    def environment(self, **more):
        # pytest-xdist tells its workers a size of the terminal, which would stand for that of a test's own.
        foreign = ("NETLAB_", "LINES", "COLUMNS")
        ours = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        cache = {name: os.environ[name] for name in ("NETLAB_CACHE",) if name in os.environ}
        return ours | cache | {"NETLAB_HOME": str(self.home)} | self.env | more

    def node(self, name, script, **options):
        """Run a shell script on a node."""
        return self("exec", name, "--", "sh", "-c", script, **options)

    def run_folders(self):
        return sorted(path.name for path in (self.home / "runs").glob("*"))

    def processes(self):
        """Every process on this host that was started for this home: its pods' inits keep the environment."""
        return sorted(pid for pid in pids() if f"NETLAB_HOME={self.home}".encode() in _environment(pid))

    def kill_all(self):
        """As when the computer loses its power: no process of this home is left, whoever is quicker to end."""
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def finish(process, timeout=60):
    """Wait for a command that was begun."""
    out, err = process.communicate(timeout=timeout)
    return Done(process.returncode, out, err)


def wait_for(condition, what, timeout=20):
    """Poll until `condition()` is true, and return what it returned; fail when `timeout` seconds have passed."""
    deadline = time.monotonic() + timeout
    while not (found := condition()):
        assert time.monotonic() < deadline, f"after {timeout} s still not: {what}"
        time.sleep(0.002)
    return found


def assert_nothing_left(netlab):
    """No process, no mount and no folder of this user's labs."""
    wait_for(lambda: not netlab.processes(), f"{netlab.processes()} have ended", 10)
    assert list((netlab.home / "runs").glob("*")) == []
    assert not mounts_below(netlab.home)


def need_all_for(slug, netlab, catalogue):
    """Skip the test on a host that lacks what the lab needs, such as /dev/net/tun for everybody."""
    (told,) = [one for one in netlab("doctor", "--json", "--catalog", catalogue).json if one["name"] == f"lab {slug}"]
    if not told["ok"]:
        pytest.skip(told["detail"])


def catches(pid, number):
    """Has a process a handler for this signal?"""
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("SigCgt"))
    return int(line.split()[1], 16) >> (number - 1) & 1


def host_links():
    """The host's network interfaces."""
    return {path.name for path in Path("/sys/class/net").iterdir()}


def mounts_below(path):
    """The host's mounts that have to do with a folder."""
    return [line for line in Path("/proc/self/mountinfo").read_text().splitlines() if str(path) in line]


def pids():
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _environment(pid):
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    return ()
