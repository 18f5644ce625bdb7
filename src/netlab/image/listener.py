"""What mmdebstrap says while it builds: its stages in plain words, and the reason when it fails."""

import threading
from collections.abc import Callable
from typing import IO

from netlab.errors import ImageError

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
_NO_NETWORK = ("Could not resolve", "Could not connect", "Failed to fetch", "Temporary failure", "Connection refused")


def stage(line: str) -> str | None:
    """The stage that a line of mmdebstrap's announces, numbered; None for all other lines."""
    for number, (start, text) in enumerate(STAGES.items(), 1):
        if line.startswith(start):
            return f"{text} ({number} of {_COUNT})"
    return None


class Listener:
    """Reads along in a thread: stages go to `on_stage`, all lines are kept for the case of a failure."""

    def __init__(self, stream: IO[bytes] | None, on_stage: OnStage) -> None:
        self._lines: list[str] = []
        self._thread = threading.Thread(target=self._read, args=(stream, on_stage), daemon=True)
        self._thread.start()

    def _read(self, stream: IO[bytes] | None, on_stage: OnStage) -> None:
        for raw in stream or ():
            line = raw.decode(errors="replace").strip()
            self._lines.append(line)
            if text := stage(line):
                on_stage(text)

    def finish(self) -> list[str]:
        """All it said."""
        self._thread.join(5)
        return self._lines


def explain(lines: list[str]) -> ImageError:
    """Why mmdebstrap failed, and what to do."""
    text = "\n".join(lines)
    first = next((line for line in lines if line.startswith("E: ")), lines[-1] if lines else "no reason given")
    if "No space left" in text:
        return unpack_error("No space left on device")
    if any(sign in text for sign in _NO_NETWORK):
        return ImageError(
            f"The node image needs Debian packages, and they could not be downloaded: {first}",
            "Check the network connection (or set NETLAB_MIRROR to a Debian mirror you can reach), then try again.",
        )
    return ImageError(f"mmdebstrap could not build the node image: {first}", "Run `netlab doctor`, then try again.")


def unpack_error(reason: str) -> ImageError:
    """Why the image could not be written."""
    if "No space left" in reason:
        return ImageError("The disk is full; the node image was not built.", "Free 2 GiB, or set NETLAB_CACHE.")
    return ImageError(f"The node image could not be unpacked: {reason}.", "Run `netlab doctor`.")
