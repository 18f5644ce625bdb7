"""Word of changes in folders, from the kernel (inotify(7)): nothing to do while nothing changes."""

import ctypes
import os
import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

_CREATED: Final = 0x100
_EVENTS: Final = 0x8 | 0x40 | 0x80 | _CREATED | 0x200  # closed after writing, moved away, moved here, created, deleted
_FOLDERS_ONLY: Final = 0x01000000
_NO_LINK: Final = 0x02000000
_IS_FOLDER: Final = 0x40000000
_HEADER: Final = struct.Struct("=iIII")  # watch, events, cookie, length of the name
_libc = ctypes.CDLL(None, use_errno=True)


class FolderWatch:
    """A descriptor that becomes readable when a file in one of the folders, however deep, changes."""

    def __init__(self, most: int) -> None:
        self._descriptor: int = _libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if self._descriptor < 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
        self._most = most
        self._folders: dict[int, str] = {}

    def fileno(self) -> int:
        return self._descriptor

    def close(self) -> None:
        os.close(self._descriptor)

    def add(self, folder: str) -> None:
        """The folder and all below it, as far as `most` goes. One that is not there, or is a link, is left out."""
        for path in _below(folder):
            if len(self._folders) >= self._most:
                return
            watch = _libc.inotify_add_watch(
                self._descriptor, os.fsencode(path), ctypes.c_uint32(_EVENTS | _FOLDERS_ONLY | _NO_LINK)
            )
            if watch >= 0:
                self._folders[watch] = path

    def drain(self) -> set[str]:
        """Take what has been told: the folders where something changed. Those that were made are watched, too."""
        changed = set()
        with suppress(BlockingIOError):
            while data := os.read(self._descriptor, 65536):
                for watch, events, name in _parts(data):
                    changed.add(self._folders.get(watch, "more than it could hold"))
                    if events & _CREATED and events & _IS_FOLDER and watch in self._folders:
                        self.add(f"{self._folders[watch]}/{name}")
        return changed


def _parts(data: bytes) -> Iterator[tuple[int, int, str]]:
    at = 0
    while at < len(data):
        watch, events, _, length = _HEADER.unpack_from(data, at)
        at += _HEADER.size
        yield watch, events, os.fsdecode(data[at : at + length].rstrip(b"\0"))
        at += length


def _below(folder: str) -> Iterator[str]:
    if not Path(folder).is_symlink():
        for path, _, _ in os.walk(folder):
            yield path
