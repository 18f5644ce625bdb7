"""The files of a node that outlive a power cycle, as a tar: taken from, and put into, a node's root.

Everything here runs in a child that has chrooted into the node's root, so a link or a path a learner made
can lead nowhere else; amounts are bounded because the content is not ours.
"""

import glob
import io
import os
import re
import shutil
import signal
import stat
import tarfile
from collections.abc import Iterator

from netlab.runtime.native.folders import folders

MAX_FILE = 16 << 20
MAX_TOTAL = 64 << 20
MAX_FILES = 500
SECONDS = 20
_ANY_DEPTH = re.compile(r"/\*\*(?=/|$)")
LIMITS = f"at most {MAX_FILES} files of {MAX_FILE >> 20} MiB are kept, {MAX_TOTAL >> 20} MiB together"
# Every start makes these anew: kept, they would lock netlab out of the lab they are put into later.
RUNS_OWN = frozenset(
    {"/root/.ssh/authorized_keys", "/etc/ssh/ssh_host_ed25519_key", "/etc/ssh/ssh_host_ed25519_key.pub"}
)
ENABLED_UNITS = "/etc/systemd/system/*.wants/*"


class TooMuchError(Exception):
    """A node's kept files are too many or too large."""


def matching(patterns: list[str]) -> Iterator[str]:
    """The files and links under the current root that the patterns name, in order, each once."""
    found: set[str] = set()
    for pattern in [*patterns, ENABLED_UNITS]:
        for path in _expand(pattern):
            try:
                mode = os.lstat(path).st_mode
            except OSError:  # gone by now, or its path is longer than the kernel takes
                continue
            if stat.S_ISREG(mode) or (stat.S_ISLNK(mode) and ".wants/" in path):
                found.add(os.path.normpath(path))
    return iter(sorted(found - RUNS_OWN))


def _expand(pattern: str) -> Iterator[str]:
    """Like glob(), whose `**` goes through links: two that lead to their own folder are enough to keep it for ever."""
    top, *rest = _ANY_DEPTH.split(pattern, maxsplit=1)
    if not rest:
        yield from glob.iglob(pattern, include_hidden=True)
        return
    for start in glob.iglob(top, include_hidden=True):
        for folder in folders(start):
            yield from _expand(glob.escape(folder) + (rest[0] or "/*"))


def save(root: str, patterns: list[str], archive: str) -> None:
    """Write the kept files of the node at `root` to the tar `archive` (made anew)."""
    signal.alarm(SECONDS)  # ends this child: how much there is to look through is up to the node
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
                raise TooMuchError(f"{path} is too much; {LIMITS}")
            if entry.issym():
                tar.addfile(entry)
            else:
                with open(path, "rb", opener=_regular) as content:
                    tar.addfile(entry, io.BytesIO(content.read(entry.size).ljust(entry.size, b"\0")))


def _regular(path: str, flags: int) -> int:
    """The node still runs: what was a file a moment ago may be a pipe now, and opening that would never end."""
    descriptor = os.open(path, flags | os.O_NONBLOCK | os.O_NOFOLLOW)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        raise TooMuchError(f"{path} changes while it is being kept")
    return descriptor


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
            members = [member for member in tar.getmembers() if f"/{member.name}" not in RUNS_OWN]
            wanted = {"/" + member.name for member in members}
            for path in matching(patterns):
                if path not in wanted:
                    os.unlink(path)
            for member in sorted(members, key=tarfile.TarInfo.issym):
                _put_back(tar, member)


def _put_back(tar: tarfile.TarFile, member: tarfile.TarInfo) -> None:
    path = "/" + member.name
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)  # a file takes the place of a folder
    elif os.path.lexists(path):
        os.unlink(path)
    content = tar.extractfile(member) if member.isreg() else None
    if member.issym():
        os.symlink(member.linkname, path)
    elif content is not None:
        with open(path, "xb") as file:
            file.write(content.read())
        os.chown(path, member.uid, member.gid)
        os.chmod(path, member.mode)


def fill(root: str, archive: str) -> None:
    """Put files, folders and links into a node's root before it boots; folders that are there stay as they are."""
    with open(archive, "rb") as file:
        os.chroot(root)
        os.chdir("/")
        with tarfile.open(fileobj=file) as tar:
            for member in tar.getmembers():
                if not member.isdir():
                    _put_back(tar, member)
                elif not os.path.isdir("/" + member.name):
                    os.makedirs("/" + member.name, mode=member.mode)
