"""Build the node image with mmdebstrap, unpack it under the pod's ids, and publish it in one step."""

import fcntl
import hashlib
import io
import os
import shutil
import signal
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp

from netlab import proc
from netlab.errors import HostError
from netlab.image import recipe
from netlab.image.listener import LAST_STAGE, Listener, OnStage, explain, unpack_error
from netlab.image.store import Image, ImageStore
from netlab.runtime.native.client import AGENT, remove_tree
from netlab.runtime.native.idmap import take_over

SPACE_NEEDED = 2 << 30
_CHUNK = 1 << 20


def ensure(store: ImageStore, on_stage: OnStage, *, mirror: str | None = None) -> Image:
    """The image of today's recipe, built first if it is not there. Raises ImageError or HostError."""
    wanted = recipe.digest()
    ready = store.find(wanted)
    return ready or build(store, on_stage, mirror=mirror)


def build(store: ImageStore, on_stage: OnStage, *, mirror: str | None = None) -> Image:
    """Build the image now. Two builds at once wait for one another, and the second uses what the first made."""
    wanted = recipe.digest()
    _check_host(store)
    with alone(store, on_stage):
        if ready := store.find(wanted):
            return ready
        for leftover in store.leftovers():
            remove_tree(leftover)
        return _build(store, wanted, on_stage, mirror)


def _check_host(store: ImageStore) -> None:
    if not shutil.which("mmdebstrap"):
        raise HostError("mmdebstrap, which builds the node image, is not installed.", "sudo apt install mmdebstrap")
    try:
        store.directory.mkdir(parents=True, exist_ok=True)
    except OSError as refused:
        raise HostError(f"{store.directory} cannot be made: {refused.strerror}.", "Set NETLAB_CACHE.") from refused
    free = shutil.disk_usage(store.directory).free
    if free < SPACE_NEEDED:
        raise HostError(
            f"The node image needs {SPACE_NEEDED >> 30} GiB, but {store.directory} has only {free >> 20} MiB free.",
            "Free some space, or set NETLAB_CACHE to a folder on another disk.",
        )


@contextmanager
def alone(store: ImageStore, on_stage: OnStage) -> Iterator[None]:
    """Hold the cache: nobody else builds or clears images meanwhile."""
    with (store.directory / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            on_stage("waiting for another build on this machine to finish")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(store: ImageStore, wanted: str, on_stage: OnStage, mirror: str | None) -> Image:
    folder = Path(mkdtemp(prefix=".building-", dir=store.directory))
    try:
        folder.chmod(0o755)
        (folder / "rootfs").mkdir()
        take_over(folder / "rootfs")
        digest, size = _fill(folder / "rootfs", on_stage, mirror)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        image = Image(digest, wanted, recipe.SUITE, now, size)
        store.publish(folder, image)
        return image
    finally:
        remove_tree(folder)


def _fill(rootfs: Path, on_stage: OnStage, mirror: str | None) -> tuple[str, int]:
    """Mmdebstrap's tar goes through a digest straight into tar; the digest covers all that was unpacked."""
    summed, size = hashlib.sha256(), 0
    argv = recipe.argv(mirror, as_root=os.geteuid() == 0)
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True) as maker:
        said = Listener(maker.stderr, on_stage)
        with _ended(maker), _unpacker(rootfs, "--exclude=./dev/*") as unpack:
            while maker.stdout and (chunk := maker.stdout.read(_CHUNK)):
                summed.update(chunk)
                size += len(chunk)
                unpack(chunk)
            if maker.wait():
                raise explain(said.finish())
    on_stage(LAST_STAGE)
    own = _own_files()
    with _unpacker(rootfs) as unpack:
        unpack(own)
    _compile(rootfs)
    return hashlib.sha256(summed.digest() + hashlib.sha256(own).digest()).hexdigest(), size


@contextmanager
def _ended(process: "subprocess.Popen[bytes]") -> Iterator[None]:
    """Whatever happens, the process is interrupted as by Ctrl-C, and clears away what it made before it ends."""
    try:
        yield
    except BaseException:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=30)
        raise


def _compile(rootfs: Path) -> None:
    """Byte-compile our own tools in the image, for speed; harmless where it cannot be done."""
    compiler = ["python3", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", "/usr/lib/netlab"]
    proc.run([*AGENT, "mapped", str(rootfs), "chroot", ".", *compiler], timeout=60)


@contextmanager
def _unpacker(rootfs: Path, *options: str) -> Iterator[Callable[[bytes], object]]:
    argv = [*AGENT, "mapped", str(rootfs), "tar", "-x", "-p", "--numeric-owner", *options, "-f", "-"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as tar:
        assert tar.stdin is not None  # noqa: S101 - for the type checker: we asked for a pipe
        try:
            yield tar.stdin.write
            tar.stdin.close()
            failed = tar.wait()
        except BrokenPipeError:
            failed = 1
        if failed:
            reason = tar.stderr.read().decode(errors="replace").strip().splitlines() if tar.stderr else []
            raise unpack_error(reason[0] if reason else "no reason given")


def _own_files() -> bytes:
    """A tar of the recipe's files, owned by root, in an order and with times that do not change."""
    buffer, root = io.BytesIO(), recipe.files()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for path in sorted(root.rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                entry = tarfile.TarInfo(str(path.relative_to(root)))
                entry.size = path.stat().st_size
                entry.mode = 0o755 if path.stat().st_mode & 0o111 else 0o644
                tar.addfile(entry, io.BytesIO(path.read_bytes()))
    return buffer.getvalue()
