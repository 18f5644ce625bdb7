"""Build the node image if it is not there, one build at a time, and publish it in one step."""

import fcntl
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import IO

from netlab.errors import FULL, HostError, UsageError, cannot_write
from netlab.image import recipe
from netlab.image.listener import OnStage, disk_full
from netlab.image.store import Image, ImageStore
from netlab.image.workshop import Workshop
from netlab.runtime.native.client import AGENT, remove_tree
from netlab.runtime.native.host import user_namespaces
from netlab.runtime.native.idmap import pod_root

SPACE_NEEDED = 2 << 30
_MIRROR = re.compile(r"[a-z][a-z0-9+]*:/\S+|deb\s.+|/\S+", re.DOTALL)  # what mmdebstrap(1) takes, but for `-`


def ensure(store: ImageStore, on_stage: OnStage, *, mirror: str | None = None) -> Image:
    """The image of today's recipe, built first if it is not there. Raises ImageError, HostError or UsageError."""
    ready = find(store)
    return ready or build(store, on_stage, mirror=mirror)


def find(store: ImageStore) -> Image | None:
    """The image of today's recipe, if it is there for this user's pods. Raises HostError when they get no ids."""
    return store.find(recipe.digest(), pod_root()[0])


def build(store: ImageStore, on_stage: OnStage, *, mirror: str | None = None) -> Image:
    """Build the image now. Two builds at once wait for one another, and the second uses what the first made."""
    if mirror and not _MIRROR.fullmatch(mirror):
        step = "Give an address such as http://deb.debian.org/debian, or unset it."
        raise UsageError(f"NETLAB_MIRROR is not the address of a Debian mirror: '{mirror}'.", step)
    _check_host(store)
    with alone(store, on_stage) as lock:
        if ready := find(store):
            return ready
        for leftover in store.leftovers():
            remove_tree(leftover)
        try:
            return _build(store, mirror, on_stage, lock)
        except OSError as refused:
            if refused.errno in FULL:
                raise disk_full() from refused
            raise


def _check_host(store: ImageStore) -> None:
    if not shutil.which("mmdebstrap"):
        raise HostError("mmdebstrap, which builds the node image, is not installed.", "sudo apt install mmdebstrap")
    if not (namespaces := user_namespaces(AGENT)).ok:  # what mmdebstrap would say of it sounds like a full disk
        raise HostError(f"This machine cannot build the node image: {namespaces.detail}.", namespaces.fix)
    try:
        store.directory.mkdir(parents=True, exist_ok=True)
    except OSError as refused:
        raise cannot_write(store.directory, refused, "NETLAB_CACHE") from refused
    free = shutil.disk_usage(store.directory).free
    if free < SPACE_NEEDED:
        raise HostError(
            f"The node image needs {SPACE_NEEDED >> 30} GiB, but {store.directory} has only {free >> 20} MiB free.",
            "Free some space, or set NETLAB_CACHE to a folder on another disk.",
        )


@contextmanager
def alone(store: ImageStore, on_stage: OnStage) -> Iterator[int]:
    """Hold the cache: nobody else builds or clears images meanwhile.

    Yields the lock's descriptor. A process that has inherited it holds the cache too, even if we are killed.
    """
    with _lock_file(store) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            on_stage("waiting for another build on this machine to finish")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock.fileno()


def _lock_file(store: ImageStore) -> IO[str]:
    try:
        return (store.directory / ".lock").open("w")
    except OSError as refused:
        raise cannot_write(store.directory, refused, "NETLAB_CACHE") from refused


def _build(store: ImageStore, mirror: str | None, on_stage: OnStage, lock: int) -> Image:
    folder = Path(mkdtemp(prefix=".building-", dir=store.directory))
    try:
        folder.chmod(0o755)
        digest, size = Workshop(folder, lock, on_stage).make(mirror)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        image = Image(digest, recipe.digest(), recipe.SUITE, now, size)
        store.publish(folder, image)
        return image
    finally:
        remove_tree(folder)
