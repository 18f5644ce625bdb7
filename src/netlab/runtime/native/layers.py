"""Unpack one layer of a container image into the folder that is this process's root.

The image is somebody else's: this runs under a pod's ids in a child that has chrooted, so links lead nowhere else;
names that climb are refused, device nodes are left out, and amounts are bounded. Whiteouts as in the OCI image
specification (layer.md): `.wh.NAME` removes NAME, `.wh..wh..opq` all that lower layers have in that folder.
"""

import os
import shutil
import tarfile
from contextlib import suppress
from typing import IO

WHITEOUT, OPAQUE = ".wh.", ".wh..wh..opq"
MAX_FILES = 500_000
_CHUNK = 1 << 20
_COUNT = 65536


class HostileError(Exception):
    """Something that no honest image has."""


def unpack(stream: IO[bytes]) -> None:
    """The layer's tar, uncompressed, into "/". Raises HostileError, tarfile.TarError or OSError."""
    added: set[str] = set()
    folders: list[tuple[str, tarfile.TarInfo]] = []
    with tarfile.open(fileobj=stream, mode="r|") as tar:
        for number, member in enumerate(tar):
            if number >= MAX_FILES:
                raise HostileError(f"more than {MAX_FILES} files in one layer")
            path = inside(member.name)
            folder, name = os.path.split(path)
            if name == OPAQUE:
                _empty(folder, added)
            elif name.startswith(WHITEOUT):
                _remove(os.path.join(folder, name.removeprefix(WHITEOUT)))
            else:
                added.add(path)
                _make_folder(folder)
                _put(tar, member, path)
                if member.isdir():
                    folders.append((path, member))
    while stream.read(_CHUNK):
        pass  # what comes after a tar's end is nothing to us, but the sender wants to be rid of it
    for path, member in reversed(folders):  # last: a folder's own mode might forbid writing into it
        _dress(path, member)


def inside(name: str) -> str:
    """The path below our root; raises HostileError for one that climbs."""
    if ".." in name.split("/"):
        raise HostileError(f"'{name}' climbs out of the image")
    return os.path.normpath("/" + name.lstrip("/"))


def _make_folder(path: str) -> None:
    """Also where a link leads to a folder that is not there yet, as /var/run does to /run."""
    if not os.path.isdir(path):
        os.makedirs(os.path.realpath(path), exist_ok=True)


def _put(tar: tarfile.TarFile, member: tarfile.TarInfo, path: str) -> None:
    if member.isdir():
        if os.path.islink(path) or not os.path.isdir(path):
            _remove(path)
            os.mkdir(path)
        return
    if path == "/" or member.ischr() or member.isblk():
        return
    _remove(path)
    if member.issym():
        os.symlink(member.linkname, path)
    elif member.islnk():
        os.link(inside(member.linkname), path, follow_symlinks=False)
        return
    elif member.isfifo():
        os.mkfifo(path)
    elif member.isreg() and not member.issparse():
        _write(tar, member, path)
    else:
        raise HostileError(f"'{member.name}' is neither file, folder nor link")
    _dress(path, member)


def _write(tar: tarfile.TarFile, member: tarfile.TarInfo, path: str) -> None:
    content = tar.extractfile(member)
    with open(path, "xb") as file:
        while content and (chunk := content.read(_CHUNK)):
            file.write(chunk)


def _dress(path: str, member: tarfile.TarInfo) -> None:
    """Owner, mode and time; owners that a pod does not have become root."""
    uid, gid = (number if 0 <= number < _COUNT else 0 for number in (member.uid, member.gid))
    os.chown(path, uid, gid, follow_symlinks=False)
    if not member.issym():
        os.chmod(path, member.mode & 0o7777)
    with suppress(OSError, OverflowError, ValueError):
        os.utime(path, (member.mtime, member.mtime), follow_symlinks=False)


def _empty(folder: str, added: set[str]) -> None:
    """Remove what lower layers have in a folder, and keep what this layer has put there already."""
    if not os.path.isdir(folder):
        return
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        if not any(one == path or one.startswith(f"{path}/") for one in added):
            _remove(path)


def _remove(path: str) -> None:
    if path == "/":
        return
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)
