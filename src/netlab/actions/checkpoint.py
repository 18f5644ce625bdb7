"""Save the kept files of a lab, put them back, or go back to the start. Whoever calls holds the run."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from netlab import textfile
from netlab.actions import faults
from netlab.actions.bench import Bench
from netlab.actions.events import Completed, NodeReady, OnEvent
from netlab.errors import WrongStateError
from netlab.keptfiles import Change, Kept, PutBack, changes
from netlab.saved import Checkpoint, Saved, check_name, timed_name
from netlab.state import Run

BY_HAND = "netlab checkpoint"
_UNFINISHED = "unfinished.json"


@dataclass(frozen=True, slots=True)
class _Order:
    """A restore (or, without a checkpoint, a reset) that has begun; on disk while it is at work."""

    checkpoint: str | None
    nodes: list[str]

    @property
    def command(self) -> str:
        return f"netlab restore {self.checkpoint}" if self.checkpoint else "netlab reset"


def shelf(run: Run) -> Saved:
    """Where the checkpoints of this learner's attempt are, whether or not the lab runs."""
    return Saved(run.saved_dir)


def take(bench: Bench, name: str | None, *, replace: bool = False) -> tuple[Checkpoint, bool]:
    """A checkpoint that stays until it is removed, and whether it was made now: the same files are not saved twice."""
    _require_lab(bench)
    saved, there = shelf(bench.run), {one.name: one for one in shelf(bench.run)}
    kept = bench.runtime.save(list(bench.topology.nodes))
    if name is None:
        same = [one for one in saved if not one.automatic and one.holds(kept)]
        return (same[0], False) if same else (_add(bench, timed_name("saved", there, _now()), BY_HAND, kept), True)
    check_name(name)
    if name in there and there[name].holds(kept):
        return there[name], False
    if name in there and not replace:
        raise WrongStateError(
            f"There is a checkpoint '{name}' with other files.",
            f"Choose another name, or replace it: `netlab checkpoint {name} --force`.",
        )
    return _add(bench, name, BY_HAND, kept), True


def secure(bench: Bench, command: str) -> Checkpoint | None:
    """A checkpoint made by itself before a command; None when nothing would be lost without one.

    That is so when the files are the lab's own start files, or those of the newest checkpoint. What runs without a lab
    keeps no files.
    """
    if not bench.run.has_lab:
        return None
    return _secure(bench, bench.runtime.save(list(bench.topology.nodes)), command)


def _secure(bench: Bench, kept: Kept, command: str, sparing: str | None = None) -> Checkpoint | None:
    newest = shelf(bench.run).newest()
    if newest and newest.holds(kept):
        return newest
    if kept == bench.runtime.delivered(list(kept)):
        return None
    stem = f"before-{command.rpartition(' ')[2]}"
    name = timed_name(stem, [one.name for one in shelf(bench.run)], _now())
    return _add(bench, name, f"netlab {command}", kept, sparing)


def review(bench: Bench) -> list[tuple[Checkpoint, list[Change]]]:
    """Each checkpoint, newest first, with what has changed on the nodes since it was made."""
    _require_lab(bench)
    saved, now = shelf(bench.run), bench.runtime.save(list(bench.topology.nodes))
    return [(one, [] if one.holds(now) else changes(saved.kept(one), now)) for one in saved]


def restore(bench: Bench, name: str, nodes: Sequence[str], on_event: OnEvent) -> PutBack:
    """Make the kept files those of a checkpoint.

    All nodes named are power-cycled, also where the files are the same: what runs there and was not saved is no part
    of a checkpoint, and would be mixed with it.
    """
    _require_lab(bench)
    return _carry_out(bench, _Order(shelf(bench.run).find(name).name, list(nodes)), on_event)


def reset(bench: Bench, nodes: Sequence[str], on_event: OnEvent) -> PutBack:
    """Make the kept files those that the lab started with."""
    _require_lab(bench)
    return _carry_out(bench, _Order(None, list(nodes)), on_event)


def complete(bench: Bench, on_event: OnEvent) -> None:
    """Finish a restore or reset that was killed: half of the nodes may have their files back."""
    with bench.run.alone():
        order = _read(bench.run.directory / _UNFINISHED)
        if order:
            _carry_out(bench, order, on_event)
            on_event(Completed(order.command))


def cut_off(run: Run) -> bool:
    """Whether a restore or reset of this run has begun and not ended; it may be at work still."""
    return (run.directory / _UNFINISHED).exists()


def _require_lab(bench: Bench) -> None:
    if not bench.run.has_lab:
        message = f"{bench.run.slug} is a topology without a lab: its nodes keep their whole disks, and no checkpoints."
        raise WrongStateError(message, f"Copy what you want to keep: `netlab cp NODE:PATH . --lab {bench.run.slug}`.")


def _carry_out(bench: Bench, order: _Order, on_event: OnEvent) -> PutBack:
    kept = bench.runtime.save(list(bench.topology.nodes))
    now = _secure(bench, kept, "restore" if order.checkpoint else "reset", sparing=order.checkpoint)
    wanted, other_version = _wanted(bench, order)
    found = changes({node: kept[node] for node in wanted}, wanted)
    unfinished = bench.run.directory / _UNFINISHED
    textfile.replace(unfinished, json.dumps(asdict(order)))
    try:
        bench.runtime.load(wanted, lambda name: on_event(NodeReady(name)))
        if order.checkpoint is None:
            faults.go_live(bench, wanted)
    finally:  # an interrupt takes effect when the load has ended; only a kill leaves the order on disk
        unfinished.unlink()
    undo = now.name if now and found else None
    return PutBack(order.checkpoint or "the start", list(wanted), found, undo, other_version)


def _wanted(bench: Bench, order: _Order) -> tuple[Kept, bool]:
    if order.checkpoint is None:
        return bench.runtime.delivered(order.nodes), False
    saved = shelf(bench.run)
    checkpoint = saved.find(order.checkpoint)
    kept = saved.kept(checkpoint)
    chosen = {node: kept[node] for node in order.nodes if node in kept}
    return chosen, checkpoint.lab_digest != bench.run.lab_digest


def _read(path: Path) -> _Order | None:
    try:
        return _Order(**json.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        return None


def _add(bench: Bench, name: str, by: str, kept: Kept, sparing: str | None = None) -> Checkpoint:
    return shelf(bench.run).add(name, by, bench.run.lab_digest, kept, sparing=sparing)


def _now() -> datetime:
    return datetime.now(UTC).astimezone()
