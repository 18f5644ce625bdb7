"""Where an image is made: mmdebstrap, what unpacks its tar, and our own files. Nothing of it outlives netlab."""

import hashlib
import io
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from netlab.image import recipe
from netlab.image.listener import LAST_STAGE, Listener, OnStage, explain, is_full, unpack_error
from netlab.runtime.native.client import AGENT, remove_tree
from netlab.runtime.native.idmap import take_over

# The same for everyone: no dpkg.cfg or temporary folder of the user's, and a working folder that all ids may read.
MAKER_ENVIRONMENT = ("env", "--chdir=/", "HOME=/tmp", "TMPDIR=/tmp")
_CHUNK = 1 << 20
_FINISH_TIMEOUT = 60
FINISH = (
    (
        "sh",
        "-c",
        "mkdir -p /var/log/journal; exec /usr/lib/netlab/prepare /usr/lib/netlab/run /usr/lib/tmpfiles.d/*.conf",
    ),
    ("python3", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", "/usr/lib/netlab"),
)


@dataclass(frozen=True, slots=True)
class Workshop:
    """A build's own folder. What runs in it inherits `lock`, so that nobody clears the folder away too early."""

    folder: Path
    lock: int
    on_stage: OnStage

    @property
    def rootfs(self) -> Path:
        return self.folder / "rootfs"

    def make(self, mirror: str | None) -> tuple[str, int]:
        """Fill `rootfs`; the digest of all that was unpacked, and the size of the packages' tar in bytes."""
        temporary = self.folder / "tmp"
        for part, mode in ((self.rootfs, 0o755), (temporary, 0o1777)):
            part.mkdir()
            part.chmod(mode)
            take_over(part)
        packages, size = self._packages(mirror)
        self.on_stage(LAST_STAGE)
        own = _own_files()
        with self.unpacker() as unpack:
            unpack(own)
        self._finish()
        remove_tree(temporary)
        return hashlib.sha256(packages + hashlib.sha256(own).digest()).hexdigest(), size

    def _packages(self, mirror: str | None) -> tuple[bytes, int]:
        """Mmdebstrap's tar goes through a digest straight into tar."""
        summed, size = hashlib.sha256(), 0
        with self._enclosed([*MAKER_ENVIRONMENT, *recipe.argv(mirror)], pipe=True) as maker:
            said = Listener(maker.stderr, self.on_stage, self.folder)
            with self.unpacker("--exclude=./dev/*") as unpack:
                while maker.stdout and (chunk := maker.stdout.read(_CHUNK)):
                    summed.update(chunk)
                    size += len(chunk)
                    unpack(chunk)
                if maker.wait():
                    raise explain(said.finish(), full=said.full, mirror=mirror)
        return summed.digest(), size

    def _finish(self) -> None:
        """Work that would otherwise be done at every boot: for speed only, harmless where it cannot be done."""
        for argv in FINISH:
            with self._enclosed(["chroot", "rootfs", *argv]) as process, suppress(subprocess.TimeoutExpired):
                process.wait(_FINISH_TIMEOUT)

    @contextmanager
    def _enclosed(self, argv: list[str], *, pipe: bool = False) -> "Iterator[subprocess.Popen[bytes]]":
        """A program that ends, with all its children, when this block does, or this process: see run_enclosed."""
        output = subprocess.PIPE if pipe else subprocess.DEVNULL
        with subprocess.Popen(
            [*AGENT, "enclosed", str(self.folder), *argv],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            start_new_session=True,
            pass_fds=[self.lock],
        ) as process:
            try:
                yield process
            finally:
                if process.stdin:
                    process.stdin.close()
                process.wait()

    @contextmanager
    def unpacker(self, *options: str) -> Iterator[Callable[[bytes], object]]:
        """What it is called with goes through tar into `rootfs`. Raises ImageError."""
        argv = [*AGENT, "mapped", str(self.rootfs), "tar", "-x", "-p", "--numeric-owner", *options, "-f", "-"]
        pipe = subprocess.PIPE
        with subprocess.Popen(argv, stdin=pipe, stderr=pipe, start_new_session=True, pass_fds=[self.lock]) as tar:
            assert tar.stdin is not None  # noqa: S101 - for the type checker: we asked for a pipe
            said = Listener(tar.stderr, lambda _: None, self.folder)  # on a full disk it complains of every file
            gone = False
            try:
                yield tar.stdin.write
            except BrokenPipeError:  # it has given up, and its last words say why
                gone = True
            finally:  # it ends before its words are no longer read: also after Ctrl-C
                with suppress(BrokenPipeError):
                    tar.stdin.close()
                failed = tar.wait()
            if gone or failed:
                raise unpack_error(said.finish(), full=is_full(self.folder))


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
