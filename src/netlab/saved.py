"""Checkpoints on disk: one zip each, in a folder that outlives the run, so that `stop` discards nothing."""

import hashlib
import json
import os
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from netlab.errors import BadFileError, UnknownNameError, UsageError
from netlab.keptfiles import Kept

AUTOMATIC_AT_MOST = 10
LAST = "last"
_AUTOMATIC = "before-"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", re.ASCII)
_SCHEMA = "netlab.checkpoint/1"
_FACTS = "checkpoint.json"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What is known of one. `made` is UTC, ISO 8601; `by` the command; `nodes` has the sha256 of each node's tar."""

    name: str
    made: str
    by: str
    lab_digest: str
    nodes: Mapping[str, str]

    @property
    def automatic(self) -> bool:
        return self.name.startswith(_AUTOMATIC)

    @property
    def when(self) -> datetime:
        return datetime.fromisoformat(self.made)

    def holds(self, kept: Kept) -> bool:
        """Whether these are the very files that it has."""
        return self.nodes == digests(kept)


@dataclass(frozen=True, slots=True)
class Saved:
    """The checkpoints of one attempt of one learner at one lab."""

    directory: Path

    def __iter__(self) -> Iterator[Checkpoint]:
        """Newest first."""
        found = [one for path in self.directory.glob("[!.]*.zip") for one in _read_facts(path)]
        return iter(sorted(found, key=lambda one: (one.made, one.name), reverse=True))

    def newest(self) -> Checkpoint | None:
        return next(iter(self), None)

    def find(self, name: str) -> Checkpoint:
        """By its name, or `last`; raises UnknownNameError with the names there are."""
        there = list(self)
        for one in there:
            if name in (one.name, LAST):
                return one
        known = f"There are: {', '.join(one.name for one in there)}." if there else "There is none yet."
        raise UnknownNameError(f"There is no checkpoint '{name}'.", f"{known} `netlab checkpoint NAME` makes one.")

    def kept(self, checkpoint: Checkpoint) -> dict[str, bytes]:
        """Its files; raises BadFileError when they are not what was put in."""
        path = self._path(checkpoint.name)
        try:
            with zipfile.ZipFile(path) as archive:
                kept = {node: archive.read(f"{node}.tar") for node in checkpoint.nodes}
        except (OSError, zipfile.BadZipFile, KeyError) as wrong:
            raise BadFileError(f"{path} is damaged: {wrong}.", "Restore another checkpoint.") from wrong
        if not checkpoint.holds(kept):
            raise BadFileError(f"{path} is damaged: its files have changed.", "Restore another checkpoint.")
        return kept

    def add(self, name: str, by: str, lab_digest: str, kept: Kept, *, sparing: str | None = None) -> Checkpoint:
        """Write it, all or nothing; one of that name is replaced, and the oldest automatic ones go (not `sparing`)."""
        made = datetime.now(UTC).isoformat(timespec="microseconds")
        checkpoint = Checkpoint(name, made, by, lab_digest, digests(kept))
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = self.directory / ".new"
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr(_FACTS, json.dumps({"schema": _SCHEMA, **asdict(checkpoint)}, indent=1))
                for node, content in kept.items():
                    archive.writestr(f"{node}.tar", content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path(name))
        self._prune(sparing)
        return checkpoint

    def remove(self, checkpoint: Checkpoint) -> None:
        self._path(checkpoint.name).unlink(missing_ok=True)

    def _prune(self, sparing: str | None) -> None:
        for old in [one for one in self if one.automatic][AUTOMATIC_AT_MOST:]:
            if old.name != sparing:
                self.remove(old)

    def _path(self, name: str) -> Path:
        return self.directory / f"{name}.zip"


def digests(kept: Kept) -> dict[str, str]:
    return {node: hashlib.sha256(content).hexdigest() for node, content in kept.items()}


def check_name(name: str) -> None:
    """Raises UsageError for what no learner may call a checkpoint."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"'{name}' cannot be the name of a checkpoint.", "Use up to 40 letters, digits, dots and dashes."
        )
    if name == LAST or name.startswith(_AUTOMATIC):
        raise UsageError(f"The name '{name}' is netlab's own.", f"Choose one that is not '{LAST}' or '{_AUTOMATIC}…'.")


def timed_name(stem: str, taken: Iterable[str], now: datetime) -> str:
    """`before-grade-1405`, and `before-grade-1405-2` where that is taken."""
    name, others = f"{stem}-{now:%H%M}", set(taken)
    numbered = (f"{name}-{number}" for number in range(2, len(others) + 3))
    return next(one for one in (name, *numbered) if one not in others)


def _read_facts(path: Path) -> Iterator[Checkpoint]:
    """Nothing for a file that is no checkpoint, or damaged."""
    with suppress(OSError, zipfile.BadZipFile, ValueError, KeyError, TypeError), zipfile.ZipFile(path) as archive:
        facts = json.loads(archive.read(_FACTS))
        if facts.pop("schema") == _SCHEMA and facts["name"] == path.stem:
            yield Checkpoint(**facts)
