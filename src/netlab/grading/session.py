"""The grading process: `python -m netlab.grading.session JOB.json`, run in the lab's management network."""

import contextlib
import os
import sys
from pathlib import Path

import pytest

from netlab.catalog import LabFiles
from netlab.grading.job import Job, Line, standard_line
from netlab.grading.plugin import GradingPlugin
from netlab.grading.toolbox import LabFacts, Toolbox
from netlab.ksb import standard
from netlab.parameters import Seed
from netlab.probe.evidence import Recorder

_ARGV = (
    "--capture=no",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:terminal",
    "-p",
    "no:logging",
    "--import-mode=importlib",
    "-c",
    os.devnull,
)


def grade(job: Job, line: Line) -> int:
    """Run the lab's grader; every check ends as one event on the line. 0 when all of them ran."""
    files = LabFiles(Path(job.catalog), job.slug)
    recorder = Recorder()
    facts = LabFacts(files.values(Seed(bytes.fromhex(job.seed))), files.topology)
    toolbox = Toolbox(job, line, recorder)
    plugin = GradingPlugin(
        facts, toolbox, recorder, line, standard(files.lab.standard), files.lab.points, Path(job.output)
    )
    with contextlib.closing(toolbox):
        ended = pytest.main([*_ARGV, f"--rootdir={job.catalog}", str(files.grader)], plugins=[plugin])
    line.say("done", code=int(ended))
    return int(ended)


def main() -> int:
    sys.dont_write_bytecode = True
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    return grade(Job.read(Path(sys.argv[1])), standard_line())


if __name__ == "__main__":
    sys.exit(main())
