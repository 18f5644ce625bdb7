"""The grading process: `python -m netlab.grading.session`, run in the lab's management network."""

import gc
import importlib
import os
import resource
import sys
import threading
from pathlib import Path

import pytest

from netlab.catalog import LabFiles
from netlab.faultbook import FaultBook
from netlab.grading.job import Job, Line, standard_line
from netlab.grading.plugin import GradingPlugin
from netlab.grading.toolbox import LabFacts, Toolbox
from netlab.probe.evidence import Recorder
from netlab.seed import Seed

SELDOM = 50_000  # objects until Python looks for garbage: what is imported is none, and to look for it takes long
MOST_MEMORY = 4 << 30  # bytes of address space
_ARGV = (
    "--capture=no",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:terminal",
    "-p",
    "no:logging",
    "-p",
    "no:unraisableexception",  # looks for what was forgotten, at the end of every run, for a tenth of a second
    "-p",
    "no:threadexception",
    "--import-mode=importlib",
    "--assert=plain",
    "-c",
    os.devnull,
)


class Session:
    """One grader, to be carried out once or again and again: what it has imported and opened stays."""

    def __init__(self, job: Job, line: Line) -> None:
        self._job = job
        self._line = line
        self._files = LabFiles(Path(job.catalog), job.slug)
        self._facts = _facts(self._files, job)
        self._recorder = Recorder()
        self.toolbox = Toolbox(job, line, self._recorder)

    def log_in(self) -> None:
        """Open the sessions that the checks will want."""
        self.toolbox.log_in(self._files.grader.read_text("utf-8"))

    def round(self, *, power: bool = True) -> int:
        """Every check ends as one event on the line. 0 when all of them ran. `power`: may nodes be power-cycled?"""
        self.toolbox.may_disturb = power
        plugin = GradingPlugin(
            self._facts,
            self.toolbox,
            self._recorder,
            self._line,
            self._files.lab,
            Path(self._job.output),
        )
        argv = [*_ARGV, f"--rootdir={self._job.catalog}", str(self._files.grader)]
        ended = int(pytest.main(argv, plugins=[plugin]))
        self._line.say("done", code=ended)
        return ended


def _facts(files: LabFiles, job: Job) -> LabFacts:
    values, book = files.values(Seed(bytes.fromhex(job.seed))), FaultBook(files)
    traces = [trace for change in book.changes(job.faults, values) for trace in change.traces]
    truths = [book.find(name).truth for name in job.faults]
    return LabFacts(values, files.topology, files.lab.questions, truths, traces)


def prepare() -> None:
    """What holds for any process that runs a lab's grader."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))  # whatever a node prints ends as an error here
    sys.dont_write_bytecode = True
    gc.set_threshold(SELDOM)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"


def warm_up() -> None:
    """Import what takes long while other things are waited for; whoever needs it first waits for the rest."""
    for module in ("netlab.probe.device", "netlab.probe.frames"):
        importlib.import_module(module)


def main() -> int:
    prepare()
    threading.Thread(target=warm_up, daemon=True).start()
    line = standard_line()
    job = Job.told(line)
    if job is None:
        return 0
    session = Session(job, line)
    threading.Thread(target=session.log_in, daemon=True).start()
    return session.round()


if __name__ == "__main__":
    ended = main()
    sys.stderr.flush()
    os._exit(ended)  # all is said; to close sessions and take apart what was imported would only keep a learner waiting
