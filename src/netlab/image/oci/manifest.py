"""Which layers an image has and how it is started: OCI's image layout, or what `docker save` writes.

See the OCI image specification (image-layout.md, manifest.md, config.md) and Docker's image specification 1.2.
"""

import hashlib
import json
import platform
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from netlab.image.oci.box import Box, text

_DIGEST = re.compile(r"sha256:([0-9a-f]{64})")
_MACHINES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "riscv64": "riscv64", "ppc64le": "ppc64le"}
_NAME = "org.opencontainers.image.ref.name"
_FULL_NAME = "io.containerd.image.name"
_DEPTH = 4


class ImageShapeError(Exception):
    """It is not built as an image is."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A file in the box. `digest` (sha256, hexadecimal) is over the layer's tar, uncompressed."""

    name: str
    digest: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """One image. `digest` is over its configuration, and names it as `docker images` does."""

    digest: str
    names: tuple[str, ...]
    layers: tuple[Layer, ...]
    config: Mapping[str, Any]


def manifests(box: Box) -> list[Manifest]:
    """All images for this machine in the box. Raises ImageShapeError."""
    try:
        found = list(_oci(box) if box.has("index.json") else _docker(box))
    except (KeyError, ValueError, TypeError, AttributeError, IndexError) as wrong:
        raise ImageShapeError(f"something in it is missing or wrong: {wrong}") from wrong
    if not found:
        raise ImageShapeError(f"there is no image for Linux on {_machine()} in it")
    return found


def _oci(box: Box) -> Iterator[Manifest]:
    for entry in _list(json.loads(text(box, "index.json")), "manifests"):
        yield from _from_descriptor(box, entry, _names(entry), _DEPTH)


def _from_descriptor(box: Box, entry: Mapping[str, Any], names: tuple[str, ...], depth: int) -> Iterator[Manifest]:
    if not _fits_machine(entry.get("platform")) or not depth:
        return
    said = json.loads(_blob(box, entry["digest"]))
    if "manifests" in said:
        for inner in _list(said, "manifests"):
            yield from _from_descriptor(box, inner, _names(inner) or names, depth - 1)
        return
    config = json.loads(_blob(box, said["config"]["digest"]))
    if _fits_machine(config) and "rootfs" in config:
        files = [_blob_name(layer["digest"]) for layer in _list(said, "layers")]
        yield Manifest(_hex(said["config"]["digest"]), names, _layers(files, config), config.get("config") or {})


def _docker(box: Box) -> Iterator[Manifest]:
    for entry in json.loads(text(box, "manifest.json")):
        raw = text(box, entry["Config"])
        config = json.loads(raw)
        names = tuple(str(name) for name in entry.get("RepoTags") or ())
        digest = hashlib.sha256(raw).hexdigest()
        yield Manifest(digest, names, _layers(_list(entry, "Layers"), config), config.get("config") or {})


def _layers(files: list[str], config: Mapping[str, Any]) -> tuple[Layer, ...]:
    digests = [_hex(text) for text in config["rootfs"]["diff_ids"]]
    if len(digests) != len(files):
        raise ValueError(f"it names {len(files)} layers and the digests of {len(digests)}")
    return tuple(Layer(str(name), digest) for name, digest in zip(files, digests, strict=True))


def _names(entry: Mapping[str, Any]) -> tuple[str, ...]:
    notes = entry.get("annotations") or {}
    return tuple(str(notes[key]) for key in (_FULL_NAME, _NAME) if key in notes)


def _fits_machine(said: Mapping[str, Any] | None) -> bool:
    return not said or (said.get("os", "linux") == "linux" and said.get("architecture", _machine()) == _machine())


def _machine() -> str:
    return _MACHINES.get(platform.machine(), platform.machine())


def _blob(box: Box, digest: str) -> bytes:
    content = text(box, _blob_name(digest))
    if hashlib.sha256(content).hexdigest() != _hex(digest):
        raise ValueError(f"{digest} does not have the content of that digest")
    return content


def _blob_name(digest: str) -> str:
    return f"blobs/sha256/{_hex(digest)}"


def _hex(digest: str) -> str:
    found = _DIGEST.fullmatch(digest)
    if not found:
        raise ValueError(f"'{digest}' is not a sha256 digest")
    return found[1]


def _list(said: Mapping[str, Any], key: str) -> list[Any]:
    value = said[key]
    if not isinstance(value, list):
        raise TypeError(f"{key} is not a list")
    return value
