"""Start and end topologies that are no labs: other people's containerlab files."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from netlab.actions import commands
from netlab.actions.bench import SNAPSHOT, Bench
from netlab.actions.events import ImageReady, ImageStage, NodeReady, OnEvent
from netlab.actions.given import Brought, match
from netlab.actions.start import login_files, make_keys, nothing_left, refusals_explained, stop, write_new
from netlab.clab import blueprint, outfitting, reader
from netlab.clab.binds import BindError
from netlab.clab.blueprint import Blueprint
from netlab.clab.reader import Reading
from netlab.errors import BadFileError, UnknownNameError, WrongStateError
from netlab.image import build
from netlab.image.oci import store as oci
from netlab.image.store import ImageStore
from netlab.state import RUNNING, Home, Run
from netlab.topology import snapshot


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for besides the file. `images`: as `--image` is written; `accepted`: as `--stand-in` is.

    `skip`: leave out what cannot be honoured and can be done without.
    """

    images: Sequence[str] = ()
    accepted: Collection[str] = ()
    skip: bool = False
    mirror: str | None = None
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Started:
    bench: Bench
    failures: list[commands.Failure]


def check(path: Path, environment: Mapping[str, str], wish: Wish) -> Blueprint:
    """Raises BadFileError when the file cannot even be read as a topology."""
    reading = reader.read(path, environment)
    given = {name: one.as_given() for name, one in _brought(reading, wish).items()}
    return blueprint.draw(reading, given, wish.accepted)


def _brought(reading: Reading, wish: Wish) -> Mapping[str, Brought]:
    return match(wish.images, [node.image for node in reading.expansion.topology.nodes.values()])


def up(drawn: Blueprint, wish: Wish, home: Home, store: ImageStore, on_event: OnEvent) -> Started:
    """Build and boot it and run its commands; whatever stops this half-way leaves nothing behind."""
    refuse(drawn, skip=wish.skip)
    name = drawn.topology.name
    if home.run(name):
        raise already(name)
    image = build.ensure(store, lambda text: on_event(ImageStage(text)), mirror=wish.mirror)
    on_event(ImageReady(image))
    for brought in _brought(drawn.reading, wish).values():
        oci.ensure(oci.GivenStore(store), brought.path, brought.manifest, lambda text: on_event(ImageStage(text)))
    with nothing_left(home, name):
        run = home.begin(
            name,
            learner=wish.owner,
            attempt=1,
            seed="",
            runtime="native",
            catalog="",
            image=image.digest,
            lab_digest=hashlib.sha256(drawn.reading.text.encode()).hexdigest(),
        )
        with refusals_explained(run.directory):
            _lay_out(drawn, run)
            bench = Bench.of(run, store)
            bench.runtime.deploy(lambda node: on_event(NodeReady(node)))
            failures = commands.run(bench, list(bench.topology.nodes), on_event)
            return Started(Bench.of(run.now(RUNNING), store), failures)


def refuse(drawn: Blueprint, *, skip: bool) -> None:
    """Raises BadFileError, naming every line, when it cannot be started."""
    standing = drawn.blocking if skip else drawn.problems
    if standing:
        raise reader.several_wrong(drawn.reading.path, standing)


def already(name: str) -> WrongStateError:
    step = f"`netlab status --lab {name}` shows it; `netlab topology down {name}` ends it."
    return WrongStateError(f"{name} is already running.", step)


def _lay_out(drawn: Blueprint, run: Run) -> None:
    make_keys(run.keys_dir)
    data = {"file": str(drawn.reading.path.absolute()), "topology": snapshot.dump(drawn.topology)}
    (run.directory / SNAPSHOT).write_text(json.dumps(data), "utf-8")
    for name, node in drawn.topology.nodes.items():
        tree = run.directory / "start" / name
        tree.mkdir(parents=True)
        for path, text in outfitting.texts(drawn, node).items():
            write_new(tree / path, text)
        if not node.rootfs:
            login_files(tree, run.keys_dir)
        try:
            tree.with_name(f"{name}.tar").write_bytes(outfitting.disk(drawn, node))
        except BindError as wrong:
            raise BadFileError(f"{drawn.reading.path}: {name}: {wrong}.", "Correct its `binds`.") from wrong


def down(what: str, home: Home, store: ImageStore) -> str:
    """End what was started from this file, or goes by this name; the file may be changed or gone by now."""
    run = find(what, home, store)
    with run.alone():
        stop(run)
    return run.slug


def find(what: str, home: Home, store: ImageStore) -> Run:
    """Raises UnknownNameError or WrongStateError."""
    running = {run.slug: run for run in home.runs() if not run.has_lab}
    path = Path(what)
    for run in running.values():
        if what == run.slug or str(path.absolute()) == Bench.of(run, store).source:
            return run
    if not path.exists() and "/" not in what and not path.suffix:
        known = f"Running: {', '.join(running)}." if running else "No topology is running."
        raise UnknownNameError(f"No topology '{what}' is running.", known)
    if not path.exists():
        raise UnknownNameError(f"{what} is not there, and nothing was started from it.", "`netlab status` shows all.")
    raise WrongStateError(f"Nothing that runs was started from {what}.", "`netlab status` shows what runs.")
