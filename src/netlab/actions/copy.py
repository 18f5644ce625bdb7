"""Copy files between this host and a node."""

import io
import tarfile
from pathlib import Path, PurePosixPath

from netlab.actions.bench import Bench
from netlab.errors import UnknownNameError, UsageError


def into(bench: Bench, source: Path, node: str, target: str) -> None:
    """Like cp -r: a target that is a folder on the node, or ends in /, receives the source under its own name."""
    if not source.exists():
        raise UnknownNameError(f"{source} is not there.", "Check the path.")
    runtime, name = bench.runtime, bench.node(node).name
    path = PurePosixPath(_absolute(target))
    if target.endswith("/") or runtime.exec(name, ["test", "-d", str(path)]).ok:
        path /= source.resolve().name
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        tar.add(source, arcname=path.name)
    runtime.copy_in(name, buffer.getvalue(), str(path.parent))


def out(bench: Bench, node: str, source: str, target: Path) -> None:
    """Like cp -r; nothing that a node sends can land outside the target."""
    archive = bench.runtime.copy_out(bench.node(node).name, _absolute(source))
    name = PurePosixPath(source).name
    place = target / name if target.is_dir() else target
    if not place.parent.is_dir():
        raise UnknownNameError(f"{place.parent} is not a folder.", "Make it first.")
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar.getmembers():
            _put(tar, member, place, name)


def _put(tar: tarfile.TarFile, member: tarfile.TarInfo, place: Path, name: str) -> None:
    inside = PurePosixPath(member.name).relative_to(name)
    if ".." in inside.parts:
        raise UsageError(f"The node sent a path that climbs: {member.name}.", "Copy a single file instead.")
    path = place.joinpath(*inside.parts)
    content = tar.extractfile(member) if member.isreg() else None
    if member.isdir():
        path.mkdir(exist_ok=True)
    elif content is not None:
        path.write_bytes(content.read())


def _absolute(path: str) -> str:
    return path if path.startswith("/") else f"/root/{path}"
