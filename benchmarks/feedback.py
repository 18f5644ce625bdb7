#!/usr/bin/env python3
"""How long feedback takes on a converged five-node lab: `grade`, again and again, with its median and 95th percentile.

    .venv/bin/python benchmarks/feedback.py [-n RUNS]

The lab is the tests' two-offices (OSPF, a firewall, who reaches whom) without its power cut, solved. Pairs that must
not reach each other are held for a stated time, which no machine makes shorter. The last column puts the 95th
percentile in relation to starting Python and doing nothing, in the same rounds: that number travels between machines.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

NETLAB = str(Path(sys.executable).with_name("netlab"))
SLUG = "two-offices"
TESTS = Path(__file__).parents[1] / "tests/catalogue"
CONVERGED = 60  # seconds that OSPF may take


def without_power_cuts(catalogue: Path) -> None:
    """A copy of the tests' lab whose checks leave power and links alone."""
    shutil.copytree(TESTS, catalogue)
    grader, lab = catalogue / "graders/test_two_offices.py", catalogue / f"labs/{SLUG}/lab.yml"
    head, *checks = re.split(r"(?m)^(?=@check\()", grader.read_text())
    stay = [one for one in checks if "after_restart" not in one]
    points = sum(float(found) for one in stay for found in re.findall(r"points=(\d+)", one))
    grader.write_text(head + "".join(stay))
    lab.write_text(re.sub(r"(?m)^points: \d+", f"points: {points:g}", lab.read_text()))


def run(*argv: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=300, env=os.environ | environment)


def timed(*argv: str, **environment: str) -> float:
    clock = time.monotonic()
    done = run(*argv, **environment)
    if done.returncode:
        sys.exit(f"{' '.join(argv)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return time.monotonic() - clock


def p95(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]


def table(rounds: dict[str, list[float]], nothing: float) -> None:
    print(f"{'':<26}{'median':>9}{'p95':>9}{'most':>9}{'p95 / python':>15}")
    for name, times in rounds.items():
        median, high = statistics.median(times), p95(times)
        print(f"{name:<26}{median:>8.2f}s{high:>8.2f}s{max(times):>8.2f}s{high / nothing:>14.0f}x")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", type=int, default=20, metavar="RUNS")
    runs = parser.parse_args().n
    with tempfile.TemporaryDirectory() as scratch:
        here = {"NETLAB_HOME": f"{scratch}/home", "NETLAB_CATALOG": f"{scratch}/catalogue"}
        without_power_cuts(Path(scratch) / "catalogue")
        timed(NETLAB, "start", SLUG, **here)
        try:
            timed(NETLAB, "author", "apply", "solution", **here)
            deadline = time.monotonic() + CONVERGED
            while run(NETLAB, "grade", **here).returncode and time.monotonic() < deadline:
                pass
            rounds: dict[str, list[float]] = {"python -c pass": [], f"grade {SLUG}": []}
            slowest: dict[str, float] = {}
            for _ in range(runs):
                rounds["python -c pass"].append(timed(sys.executable, "-c", "pass"))
                rounds[f"grade {SLUG}"].append(timed(NETLAB, "grade", **here))
                for check in json.loads(next(Path(scratch).rglob("last-result/result.json")).read_text())["checks"]:
                    slowest[check["id"]] = max(slowest.get(check["id"], 0.0), check["seconds"])
            table(rounds, statistics.median(rounds["python -c pass"]))
            print("slowest of each check: " + ", ".join(f"{name} {seconds:.2f}s" for name, seconds in slowest.items()))
        finally:
            run(NETLAB, "stop", SLUG, "--yes", **here)


if __name__ == "__main__":
    main()
