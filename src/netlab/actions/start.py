"""Start a lab: image, the learner's parameters, start files, keys, network."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from netlab import proc, templates
from netlab.actions import doctor, faults
from netlab.actions.bench import Bench
from netlab.actions.events import ImageReady, ImageStage, NodeReady, OnEvent, Recovered
from netlab.catalog import LabFiles
from netlab.errors import HostError, UsageError, cannot_write
from netlab.faultbook import FaultBook
from netlab.image import build
from netlab.image.store import ImageStore
from netlab.interrupts import finish_first
from netlab.runtime.base import Deployment
from netlab.runtime.native.client import remove_tree
from netlab.runtime.select import check, runtime
from netlab.seed import Seed
from netlab.state import DEPLOYMENT, PRACTICE, RUNNING, Home, Run, stopped_slug
from netlab.topology import Node, Topology

KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Request:
    """Who starts which attempt, on what."""

    learner: str
    attempt: int = 1
    key: bytes = b""
    runtime: str = "native"
    mirror: str | None = None
    mode: str = PRACTICE
    faults: tuple[str, ...] | None = None  # in place of those that the seed draws


def start(files: LabFiles, request: Request, home: Home, store: ImageStore, on_event: OnEvent) -> Bench:
    """Build and boot the lab; whatever stops this half-way (Ctrl-C too) leaves nothing behind."""
    lab, topology = files.lab, files.topology
    check(request.runtime)
    doctor.require(files)
    if home.run(lab.slug):
        raise home.already(lab.slug)  # before an image is built for nothing
    seed = Seed.derive(request.key or home.local_key(), request.learner, lab.slug, request.attempt)
    values = files.checked(seed)
    book = FaultBook(files)
    book.changes(book.drawn(seed), values)  # what is broken is found out before anything is built or runs
    image = build.ensure(store, lambda text: on_event(ImageStage(text)), mirror=request.mirror)
    on_event(ImageReady(image))
    with nothing_left(home, lab.slug):
        run = home.begin(
            lab.slug,
            learner=request.learner,
            attempt=request.attempt,
            seed=seed.digest.hex(),
            runtime=request.runtime,
            catalog=str(files.root),
            image=image.digest,
            lab_digest=files.digest,
            mode=request.mode,
        )
        bench = Bench.of(run, store)
        with refusals_explained(run.directory):
            make_keys(run.keys_dir)
            for node in topology.nodes.values():
                _start_files(bench, node, values)
            if request.faults is not None:
                faults.say(bench, request.faults)
            faults.lay(bench)
            bench.runtime.deploy(lambda name: on_event(NodeReady(name)))
            faults.go_live(bench, topology.nodes)
            return Bench.of(run.now(RUNNING), store)


def stop(run: Run) -> None:
    """End the lab and remove all it made, even if it is half there or its files are broken by now."""
    with finish_first():
        clear(run.runtime, run.slug, run.set_aside())


def clear(kind: str, slug: str, directory: Path) -> None:
    """End whatever network lives in a run folder, and remove the folder."""
    nothing = Topology(slug, {}, ())
    with finish_first():
        runtime(kind, Deployment(slug, directory / DEPLOYMENT, nothing, directory, directory)).destroy()
        remove_tree(directory)


def recover(home: Home, on_event: OnEvent) -> None:
    """Clear away what commands that were killed in the middle of `start` or `stop` left behind."""
    for run in [run for run in home.runs() if run.abandoned]:
        stop(run)
        on_event(Recovered(run.slug, "start" if run.has_lab else "topology up"))
    for directory in home.leftovers():
        clear("native", directory.name, directory)
        if slug := stopped_slug(directory):
            on_event(Recovered(slug, "stop"))


@contextmanager
def nothing_left(home: Home, slug: str) -> Iterator[None]:
    """Whatever cuts the start off, even in the instant of its claim: what this process made is cleared away."""
    try:
        yield
    except BaseException:  # also Ctrl-C; handed on below
        run = home.run(slug)
        if run and run.starter["pid"] == os.getpid():
            stop(run)
        home.drop_draft()
        raise


@contextmanager
def refusals_explained(directory: Path) -> Iterator[None]:
    """A refused write becomes a HostError that says where and why."""
    try:
        yield
    except OSError as refused:
        raise cannot_write(directory, refused, "NETLAB_HOME") from refused


def make_keys(directory: Path) -> None:
    """A login key and a host key for this lab alone."""
    directory.mkdir(mode=0o700)
    for name in ("id", "host"):
        argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "netlab", "-f", str(directory / name)]
        done = proc.run(argv, timeout=10)
        if "No space left" in done.stderr + done.stdout:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if not done.ok:
            raise HostError(f"ssh-keygen failed: {done.complaint}.", "Run `netlab doctor`.")
    public = (directory / "host.pub").read_text("ascii")
    (directory / "known_hosts").write_text(f"* {public}", "ascii")


def _start_files(bench: Bench, node: Node, values: dict[str, Any]) -> None:
    """The tree a node starts with: the lab's own files, its name, and the keys of this lab."""
    tree, keys = bench.run.directory / "start" / node.name, bench.run.keys_dir
    tree.mkdir(parents=True)
    templates.render_tree(bench.files.start / node.name, tree, values)
    write_new(tree / "etc/hostname", f"{node.name}\n")
    write_new(tree / "etc/hosts", f"127.0.0.1 localhost\n127.0.1.1 {node.name}\n::1 localhost\n")
    for unit in bench.lab.enable.get(node.name, ()):
        _enable(tree, unit.removesuffix(".service") + ".service")
    login_files(tree, keys)


def login_files(tree: Path, keys: Path) -> None:
    """What lets `connect` and the grader log in to a node, and lets them know that it is the right one."""
    write_new(tree / "root/.ssh/authorized_keys", (keys / "id.pub").read_text("ascii"), 0o600)
    write_new(tree / "etc/ssh/ssh_host_ed25519_key", (keys / "host").read_text("ascii"), 0o600)
    write_new(tree / "etc/ssh/ssh_host_ed25519_key.pub", (keys / "host.pub").read_text("ascii"))
    for private in (tree / "root", tree / "root/.ssh"):
        private.chmod(0o700)


def _enable(tree: Path, unit: str) -> None:
    """What `systemctl enable` on the node would make."""
    wants = tree / "etc/systemd/system/multi-user.target.wants"
    wants.mkdir(parents=True, exist_ok=True)
    (wants / unit).symlink_to(f"/usr/lib/systemd/system/{unit}")


def write_new(path: Path, text: str, mode: int = 0o644) -> None:
    """Write a file that is not there yet, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.write_text(text, "utf-8")
        path.chmod(mode)


def read_key(path: Path) -> bytes:
    """A cohort key file: 64 hexadecimal digits."""
    try:
        key = bytes.fromhex(path.read_text("ascii").strip())
    except (OSError, ValueError) as wrong:
        raise UsageError(f"{path} is not a key: {wrong}.", "Ask your instructor for the cohort's key file.") from wrong
    if len(key) != KEY_BYTES:
        raise UsageError(f"{path} is not a key: it must hold 64 hexadecimal digits.", "Ask your instructor for it.")
    return key
