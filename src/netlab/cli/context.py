"""What every command starts from: the user's folders, the labs, the lab that is meant, the screen."""

import os
from dataclasses import dataclass
from pathlib import Path

from netlab.actions import start as starting
from netlab.actions.bench import Bench
from netlab.catalog import Catalog, builtin
from netlab.cli.screen import Screen
from netlab.errors import UsageError, WrongStateError
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
        return context

    def run(self, slug: str | None) -> Run:
        """The run that is meant, ready for work; raises WrongStateError or UsageError saying what there is."""
        run = self._meant(slug)
        if run.status == STARTING:
            raise WrongStateError(f"{run.slug} is still starting.", "Wait a moment, or press Ctrl-C where it starts.")
        return run

    def _meant(self, slug: str | None) -> Run:
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
            raise UsageError(f"Several labs are running: {names}.", f"Say which, for example `--lab {runs[0].slug}`.")
        return runs[0]

    def bench(self, slug: str | None) -> Bench:
        return Bench.of(self.run(slug), self.store)


def catalog(extra: Path | None) -> Catalog:
    """The given catalogue first, then the built-in one."""
    given = extra or (Path(os.environ["NETLAB_CATALOG"]) if os.environ.get("NETLAB_CATALOG") else None)
    if given and not (given / "labs").is_dir():
        raise UsageError(f"{given} is not a catalogue: it has no folder `labs`.", "Give the folder that holds labs/.")
    return Catalog([*([given.resolve()] if given else []), builtin()])
