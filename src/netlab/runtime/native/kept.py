"""The files of a node that outlive a power cycle, as a tar: taken from, and put into, a node's root.

Everything here runs in a child that has chrooted into the node's root, so a link or a path a learner made
can lead nowhere else; amounts are bounded because the content is not ours.
"""

import glob
import io
import os
import stat
import tarfile
from collections.abc import Iterator

MAX_FILE = 1 << 20
MAX_TOTAL = 8 << 20
MAX_FILES = 500
ENABLED_UNITS = "/etc/systemd/system/*.wants/*"


class TooMuchError(Exception):
    """A node's kept files are too many or too large."""


def matching(patterns: list[str]) -> Iterator[str]:
    """The files and links under the current root that the patterns name, in order, each once."""
    found: set[str] = set()
    for pattern in [*patterns, ENABLED_UNITS]:
        for path in glob.iglob(pattern, recursive=True, include_hidden=True):
            try:
                mode = os.lstat(path).st_mode
            except FileNotFoundError:  # glob gives the folder of /folder/** even where there is none
                continue
            if stat.S_ISREG(mode) or (stat.S_ISLNK(mode) and ".wants/" in path):
                found.add(os.path.normpath(path))
    return iter(sorted(found))


def save(root: str, patterns: list[str], archive: str) -> None:
    """Write the kept files of the node at `root` to the tar `archive` (made anew)."""
    with open(archive + ".new", "wb") as file:
        os.chroot(root)
        os.chdir("/")
        _write(patterns, file)


def _write(patterns: list[str], file: io.BufferedWriter) -> None:
    total = 0
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for number, path in enumerate(matching(patterns)):
            entry = _entry(path)
            total += entry.size
            if number >= MAX_FILES or entry.size > MAX_FILE or total > MAX_TOTAL:
                raise TooMuchError(f"{path}: kept files may be {MAX_FILES} files and {MAX_TOTAL >> 20} MiB at most")
            if entry.issym():
                tar.addfile(entry)
            else:
                with open(path, "rb") as content:
                    tar.addfile(entry, io.BytesIO(content.read(entry.size).ljust(entry.size, b"\0")))


def _entry(path: str) -> tarfile.TarInfo:
    """Made by hand: tarfile's own way asks for the owner's name, which would load the node's libraries."""
    facts = os.lstat(path)
    entry = tarfile.TarInfo(path.lstrip("/"))
    entry.mode, entry.uid, entry.gid = stat.S_IMODE(facts.st_mode), facts.st_uid, facts.st_gid
    if stat.S_ISLNK(facts.st_mode):
        entry.type, entry.linkname = tarfile.SYMTYPE, os.readlink(path)
    else:
        entry.size = facts.st_size
    return entry


def load(root: str, patterns: list[str], archive: str) -> None:
    """Make the kept files of the node at `root` exactly those in the tar `archive`."""
    with open(archive, "rb") as file:
        os.chroot(root)
        os.chdir("/")
        with tarfile.open(fileobj=file) as tar:
            members = tar.getmembers()
            wanted = {"/" + member.name for member in members}
            for path in matching(patterns):
                if path not in wanted:
                    os.unlink(path)
            for member in sorted(members, key=tarfile.TarInfo.issym):
                _put_back(tar, member)


def _put_back(tar: tarfile.TarFile, member: tarfile.TarInfo) -> None:
    path = "/" + member.name
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if os.path.lexists(path):
        os.unlink(path)
    content = tar.extractfile(member) if member.isreg() else None
    if member.issym():
        os.symlink(member.linkname, path)
    elif content is not None:
        with open(path, "xb") as file:
            file.write(content.read())
        os.chown(path, member.uid, member.gid)
        os.chmod(path, member.mode)
