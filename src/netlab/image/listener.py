"""What mmdebstrap says while it builds: its stages in plain words, and the reason when it fails."""

import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO

from netlab.errors import ImageError
from netlab.runtime.native.client import LITTLE

OnStage = Callable[[str], None]
STAGES = {
    "I: running apt-get update": "reading Debian's package lists",
    "I: downloading packages": "downloading packages",
    "I: extracting archives": "unpacking the base system",
    "I: installing essential": "installing the base system",
    "I: installing remaining": "installing the network software",
    "I: creating tarball": "packing it into an image",
}
_COUNT = len(STAGES) + 1
LAST_STAGE = f"adding netlab's own files ({_COUNT} of {_COUNT})"
_FULL = ("No space left", "enough free space", "Disk quota exceeded")
_NO_NETWORK = (
    "Could not resolve",
    "Could not connect",
    "Failed to fetch",
    "Temporary failure",
    "Connection refused",
    "have a Release file",
)


def stage(line: str) -> str | None:
    """The stage that a line of mmdebstrap's announces, numbered; None for all other lines."""
    for number, (start, text) in enumerate(STAGES.items(), 1):
        if line.startswith(start):
            return f"{text} ({number} of {_COUNT})"
    return None


class Listener:
    """Reads along in a thread: stages go to `on_stage`, all lines are kept for the case of a failure.

    `full` is said when the disk of `folder` was full in the moment of an error: what has failed clears up after
    itself, and does not always say why it failed.
    """

    def __init__(self, stream: IO[bytes] | None, on_stage: OnStage, folder: Path) -> None:
        self._lines: list[str] = []
        self._folder = folder
        self.full = False
        self._thread = threading.Thread(target=self._read, args=(stream, on_stage), daemon=True)
        self._thread.start()

    def _read(self, stream: IO[bytes] | None, on_stage: OnStage) -> None:
        for raw in stream or ():
            line = raw.decode(errors="replace").strip()
            self._lines.append(line)
            if line.startswith("E: "):
                self.full |= is_full(self._folder)
            if text := stage(line):
                on_stage(text)

    def finish(self) -> list[str]:
        """All it said."""
        self._thread.join(5)
        return self._lines


def explain(lines: list[str], *, full: bool = False, mirror: str | None = None) -> ImageError:
    """Why mmdebstrap failed, and what to do."""
    text = "\n".join(lines)
    first = next((line for line in lines if line.startswith("E: ")), lines[-1] if lines else "no reason given")
    if full or any(sign in text for sign in _FULL):
        return disk_full()
    if any(sign in text for sign in _NO_NETWORK):
        step = "Check the network connection (or set NETLAB_MIRROR to a Debian mirror you can reach), then try again."
        if mirror:
            step = f"Is NETLAB_MIRROR ({mirror}) a Debian mirror that you can reach? Correct it, or unset it."
        return ImageError(f"The node image needs Debian packages, and they could not be downloaded: {first}", step)
    return ImageError(f"mmdebstrap could not build the node image: {first}", "Run `netlab doctor`, then try again.")


def disk_full() -> ImageError:
    """Whoever has met it."""
    step = "Free 2 GiB, or set NETLAB_CACHE to a folder on another disk."
    return ImageError("No space left on the disk: the node image was not built.", step)


def unpack_error(lines: list[str], *, full: bool = False) -> ImageError:
    """Why the image could not be written, from what tar said."""
    if full or any(sign in line for sign in _FULL for line in lines):
        return disk_full()
    reason = lines[0] if lines else "no reason given"
    return ImageError(f"The node image could not be unpacked: {reason}.", "Run `netlab doctor`.")


def is_full(folder: Path) -> bool:
    """Has its disk no room left?"""
    return shutil.disk_usage(folder).free < LITTLE
