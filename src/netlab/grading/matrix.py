"""Who must reach whom, and who must not: one declaration, tried all at once, judged by the cells that are wrong."""

from collections.abc import Callable, Mapping, Sequence

from netlab.grading.attempt import Attempt, Finding
from netlab.grading.cells import Cell, cells
from netlab.grading.job import NodeFacts
from netlab.grading.judge import Expect
from netlab.probe.evidence import Recorder
from netlab.probe.failure import CannotLookError
from netlab.probe.inside import Address

PATIENCE = 4.0  # seconds: longer than three ARP requests, one a second
SHOWN = 4
UNSHOWN_NEXT = "Let that be possible first (`netlab reset` brings a node back as it was)"


class Matrix:
    """`matrix({"srv1": address}, "pc1 > srv1: ping tcp/80", "pc2 x srv1: tcp/22")` in a check.

    A cell that must be reached is tried until `patience` seconds have passed; it counts only when the packet was also
    seen to arrive at that node. One that must not be is held for a stated time, and counts only when the packet was
    seen to leave its node, and the address answers from beside it: else a dead probe would look like a firewall. Where
    nothing is wrong but such a control, CannotLookError is raised: an error, no fail.
    `stand_in`: where no service of the node's own listens, netlab listens itself.
    """

    def __init__(self, nodes: Callable[[], Mapping[str, NodeFacts]], recorder: Recorder, expect: Expect) -> None:
        self._nodes = nodes
        self._recorder = recorder
        self._expect = expect

    def __call__(
        self,
        places: Mapping[str, Address],
        *lines: str,
        stand_in: bool = False,
        patience: float = PATIENCE,
        hint: str = "",
    ) -> None:
        wanted = cells(lines, places)
        found = Attempt(self._nodes(), self._recorder, places, patience, stand_in=stand_in).carry_out(wanted)
        wrong = {cell: one for cell, one in found.items() if one.why}
        if wrong and not any(one.shown for one in wrong.values()):
            raise CannotLookError(_unshown(wrong), UNSHOWN_NEXT)
        right = f"as asked: {len(wanted) - len(wrong)} of {len(wanted)} pairs"
        self._expect(
            not wrong,
            expected=_several([cell.sentence() for cell in wrong]) if wrong else right,
            observed=_several([f"{cell.name}: {one}" for cell, one in wrong.items()]) if wrong else right,
            hint=hint,
        )


def _unshown(wrong: Mapping[Cell, Finding]) -> str:
    return _several([f"whether {cell.sentence()} is {one}" for cell, one in wrong.items()])


def _several(parts: Sequence[str]) -> str:
    more = f"; and {len(parts) - SHOWN} more" if len(parts) > SHOWN else ""
    return "; ".join(parts[:SHOWN]) + more
