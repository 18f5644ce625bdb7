"""The process behind `netlab watch`: `python -m netlab.grading.watching`, in the lab's management network.

It stays warm: what it has imported and its SSH sessions last from round to round. It begins a round when it is told
its job anew, with the nodes and answers there are now, and says `changed` when one is due.
"""

import contextlib
import sys

from netlab.grading.job import Job, Line, standard_line
from netlab.grading.session import Session, prepare
from netlab.probe.changes import Changes


class Watcher:
    """Rounds of one lab's checks, and what may have changed between them."""

    def __init__(self, job: Job, line: Line) -> None:
        self._session = Session(job, line)
        self._line = line
        self._pids: dict[str, int] = {}
        self._changes = Changes({})
        self._perhaps_ours: set[str] = set()
        self._saved = job.saved

    def carry_out(self) -> int:
        """Until the starting command goes away."""
        with contextlib.closing(self._session.toolbox):
            while job := Job.told(self._line):
                self._renew(job)
                self._session.round(power=False)
                if self._due():
                    self._line.say("changed")
        return 0

    def _renew(self, job: Job) -> None:
        self._session.toolbox.renew(job)
        pids = {one.name: one.pid for one in job.nodes}
        if pids != self._pids:
            self._changes.close()
            self._pids, self._changes = pids, Changes(pids, job.saved)

    def _due(self) -> bool:
        """When a change came; False when the starting command speaks, or has gone.

        What changed during a round may be the learner's doing or the grader's own: it gets one more round, and no
        third, unless something changed there where nothing had before. No grader gives answers.
        """
        changed = self._changes.forget()
        new = changed - self._perhaps_ours
        self._perhaps_ours |= changed - {self._saved}
        if new or self._changes.gone:
            return True
        self._perhaps_ours = set()
        return self._changes.wait(self._line.fileno())


def main() -> int:
    prepare()
    line = standard_line()
    job = Job.told(line)
    return Watcher(job, line).carry_out() if job else 0


if __name__ == "__main__":
    sys.exit(main())
