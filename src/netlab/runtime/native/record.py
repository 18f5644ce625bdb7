"""Which process is which node's init: kept by the agent, so that it is right even if nobody listens any more."""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from netlab.processes import Process

LONGEST = 30.0  # seconds; an agent takes less, unless a node keeps it from ending
POLL = 0.01
POD_ENDS = 20.0


class Record:
    """`nodes.json`, opened before the pod is entered. Holding it keeps other agents of this lab waiting.

    Raises InterruptedError when the command that asked has ended before its turn came: what nobody waits for is
    not begun, so whoever mends things after it is alone.
    """

    def __init__(self, path: str, asked_by: int) -> None:
        self._descriptor = os.open(path, os.O_RDWR)  # not made here: where it is gone, so is the lab
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        if os.getppid() != asked_by:
            raise InterruptedError("the command that asked for this has ended")
        self._nodes = parse(os.pread(self._descriptor, 1 << 20, 0).decode(errors="replace"))

    def process(self, name: str) -> Process | None:
        """The node's init, or None when it was never started."""
        return Process.from_record(self._nodes.get(name))

    def note(self, name: str, process: Process) -> None:
        """Write it down at once."""
        self._nodes[name] = process.as_json()
        text = json.dumps(self._nodes).encode()
        os.pwrite(self._descriptor, text, 0)
        os.ftruncate(self._descriptor, len(text))


def parse(text: str) -> dict[str, Any]:
    """A JSON object, whatever may stand behind it; empty when there is none."""
    with suppress(ValueError):
        data = json.JSONDecoder().raw_decode(text)[0]
        return data if isinstance(data, dict) else {}
    return {}


def read(path: Path) -> dict[str, Any]:
    """What a record holds; empty when it is not there or damaged."""
    with suppress(FileNotFoundError, NotADirectoryError):
        return parse(path.read_text("utf-8", "replace"))
    return {}


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Wait until no agent is at work on this lab (that of a killed command goes on to its end), and let none begin."""
    if not path.exists():  # nor will any agent make it
        yield
        return
    with path.open("rb") as file:
        deadline = time.monotonic() + LONGEST
        while time.monotonic() < deadline and not _locked(file):
            time.sleep(POLL)  # the interval of a poll that ends by the deadline above
        yield


def _locked(file: IO[bytes]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def end_pod(path: Path) -> None:
    """Kill the pod that `pod.json` tells of, and wait for its end. Raises OSError when it does not come."""
    process = Process.from_record(read(path))
    if process is not None:
        process.kill()
        if not process.wait(POD_ENDS):
            raise OSError(f"process {process.pid}, a pod, does not end")
