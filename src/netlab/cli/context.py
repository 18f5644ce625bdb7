"""What every command starts from: the user's folders, the labs, the lab that is meant, the screen."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from netlab.actions import checkpoint
from netlab.actions import start as starting
from netlab.actions.bench import Bench
from netlab.catalog import Catalog, builtin
from netlab.cli.screen import Screen
from netlab.errors import NetlabError, TooMuchToKeep, UsageError, WrongStateError
from netlab.image.store import ImageStore
from netlab.state import STARTING, Home, Run, cache_dir


@dataclass(frozen=True, slots=True)
class Context:
    """Made once for each command."""

    screen: Screen
    home: Home
    store: ImageStore

    @classmethod
    def quiet(cls) -> "Context":
        return cls(Screen(json=True), Home.of(os.environ), ImageStore(cache_dir(os.environ)))

    @classmethod
    def open(cls, *, json: bool = False, plain: bool = False) -> "Context":
        """Also clears away what an interrupted start left behind, and says so."""
        context = cls(Screen(json=json, plain=plain), Home.of(os.environ), ImageStore(cache_dir(os.environ)))
        starting.recover(context.home, context.screen.event)
        context.complete()
        return context

    def complete(self) -> None:
        """Finish what was killed half-way; what cannot be finished now is no reason to refuse another command."""
        for run in [run for run in self.home.runs() if checkpoint.cut_off(run)]:
            with suppress(NetlabError):
                checkpoint.complete(Bench.of(run, self.store), self.screen.event)

    def keep_safe(self, bench: Bench, command: str) -> None:
        """The kept files are saved before a command that may change them; if they cannot be, that is said."""
        try:
            with bench.run.alone():
                checkpoint.secure(bench, command)
        except TooMuchToKeep as much:
            self.screen.note(f"No checkpoint was made: {much.message}")

    def save_before_stop(self, run: Run) -> str | None:
        """The name of the checkpoint that holds the run's files. The caller holds the run.

        Raises TooMuchToKeep, which the learner can put right; a lab that is broken in another way can be stopped.
        """
        if run.status == STARTING:
            return None
        try:
            made = checkpoint.secure(Bench.of(run, self.store), "stop")
        except TooMuchToKeep as much:
            next_step = "Remove it or move it to /tmp there, or lose it all: `netlab stop --discard`."
            raise TooMuchToKeep(f"{run.slug} was not stopped: {much.message}", next_step) from much
        except (NetlabError, OSError) as wrong:
            self.screen.note(f"The files of {run.slug} could not be saved: {wrong}")
            return None
        return made.name if made else None

    def run(self, slug: str | None, example: str = "--lab {}") -> Run:
        """The run that is meant, ready for work; raises WrongStateError or UsageError saying what there is.

        `example`: how the command is told which of several.
        """
        run = self._meant(slug, example)
        if run.status == STARTING:
            raise WrongStateError(f"{run.slug} is still starting.", "Wait a moment, or press Ctrl-C where it starts.")
        return run

    def _meant(self, slug: str | None, example: str) -> Run:
        runs = list(self.home.runs())
        if slug:
            found = self.home.run(slug)
            if found is None:
                raise WrongStateError(f"{slug} is not running.", f"Start it: `netlab start {slug}`.")
            return found
        if not runs:
            raise WrongStateError(
                "No lab is running.", "See what there is with `netlab list`, then `netlab start LAB`."
            )
        if len(runs) > 1:
            names = ", ".join(run.slug for run in runs)
            step = f"Say which, for example `{example.format(runs[0].slug)}`."
            raise UsageError(f"Several labs are running: {names}.", step)
        return runs[0]

    def bench(self, slug: str | None) -> Bench:
        return Bench.of(self.run(slug), self.store)


def catalog(extra: Path | None) -> Catalog:
    """The given catalogue first, then the built-in one."""
    given = extra or (Path(os.environ["NETLAB_CATALOG"]) if os.environ.get("NETLAB_CATALOG") else None)
    if given and not (given / "labs").is_dir():
        raise UsageError(f"{given} is not a catalogue: it has no folder `labs`.", "Give the folder that holds labs/.")
    return Catalog([*([given.resolve()] if given else []), builtin()])
