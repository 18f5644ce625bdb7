#!/usr/bin/env python3
"""How long a learner waits: wall-clock and CPU time of the commands used most, as medians of several runs.

    .venv/bin/python benchmarks/start_and_grade.py [-n RUNS] [--lab SLUG]

Each round runs every command once, so that a busy minute of the machine falls on all of them alike. CPU time is
user and system time of the command and all it waited for, and of the pod's processes. The last column puts the
wall-clock time in relation to starting Python and doing nothing: that number travels between machines.
"""

import argparse
import contextlib
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

NETLAB = str(Path(sys.executable).with_name("netlab"))
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Series:
    """The measurements of one command, in seconds."""

    name: str
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


@dataclass
class Bench:
    """Runs commands with a NETLAB_HOME of its own."""

    home: Path
    series: dict[str, Series] = field(default_factory=dict)

    def run(self, name: str, argv: Sequence[str], expected: Sequence[int] = (0,)) -> None:
        pod = self._pod_cpu()
        before, clock = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=300, env=self._environment())
        wall, after = time.monotonic() - clock, resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode not in expected:
            sys.exit(f"{' '.join(argv)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        one = self.series.setdefault(name, Series(name))
        one.wall.append(wall)
        own = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        one.cpu.append(own + max(0.0, self._pod_cpu() - pod))

    def _environment(self) -> dict[str, str]:
        return os.environ | {"NETLAB_HOME": str(self.home)}

    def _pod_cpu(self) -> float:
        """CPU seconds of the pod: of its first process, the nodes' and all that they have waited for."""
        marker = f"NETLAB_HOME={self.home}".encode()
        stats = {int(path.name): _stat(path) for path in Path("/proc").iterdir() if path.name.isdigit()}
        family = {pid for pid in stats if marker in _environment(pid)}
        while more := {pid for pid, (parent, _) in stats.items() if parent in family} - family:
            family |= more
        return sum(stats[pid][1] for pid in family)


def _stat(path: Path) -> tuple[int, float]:
    """Parent, and CPU seconds including those of children that were waited for: see proc_pid_stat(5)."""
    with contextlib.suppress(OSError):
        fields = (path / "stat").read_text().rpartition(")")[2].split()
        return int(fields[1]), sum(map(int, fields[11:15])) / TICKS
    return 0, 0.0


def _environment(pid: int) -> list[bytes]:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    return []


def one_round(bench: Bench, lab: str) -> None:
    """Everything once, in the order of a learner's day."""
    bench.run("python -c pass", [sys.executable, "-c", "pass"])
    bench.run("netlab --help", [NETLAB, "--help"])
    bench.run("netlab list", [NETLAB, "list"])
    bench.run("start", [NETLAB, "start", lab])
    try:
        bench.run("exec NODE -- true", [NETLAB, "exec", "srv1", "--", "true"])
        bench.run("grade, untouched", [NETLAB, "grade"], (1,))
        bench.run("author apply solution", [NETLAB, "author", "apply", "solution"])
        bench.run("grade, solved", [NETLAB, "grade"])
        bench.run("restart, all nodes", [NETLAB, "restart"])
    finally:
        bench.run("stop", [NETLAB, "stop"])


def table(series: Sequence[Series]) -> str:
    """Medians, the slowest run, and the ratio to the first series."""
    base = statistics.median(series[0].wall)
    lines = [f"{'':<24}{'wall s':>9}{'slowest':>9}{'CPU s':>9}{'ratio':>9}"]
    for one in series:
        wall = statistics.median(one.wall)
        cpu = statistics.median(one.cpu)
        lines.append(f"{one.name:<24}{wall:>9.2f}{max(one.wall):>9.2f}{cpu:>9.2f}{wall / base:>9.1f}")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("-n", "--runs", type=int, default=5)
    parser.add_argument("--lab", default="dhcp-basics")
    words = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="netlab-bench-") as folder:
        bench = Bench(Path(folder))
        subprocess.run([NETLAB, "image", "build"], check=True, timeout=900)  # so that every start is a warm one
        for _ in range(words.runs):
            one_round(bench, words.lab)
    sys.stdout.write(f"{words.runs} runs, {os.cpu_count()} CPUs\n{table(list(bench.series.values()))}")


if __name__ == "__main__":
    main()
