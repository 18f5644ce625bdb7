"""Given images, unpacked once each into the cache: `given/<digest>/rootfs`."""

import hashlib
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from netlab.errors import BadFileError, ImageError
from netlab.image.build import alone
from netlab.image.oci import squeeze
from netlab.image.oci.box import Box, opened
from netlab.image.oci.manifest import ImageShapeError, Layer, Manifest, manifests
from netlab.image.store import ImageStore
from netlab.runtime.native.client import AGENT, remove_tree
from netlab.runtime.native.idmap import pod_root, take_over

MAX_BYTES = 8 << 30
_STEP = "Save it again: `docker save IMAGE -o FILE`, or `skopeo copy docker://IMAGE oci:FOLDER`."


@dataclass(frozen=True, slots=True)
class GivenStore:
    """Where given images are unpacked, beside the node images. A folder is there only once it is whole.

    Only its owner may pass: what an image has setuid is, for a plain user, setuid to that user.
    """

    images: ImageStore

    @property
    def directory(self) -> Path:
        return self.images.cache / "given"

    def rootfs(self, digest: str) -> Path:
        return self.directory / digest / "rootfs"

    def has(self, digest: str) -> bool:
        """Is it there, and for the ids of this user's pods?"""
        rootfs = self.rootfs(digest)
        return rootfs.is_dir() and rootfs.stat().st_uid == pod_root()[0]

    def digests(self) -> list[str]:
        return sorted(path.name for path in self.directory.glob("[!.]*") if (path / "rootfs").is_dir())

    def leftovers(self) -> list[Path]:
        return sorted(self.directory.glob(".unpacking-*"))


def look(path: Path) -> list[Manifest]:
    """The images in a folder or tar; nothing is unpacked. Raises BadFileError."""
    with opened(path) as box:
        try:
            return manifests(box)
        except ImageShapeError as wrong:
            raise BadFileError(f"{path}: not an image that netlab can use: {wrong}.", _STEP) from wrong


def ensure(store: GivenStore, path: Path, manifest: Manifest, on_stage: Callable[[str], None]) -> None:
    """Unpack it if that has not been done. Raises BadFileError for what is damaged or hostile, or ImageError."""
    if store.has(manifest.digest):
        return
    store.images.directory.mkdir(parents=True, exist_ok=True)
    store.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with alone(store.images, on_stage), opened(path) as box:
        for leftover in store.leftovers():
            remove_tree(leftover)
        if store.has(manifest.digest):
            return
        remove_tree(store.directory / manifest.digest)  # unpacked for other ids than today's
        folder = Path(mkdtemp(prefix=".unpacking-", dir=store.directory))
        try:
            folder.chmod(0o700)
            (folder / "rootfs").mkdir()
            take_over(folder / "rootfs")
            _fill(folder / "rootfs", path, box, manifest, on_stage)
            folder.rename(store.directory / manifest.digest)
        finally:
            remove_tree(folder)


def _fill(rootfs: Path, path: Path, box: Box, manifest: Manifest, on_stage: Callable[[str], None]) -> None:
    left = MAX_BYTES
    for number, layer in enumerate(manifest.layers, 1):
        on_stage(f"unpacking {path.name}, layer {number} of {len(manifest.layers)}")
        try:
            left -= _layer(rootfs, box, layer, left)
        except (squeeze.SqueezeError, KeyError, ValueError) as wrong:
            raise BadFileError(f"{path}: layer {number}: {wrong}.", _STEP) from wrong


def _layer(rootfs: Path, box: Box, layer: Layer, limit: int) -> int:
    """Through the digest into the agent, which works as the pod's root and sees nothing but the rootfs."""
    summed, size = hashlib.sha256(), 0
    with box.open(layer.name) as file, _unpacker(rootfs) as unpack:
        for chunk in squeeze.plain(file):
            summed.update(chunk)
            size += len(chunk)
            if size > limit:
                raise ValueError(f"the image is larger than {MAX_BYTES >> 30} GiB")
            unpack(chunk)
    if summed.hexdigest() != layer.digest:
        raise ValueError(f"it does not have the content of its digest {layer.digest[:12]}")
    return size


@contextmanager
def _unpacker(rootfs: Path) -> Iterator[Callable[[bytes], object]]:
    argv = [*AGENT, "unpack", str(rootfs)]
    pipe = subprocess.PIPE
    with subprocess.Popen(argv, stdin=pipe, stderr=pipe, stdout=subprocess.DEVNULL, start_new_session=True) as agent:
        assert agent.stdin is not None  # noqa: S101 - for the type checker: we asked for pipes
        assert agent.stderr is not None  # noqa: S101
        try:
            yield agent.stdin.write
            agent.stdin.close()
            failed = agent.wait()
        except BrokenPipeError:
            failed = agent.wait() or 1
        except BaseException:  # also Ctrl-C: half an image is of no use; handed on below
            agent.kill()
            raise
        if failed:
            reason = agent.stderr.read().decode(errors="replace").strip().splitlines()
            said = reason[-1] if reason else "no reason given"
            if "No space left" in said:
                raise ImageError("The disk is full; the image was not unpacked.", "Free space, or set NETLAB_CACHE.")
            raise ValueError(said)
