"""Layers are tars, compressed in one of several ways; this gives their plain bytes."""

import gzip
import shutil
import subprocess
import tempfile
import zlib
from collections.abc import Iterator
from typing import IO

from netlab.errors import HostError

GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
CHUNK = 1 << 20


class SqueezeError(Exception):
    """The compressed data is damaged."""


def plain(stream: IO[bytes]) -> Iterator[bytes]:
    """The bytes of a layer, a chunk at a time. Raises SqueezeError, or HostError when zstd(1) is needed and missing."""
    start = stream.read(4)
    stream.seek(0)
    try:
        if start[:2] == GZIP:
            with gzip.GzipFile(fileobj=stream) as inside:
                yield from _chunks(inside)
        elif start == ZSTD:
            yield from _zstd(stream)
        else:
            yield from _chunks(stream)
    except (OSError, EOFError, zlib.error) as damaged:
        raise SqueezeError(str(damaged)) from damaged


def _chunks(stream: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        yield chunk


def _zstd(stream: IO[bytes]) -> Iterator[bytes]:
    """Python reads zstd from 3.14 on; until then the command does it."""
    if not shutil.which("zstd"):
        raise HostError("A layer of this image is compressed with zstd.", "sudo apt install zstd")
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(stream, copy)
        copy.seek(0)
        with subprocess.Popen(["zstd", "-dcq"], stdin=copy, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as zstd:
            assert zstd.stdout is not None  # noqa: S101 - for the type checker: we asked for a pipe
            yield from _chunks(zstd.stdout)
            if zstd.wait():
                raise SqueezeError("zstd cannot read it")
