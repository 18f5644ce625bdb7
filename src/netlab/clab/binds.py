"""`binds`: files and folders of this computer that are copied onto a node before it first boots.

A copy, not a mount: a node that could write to this computer's files would not be confined. What may not be
copied, and why, is said for each.
"""

import io
import os
import stat
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

MAX_BYTES = 256 << 20
MAX_FILES = 20_000
_SOCKETS = ("docker.sock", "podman.sock", "containerd.sock")
_ENGINE = "a node with this socket could command the whole computer"
_MADE_ANEW = ("/proc", "/sys", "/dev", "/run")
_USELESS = ("/lib/modules", "/usr/lib/modules", "/boot", "/sys/fs/cgroup")
_PARTS = (2, 3)


class BindError(Exception):
    """A bind that cannot be honoured."""


@dataclass(frozen=True, slots=True)
class Bind:
    """`source` on this computer, copied to `target` on the node. `useless`: accepted, and nothing is done."""

    source: Path
    target: str
    useless: bool = False


def parse(text: str, folder: Path) -> Bind:
    """`source:target[:options]`; a relative source is beside the topology file. Raises BindError."""
    parts = text.split(":")
    if len(parts) not in _PARTS or not all(parts[:2]):
        raise BindError(f"'{text}' is not source:target")
    source, target = Path(os.path.normpath(folder / Path(parts[0]).expanduser())), PurePosixPath(parts[1])
    if not target.is_absolute() or ".." in target.parts:
        raise BindError(f"'{parts[1]}', the place on the node, must start with / and not climb")
    if source.name in _SOCKETS:
        raise BindError(_ENGINE)
    if _under(str(source), _USELESS) or str(source) == "/dev/net/tun":
        return Bind(source, str(target), useless=True)
    if _under(str(source), ("/dev", "/proc", "/sys")) or str(source) == "/":
        raise BindError(f"{source} is not a file to copy; no node gets that of this computer")
    if str(target) == "/" or _under(str(target), _MADE_ANEW):
        raise BindError(f"{target} is made anew at each boot of a node")
    if not source.exists():
        raise BindError(f"{source} is not there")
    return Bind(source, str(target))


def _under(path: str, tops: tuple[str, ...]) -> bool:
    return any(path == top or path.startswith(f"{top}/") for top in tops)


def volume(text: str) -> str:
    """The folder on the node that a volume is: `name:/folder[:options]`, or `/folder` alone."""
    parts = text.split(":")
    folder = parts[1] if len(parts) > 1 else parts[0]
    if not folder.startswith("/") or ".." in folder.split("/"):
        raise BindError(f"'{text}' is not a volume: write name:/folder, or /folder")
    return folder


def archive(binds: list[Bind], folders: list[str], links: Mapping[str, str]) -> bytes:
    """A tar of all that is copied, owned by the node's root; of empty `folders` and of `links`. Raises BindError."""
    buffer, left = io.BytesIO(), _Limit()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for folder in folders:
            tar.addfile(_entry(folder, stat.S_IFDIR | 0o755))
        for link, leads_to in links.items():
            entry = _entry(link, stat.S_IFLNK | 0o777)
            entry.linkname = leads_to
            tar.addfile(entry)
        for bind in binds:
            try:
                _add(tar, bind.source.resolve(), bind.target, left)
            except OSError as refused:
                raise BindError(f"{refused.filename or bind.source} cannot be read: {refused.strerror}") from refused
    return buffer.getvalue()


@dataclass(slots=True)
class _Limit:
    files: int = 0
    size: int = 0

    def count(self, path: Path, size: int) -> None:
        self.files, self.size = self.files + 1, self.size + size
        if self.files > MAX_FILES or self.size > MAX_BYTES:
            raise BindError(f"{path}: more than {MAX_FILES} files or {MAX_BYTES >> 20} MiB; copy less onto one node")


def _add(tar: tarfile.TarFile, source: Path, target: str, limit: _Limit) -> None:
    for path in _tree(source):
        facts = path.lstat()
        limit.count(path, facts.st_size if stat.S_ISREG(facts.st_mode) else 0)
        entry = _entry(os.path.normpath(f"{target}/{path.relative_to(source)}"), facts.st_mode)
        if stat.S_ISLNK(facts.st_mode):
            entry.linkname = str(path.readlink())
            tar.addfile(entry)
        elif stat.S_ISDIR(facts.st_mode):
            tar.addfile(entry)
        elif stat.S_ISREG(facts.st_mode):
            content = path.read_bytes()
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))


def _tree(source: Path) -> Iterator[Path]:
    """The source and all below it, folders first; links are not followed."""
    yield source
    for folder, names, files in os.walk(source):
        names.sort()
        yield from (Path(folder, name) for name in sorted([*names, *files]))


def _entry(path: str, mode: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(path.lstrip("/"))
    entry.mode = stat.S_IMODE(mode) & 0o777
    entry.type = tarfile.DIRTYPE if stat.S_ISDIR(mode) else tarfile.SYMTYPE if stat.S_ISLNK(mode) else tarfile.REGTYPE
    return entry
