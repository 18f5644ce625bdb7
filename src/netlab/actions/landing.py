"""Where files from a node land on this host: inside one place, and not without end."""

import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from netlab.errors import HostError, UsageError

_CHUNK = 1 << 20


class Landing:
    """Takes the tar that a node sends; `place` is what becomes of the first part of its names, which is `name`.

    `left_out`: links and special files. A link that a node made up could lead anywhere on this host, so none is made.
    """

    def __init__(self, place: Path, name: str, source: str, limit: int) -> None:
        self.left_out: list[str] = []
        self._place, self._name, self._source = place, name, source
        self._limit = self._room = self._unread = limit
        self._landed: dict[PurePosixPath, Path] = {}

    def take(self, stream: IO[bytes]) -> None:
        """Everything in the archive; raises TarError when it is none."""
        self._stream = stream
        with tarfile.open(fileobj=self, mode="r|", bufsize=_CHUNK) as tar:  # type: ignore[call-overload]
            for member in tar:
                path = self._path(member)
                with _told(path):
                    self._put(tar, member, path)

    def read(self, size: int) -> bytes:
        """The node's stream, as far as it may go: also a header can be made as long as one likes."""
        data = self._stream.read(size)
        self._unread -= len(data)
        if self._unread < -(self._limit >> 3):
            raise self._too_large()
        return data

    def _path(self, member: tarfile.TarInfo) -> Path:
        inside = PurePosixPath(member.name)
        if ".." in inside.parts or not inside.is_relative_to(self._name):
            raise UsageError(f"The node sent a path that climbs: {member.name}.", "Copy a single file instead.")
        return self._place.joinpath(*inside.relative_to(self._name).parts)

    def _put(self, tar: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> None:
        twin = self._landed.get(PurePosixPath(member.linkname)) if member.islnk() else None
        if member.isdir():
            path.mkdir(exist_ok=True)
        elif member.isreg() and (content := tar.extractfile(member)):
            self._write(content, path)
            self._landed[PurePosixPath(member.name)] = path
        elif twin:
            self._count(twin.stat().st_size)
            shutil.copyfile(twin, path)
        else:
            self.left_out.append(str(path.relative_to(self._place)))

    def _write(self, content: IO[bytes], path: Path) -> None:
        with path.open("wb") as file:
            try:
                while data := content.read(_CHUNK):
                    self._count(len(data))
                    file.write(data)
            except BaseException:  # half a file is none
                if path.is_file() and not path.is_symlink():
                    path.unlink()
                raise

    def _count(self, size: int) -> None:
        """What is written, which a sparse file makes more than what was sent."""
        self._room -= size
        if self._room < 0:
            raise self._too_large()

    def _too_large(self) -> UsageError:
        return UsageError(f"{self._source} is more than {self._limit >> 30} GiB.", "Copy a part of it.")


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError as refused:
        raise in_the_way(str(path), "file", "folder") from refused
    except IsADirectoryError as refused:
        raise in_the_way(str(path), "folder", "file") from refused
    except OSError as refused:
        next_step = "Copy to a folder that you may write in, on a disk that has room."
        raise HostError(f"{path} cannot be written: {refused.strerror}.", next_step) from refused


def in_the_way(place: str, there: str, wanted: str) -> UsageError:
    return UsageError(f"{place} is a {there}; a {wanted} cannot take its place.", "Give another name, or remove it.")
