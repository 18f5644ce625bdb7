"""Checkpoints as text: what there is, what was saved, what was put back."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from netlab.keptfiles import Change, PutBack
from netlab.report.paint import clean
from netlab.report.tables import columns
from netlab.saved import Checkpoint

LISTED = 8  # so many changed files are named; a screen holds no more
Reviewed = Sequence[tuple[Checkpoint, Sequence[Change]]]


def local_now() -> datetime:
    """The time on the clock of whoever reads."""
    return datetime.now(UTC).astimezone()


def list_text(reviewed: Reviewed, now: datetime) -> str:
    """Newest first, each with what has changed on the nodes since."""
    if not reviewed:
        return "There is no checkpoint yet. `netlab checkpoint NAME` saves the kept files of all nodes as they are now."
    head = ("NAME", "MADE", "AGE", "BY", "CHANGED SINCE")
    rows = [(one.name, clock(one.when, now), age(one.when, now), one.by, summary(changes)) for one, changes in reviewed]
    return columns([head, *rows]) + "\n\n`netlab restore NAME` goes back to one; `last` is the newest."


def list_facts(reviewed: Reviewed) -> list[dict[str, Any]]:
    return [
        {
            **facts(one),
            "nodes": list(one.nodes),
            "changed_since": [change.as_json() for change in changes],
        }
        for one, changes in reviewed
    ]


def facts(one: Checkpoint) -> dict[str, Any]:
    return {"name": one.name, "made": one.made, "by": one.by, "automatic": one.automatic}


def taken_text(one: Checkpoint, *, fresh: bool) -> str:
    if fresh:
        return f"Saved the kept files of {' '.join(one.nodes)}. `netlab restore {one.name}` brings them back."
    return f"No file has changed: the checkpoint {one.name} has them all."


def put_back_text(done: PutBack) -> str:
    """What a restore or a reset did, and the way back."""
    what = "These files are different now:" if done.changes else "No kept file was different."
    lines = [f"Back at {done.source}. {what}", *changes_lines(done.changes)]
    lines += [f"Power cycled: {' '.join(done.nodes)}. What was not saved in a kept file is gone."]
    if done.other_version:
        lines += ["The lab's own files have changed since that checkpoint was made: compare with `netlab brief`."]
    if done.undo:
        lines += [f"To undo it:   netlab restore {done.undo}"]
    return "\n".join(lines)


def changes_lines(changes: Sequence[Change]) -> list[str]:
    """The files by name, without what a learner's file names might do to a terminal."""
    rows = [(f"  {one.node}", _one_line(one.path), one.kind) for one in changes[:LISTED]]
    more = len(changes) - LISTED
    return columns(rows).splitlines() + ([f"  and {more} more"] if more > 0 else [])


def summary(changes: Iterable[Change]) -> str:
    """`srv1 2 files, r1 1 file`."""
    counts = Counter(change.node for change in changes)
    return ", ".join(f"{node} {count} file{'s' * (count > 1)}" for node, count in counts.items()) or "nothing"


def offer_text(one: Checkpoint, now: datetime) -> str:
    """What `start` says when there is earlier work."""
    return (
        f"You have saved work from {clock(one.when, now)}: `netlab restore last` brings it back,"
        " `netlab checkpoint --list` shows all of it."
    )


def stopped_text(slug: str, name: str) -> str:
    return f"Your files are saved as {name}: `netlab start {slug}`, then `netlab restore last`, brings them back."


def clock(when: datetime, now: datetime) -> str:
    """`14:05` today, `22 Nov 14:05` earlier this year, else with the year; in the time zone of `now`."""
    there = when.astimezone(now.tzinfo)
    if there.date() == now.date():
        return f"{there:%H:%M}"
    return f"{there.day} {there:%b %H:%M}" if there.year == now.year else f"{there.day} {there:%b %Y %H:%M}"


def age(when: datetime, now: datetime) -> str:
    """`just now`, `5 min`, `3 h`, `12 days`."""
    passed = max(now - when, timedelta())
    minutes = passed // timedelta(minutes=1)
    if not minutes:
        return "just now"
    if passed < timedelta(hours=2):
        return f"{minutes} min"
    return f"{passed // timedelta(hours=1)} h" if passed < timedelta(days=2) else f"{passed.days} days"


def _one_line(path: str) -> str:
    return clean(path).replace("\n", "\N{REPLACEMENT CHARACTER}")
