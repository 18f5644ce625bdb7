"""What running labs leave on disk: one folder a run, under NETLAB_HOME or the XDG state folder."""

import errno
import fcntl
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from platformdirs import user_cache_path, user_state_path

from netlab.errors import HostError, WrongStateError, cannot_write
from netlab.processes import Process
from netlab.seed import Seed

STARTING, RUNNING, GONE = "starting", "running", "gone"
PRACTICE, ASSESSMENT = "practice", "assessment"
DEPLOYMENT = "pod"
PATIENCE = 60.0  # seconds for which a command waits for one that gives way
_AGAIN = 0.02
_SOON, _BUSY = "soon", "busy"  # what the lock says of its holder; nothing yet, or no more, for an instant
_DRAFT = ".starting-"
_ASIDE = ".stopping-"
_AT_WORK = re.compile(r"\.(?:starting|stopping)-(\d+)(?:-.*)?")


@dataclass(frozen=True, slots=True)
class Run:
    """One started lab. `seed` is secret-ish (mode 0600); `starter` is the command that is starting it."""

    directory: Path
    slug: str
    learner: str
    attempt: int
    seed: str
    runtime: str
    catalog: str
    image: str
    lab_digest: str
    status: str
    created: str
    starter: Mapping[str, int]
    mode: str = PRACTICE

    @property
    def assessed(self) -> bool:
        """No hints, no fixes: the learner shows what they can do alone."""
        return self.mode == ASSESSMENT

    @property
    def deployment_dir(self) -> Path:
        return self.directory / DEPLOYMENT

    @property
    def saved_dir(self) -> Path:
        """Outside the run, which `stop` removes; the same for every run of this attempt by this learner."""
        who = "".join(char if char.isalnum() else "-" for char in self.learner)[:20]
        seed = self.parameter_seed().commitment[:12]
        return self.directory.parents[1] / "saved" / self.slug / f"{who}-{self.attempt}-{seed}"

    @property
    def keys_dir(self) -> Path:
        return self.directory / "keys"

    @property
    def has_lab(self) -> bool:
        """False for a topology that is no lab: it has no brief, and nothing to grade."""
        return bool(self.catalog)

    @property
    def abandoned(self) -> bool:
        """Its `start` was cut off (kill -9, power cut) before the lab was ready."""
        return self.status == STARTING and not Process.from_json(dict(self.starter)).alive()

    def set_aside(self) -> Path:
        """Give its folder a name under which it is no lab any more: from then on it can only be removed."""
        aside = self.directory.with_name(f"{_ASIDE}{os.getpid()}-{self.slug}")
        return self.directory.rename(aside)

    def parameter_seed(self) -> Seed:
        return Seed(bytes.fromhex(self.seed))

    def save(self) -> None:
        data = {key: value for key, value in asdict(self).items() if key != "directory"}
        target = self.directory / "run.json"
        fresh = target.with_suffix(".new")
        _write_private(fresh, json.dumps(data, indent=1))
        fresh.replace(target)

    @contextmanager
    def alone(self, *, gives_way: bool = False) -> Iterator[None]:
        """Hold the run for a command that changes or grades it; raises WrongStateError when another does.

        `gives_way`: not for long, so that other commands wait for it (`netlab watch`).
        """
        with (self.directory / ".lock").open("a+", encoding="ascii") as lock:
            self._hold(lock)
            try:
                lock.truncate(0)
                lock.write(_SOON if gives_way else _BUSY)
                lock.flush()
                yield
            finally:
                lock.truncate(0)

    def _hold(self, lock: IO[str]) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as busy:
                lock.seek(0)
                if lock.read() == _BUSY or time.monotonic() > deadline:
                    message = f"Another netlab command is at work on {self.slug}."
                    raise WrongStateError(message, "Wait for it to end, then try again.") from busy
                time.sleep(_AGAIN)  # the interval of a poll that ends by the deadline above
            else:
                return

    def now(self, status: str) -> "Run":
        changed = replace(self, status=status)
        changed.save()
        return changed


@dataclass(frozen=True, slots=True)
class Home:
    """The user's netlab folder."""

    root: Path

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Home":
        given = environment.get("NETLAB_HOME")
        return cls(Path(given) if given else user_state_path("netlab"))

    @property
    def runs_dir(self) -> Path:
        return self.root / "runs"

    def runs(self) -> Iterator[Run]:
        for path in sorted(self.runs_dir.glob("[!.]*/run.json")):
            with suppress(OSError, ValueError, TypeError):
                yield Run(directory=path.parent, **json.loads(path.read_text("utf-8")))

    def run(self, slug: str) -> Run | None:
        return next((run for run in self.runs() if run.slug == slug), None)

    def begin(self, slug: str, **facts: Any) -> Run:
        """Claim the run folder of a lab; raises WrongStateError when the lab runs already."""
        draft = self.runs_dir / f"{_DRAFT}{os.getpid()}"
        created = datetime.now(UTC).isoformat(timespec="seconds")
        starter = Process.of(os.getpid()).as_json()
        run = Run(draft, slug, status=STARTING, created=created, starter=starter, **facts)
        shutil.rmtree(draft, ignore_errors=True)  # of an earlier process with our pid
        try:
            draft.mkdir(mode=0o700, parents=True)
            run.save()
            draft.rename(self.runs_dir / slug)  # the claim: it fails when the folder is there
        except OSError as refused:
            shutil.rmtree(draft, ignore_errors=True)
            raise self._refusal(slug, refused) from refused
        return replace(run, directory=self.runs_dir / slug)

    def drop_draft(self) -> None:
        """Remove what a claim of this process that was cut off may have left."""
        shutil.rmtree(self.runs_dir / f"{_DRAFT}{os.getpid()}", ignore_errors=True)

    def _refusal(self, slug: str, refused: OSError) -> WrongStateError | HostError:
        if refused.errno in (errno.EEXIST, errno.ENOTEMPTY):
            return self.already(slug)
        return cannot_write(self.runs_dir, refused, "NETLAB_HOME")

    @staticmethod
    def already(slug: str) -> WrongStateError:
        """What to say when a lab is started twice."""
        next_step = f"Carry on with `netlab brief`, or end it with `netlab stop {slug}`."
        return WrongStateError(f"{slug} is already running.", next_step)

    def leftovers(self) -> list[Path]:
        """Run folders that no record describes: drafts of starts that were killed, or a damaged record."""
        found = [path for path in self.runs_dir.glob("*") if path.is_dir() and not _is_live_draft(path)]
        known = {run.directory for run in self.runs()}  # read last: a start may have claimed its folder meanwhile
        return [path for path in found if path not in known]

    def local_key(self) -> bytes:
        """The key a learner practises on when no cohort key is given; made once, readable by its owner only."""
        path = self.root / "local.key"
        try:
            self._make_key(path)
        except OSError as refused:
            raise cannot_write(self.root, refused, "NETLAB_HOME") from refused
        return bytes.fromhex(path.read_text("ascii").strip())

    def _make_key(self, path: Path) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            fresh = path.with_suffix(f".{os.getpid()}")
            _write_private(fresh, secrets.token_hex(32))
            with suppress(FileExistsError):  # another start was quicker: its key it is
                path.hardlink_to(fresh)
            fresh.unlink()


def _is_live_draft(path: Path) -> bool:
    at_work = _AT_WORK.fullmatch(path.name)
    return at_work is not None and Path(f"/proc/{at_work[1]}").exists()


def stopped_slug(leftover: Path) -> str:
    """The lab that a stop that was cut off was to end; empty for other leftovers."""
    at_work = _AT_WORK.fullmatch(leftover.name)
    return leftover.name.partition(f"{at_work[1]}-")[2] if at_work and leftover.name.startswith(_ASIDE) else ""


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())  # a lab without a record would be cleared away after a power cut


def cache_dir(environment: Mapping[str, str]) -> Path:
    """Where images are kept: NETLAB_CACHE, or the XDG cache folder."""
    given = environment.get("NETLAB_CACHE")
    return Path(given) if given else user_cache_path("netlab")
