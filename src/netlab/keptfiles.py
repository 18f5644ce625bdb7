"""Kept files of nodes, each node's as one tar: what differs between two sets of them."""

import hashlib
import io
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Kept = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Change:
    """One file of one node. `kind`: `new`, `changed` or `gone`. The path is the learner's, so not to be trusted."""

    node: str
    path: str
    kind: str

    def as_json(self) -> dict[str, str]:
        return {"node": self.node, "path": self.path, "change": self.kind}


@dataclass(frozen=True, slots=True)
class PutBack:
    """What a restore or reset did. `undo`: the checkpoint of what was there before, if it was worth one."""

    source: str
    nodes: list[str]
    changes: list[Change]
    undo: str | None
    other_version: bool = False


def changes(before: Kept, after: Kept) -> list[Change]:
    """What became of the files, node by node; nodes that only one side has are left out."""
    return [change for node in before if node in after for change in _changed(node, before[node], after[node])]


def _changed(node: str, before: bytes, after: bytes) -> Iterator[Change]:
    if before == after:
        return
    old, new = _facts(before), _facts(after)
    for path in sorted(old | new):
        if path not in new:
            yield Change(node, path, "gone")
        elif path not in old:
            yield Change(node, path, "new")
        elif old[path] != new[path]:
            yield Change(node, path, "changed")


def _facts(archive: bytes) -> dict[str, tuple[object, ...]]:
    """Per path all that matters of a file: owner, mode, where a link leads, content."""
    found: dict[str, tuple[object, ...]] = {}
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for entry in tar:
            content = tar.extractfile(entry) if entry.isreg() else None
            digest = hashlib.sha256(content.read()).digest() if content else b""
            found[f"/{entry.name}"] = (entry.type, entry.mode, entry.uid, entry.gid, entry.linkname, digest)
    return found
