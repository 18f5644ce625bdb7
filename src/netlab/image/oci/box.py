"""Where the parts of an image lie: a folder, or a tar (also compressed)."""

import posixpath
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

from netlab.errors import BadFileError

MAX_TEXT = 8 << 20


class Box(Protocol):
    """A place with named files in it."""

    def has(self, name: str) -> bool: ...

    def open(self, name: str) -> IO[bytes]:
        """Raises KeyError when there is no such file."""


class Folder:
    def __init__(self, path: Path) -> None:
        self._path = path

    def has(self, name: str) -> bool:
        return (self._path / name).is_file()

    def open(self, name: str) -> IO[bytes]:
        try:
            return (self._path / name).open("rb")
        except OSError as missing:
            raise KeyError(name) from missing


class Tar:
    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._members = {posixpath.normpath(member.name): member for member in tar}

    def has(self, name: str) -> bool:
        return name in self._members

    def open(self, name: str) -> IO[bytes]:
        member = self._members[name]
        if member.issym():  # `docker save` of old: a layer that was in the archive before
            member = self._members[posixpath.normpath(posixpath.join(posixpath.dirname(name), member.linkname))]
        content = self._tar.extractfile(member) if member.isreg() else None
        if content is None:
            raise KeyError(name)
        return content


@contextmanager
def opened(path: Path) -> Iterator[Box]:
    """Raises BadFileError for what is neither."""
    if path.is_dir():
        yield Folder(path)
        return
    try:
        with tarfile.open(path, "r:*") as tar:
            yield Tar(tar)
    except FileNotFoundError as missing:
        raise BadFileError(f"{path}: this image is not there.", "Check the path after --image.") from missing
    except (tarfile.TarError, EOFError, OSError) as wrong:
        step = "Give an OCI image folder, or what `docker save IMAGE -o FILE` wrote."
        raise BadFileError(f"{path}: not an image that can be read: {wrong}.", step) from wrong


def text(box: Box, name: str) -> bytes:
    """A small file's content. Raises KeyError, or ValueError when it is not small."""
    with box.open(name) as file:
        content = file.read(MAX_TEXT + 1)
    if len(content) > MAX_TEXT:
        raise ValueError(f"{name} is too large for what it is")
    return content
