"""A process by pid and start time, so that a pid used again is never mistaken for it, nor killed."""

import os
import select
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Process:
    """A process of this host; `started` is field 22 of /proc/PID/stat (clock ticks since boot, proc(5))."""

    pid: int
    started: int

    @classmethod
    def of(cls, pid: int) -> "Process":
        """Raises ProcessLookupError when there is no such process."""
        started = _start_time(pid)
        if started is None:
            raise ProcessLookupError(pid)
        return cls(pid, started)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Process":
        return cls(int(data["pid"]), int(data["started"]))

    def as_json(self) -> dict[str, int]:
        return {"pid": self.pid, "started": self.started}

    def alive(self) -> bool:
        return _start_time(self.pid) == self.started

    def kill(self) -> None:
        """SIGKILL, if it is still this very process."""
        descriptor = self._open()
        if descriptor is not None:
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)
            os.close(descriptor)

    def wait(self, timeout: float) -> bool:
        """True when the process has ended within `timeout` seconds."""
        descriptor = self._open()
        if descriptor is None:
            return True
        try:
            return bool(select.select([descriptor], [], [], timeout)[0])
        finally:
            os.close(descriptor)

    def _open(self) -> int | None:
        try:
            descriptor = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return None
        if self.alive():
            return descriptor
        os.close(descriptor)
        return None


def _start_time(pid: int) -> int | None:
    """None for a process that is gone or a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in "ZX" else int(fields[19])
