"""Copy files between this host and a node."""

import tarfile
import tempfile
from pathlib import Path, PurePosixPath
from typing import IO

from netlab.actions.bench import Bench
from netlab.actions.landing import Landing, in_the_way
from netlab.errors import HostError, UnknownNameError, UsageError

LIMIT = 1 << 30  # bytes: what a node's disk can hold
TOO_LARGE = f"is more than {LIMIT >> 30} GiB"


def into(bench: Bench, source: Path, node: str, target: str) -> None:
    """Like cp -r: a target that is a folder on the node, or ends in /, receives the source under its own name.

    A link that is named is followed; links inside a folder stay links.
    """
    _copyable(source)
    name = bench.node(node).name
    path = PurePosixPath(_absolute(target))
    if target.endswith("/") or _is(bench, name, "-d", path):
        path /= source.name if source.name not in {"", ".."} else source.resolve().name
    if not _is(bench, name, "-d", path.parent):
        next_step = f"Make it first: `netlab exec {name} -- mkdir -p {path.parent}`."
        raise UnknownNameError(f"{name}:{path.parent} is not a folder.", next_step)
    if source.is_dir() and _is(bench, name, "-e", path) and not _is(bench, name, "-d", path):
        raise in_the_way(f"{name}:{path}", "file", "folder")
    if not source.is_dir() and _is(bench, name, "-d", path):
        raise in_the_way(f"{name}:{path}", "folder", "file")
    with tempfile.TemporaryFile() as archive:
        _pack(source.resolve(), path.name, archive)
        bench.runtime.copy_in(name, archive, str(path.parent))


def _copyable(source: Path) -> None:
    if not source.exists():
        raise UnknownNameError(f"{source} is not there.", "Check the path.")
    if not source.is_dir() and not source.is_file():
        raise UsageError(f"{source} is neither a file nor a folder.", "Only files and folders can be copied.")
    parts = source.rglob("*") if source.is_dir() else [source]
    if sum(path.stat().st_size for path in parts if path.is_file() and not path.is_symlink()) > LIMIT:
        raise UsageError(f"{source} {TOO_LARGE}; a node has no room for it.", "Copy a part of it.")


def _pack(source: Path, name: str, archive: IO[bytes]) -> None:
    try:
        with tarfile.open(fileobj=archive, mode="w") as tar:
            tar.add(source, arcname=f"./{name}")
    except OSError as refused:
        place = refused.filename or source
        raise HostError(f"{place} cannot be read: {refused.strerror}.", "Check its permissions.") from refused
    archive.seek(0)


def out(bench: Bench, node: str, source: str, target: Path) -> list[str]:
    """Like cp -r; nothing that a node sends can land outside the target. A link that is named is followed.

    Returns what was left out, as paths inside a folder: links and special files.
    """
    wanted, name = PurePosixPath(_absolute(source)), bench.node(node).name
    if not _is(bench, name, "-e", wanted):
        next_step = f"Look with `netlab exec {name} -- ls -l {wanted.parent}`."
        raise UnknownNameError(f"{name}:{wanted} is not there.", next_step)
    if not _is(bench, name, "-d", wanted) and not _is(bench, name, "-f", wanted):
        raise UsageError(f"{name}:{wanted} is neither a file nor a folder.", "Only files and folders can be copied.")
    place = target / wanted.name if target.is_dir() else target
    if not place.parent.is_dir():
        raise UnknownNameError(f"{place.parent} is not a folder.", "Make it first.")
    real = _followed(bench, name, wanted)
    landing = Landing(place, real.name, f"{name}:{wanted}", LIMIT)
    with bench.runtime.copy_out(name, str(real)) as stream:
        landing.take(stream)
    return sorted(landing.left_out)


def _followed(bench: Bench, node: str, path: PurePosixPath) -> PurePosixPath:
    """Where a link on the node leads, on the node; what it answers is nothing but a name to ask it for."""
    said = bench.runtime.exec(node, ["readlink", "-f", "--", str(path)]).stdout.removesuffix("\n")
    return PurePosixPath(said) if said.startswith("/") else path


def _is(bench: Bench, node: str, sign: str, path: PurePosixPath) -> bool:
    return bench.runtime.exec(node, ["test", sign, str(path)]).ok


def _absolute(path: str) -> str:
    return path if path.startswith("/") else f"/root/{path}"
