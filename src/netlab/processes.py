"""A process by boot, pid and start time, so that a pid used again is never mistaken for it, nor killed."""

import os
import select
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PF_EXITING = 0x4  # among the flags in /proc/PID/stat, <linux/sched.h>


@dataclass(frozen=True, slots=True)
class Process:
    """A process of this host; `started` is field 22 of /proc/PID/stat (clock ticks since boot, proc(5)).

    Computers start the same way every time: without `boot` another process could well have both numbers.
    """

    pid: int
    started: int
    boot: int

    @classmethod
    def of(cls, pid: int) -> "Process":
        """Raises ProcessLookupError when there is no such process."""
        started = _start_time(pid, exiting=False)
        if started is None:
            raise ProcessLookupError(pid)
        return cls(pid, started, this_boot())

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Process":
        return cls(int(data["pid"]), int(data["started"]), int(data["boot"]))

    @classmethod
    def from_record(cls, data: Any) -> "Process | None":
        """None for what is no such record: a power cut may leave anything in a file."""
        try:
            return cls.from_json(data)
        except (KeyError, TypeError, ValueError):
            return None

    def as_json(self) -> dict[str, int]:
        return {"pid": self.pid, "started": self.started, "boot": self.boot}

    def alive(self) -> bool:
        """False also for one that is on its way out: its namespaces cannot be entered any more."""
        return self._there(exiting=False)

    def _there(self, *, exiting: bool) -> bool:
        return self.boot == this_boot() and _start_time(self.pid, exiting=exiting) == self.started

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
        if self._there(exiting=True):
            return descriptor
        os.close(descriptor)
        return None


def this_boot() -> int:
    """A number that is another one after each restart of the computer (random(4))."""
    try:
        return int(Path("/proc/sys/kernel/random/boot_id").read_text("ascii")[:13].replace("-", ""), 16)
    except OSError:  # some sandboxes do not have it: pid and start time must do
        return 0


def _start_time(pid: int, *, exiting: bool) -> int | None:
    """None for a process that is gone or a zombie; `exiting`: but not for one that has only begun to end."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    gone = fields[0] in "ZX" or (int(fields[6]) & PF_EXITING and not exiting)
    return None if gone else int(fields[19])
