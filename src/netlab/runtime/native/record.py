"""Which process is which node's init: kept by the agent, so that it is right even if nobody listens any more."""

import fcntl
import json
import os

from netlab.processes import Process


class Record:
    """`nodes.json`, opened before the pod is entered. Holding it keeps other agents of this lab waiting."""

    def __init__(self, path: str) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        text = os.pread(self._descriptor, 1 << 20, 0)
        self._nodes: dict[str, dict[str, int]] = json.loads(text) if text else {}

    def process(self, name: str) -> Process | None:
        """The node's init, or None when it was never started."""
        return Process.from_json(self._nodes[name]) if name in self._nodes else None

    def note(self, name: str, process: Process) -> None:
        """Write it down at once."""
        self._nodes[name] = process.as_json()
        text = json.dumps(self._nodes).encode()
        os.pwrite(self._descriptor, text, 0)
        os.ftruncate(self._descriptor, len(text))
