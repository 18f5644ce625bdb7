"""Stopping a service and all its processes."""

import os
import time

from unitctl import folders, journal, proc, record
from unitctl.errors import Failed
from unitctl.record import Record, Status
from unitctl.run import Runner
from unitctl.unit import Host, Unit

STOP_SECONDS = 5.0
SIGNALS = {
    "SIGHUP": 1, "SIGINT": 2, "SIGQUIT": 3, "SIGKILL": 9, "SIGUSR1": 10,
    "SIGUSR2": 12, "SIGTERM": 15,
}  # fmt: skip


def halt(host: Host, unit: Unit, *, restarting: bool) -> None:
    status = Status(host, unit)
    if not status.is_active and not status.members():
        return
    journal.write(host, unit.name, f"Stopping {unit.title}...")
    runner = Runner(host, unit, status.record.mark)
    seconds = runner.seconds("Stop", STOP_SECONDS)
    if status.main:
        runner.env["MAINPID"] = str(status.main.pid)
    everyone = status.members()
    result = _tolerant(runner, "ExecStop", seconds) if status.is_active else "success"
    _end_processes(status, everyone, unit, seconds)
    _tolerant(runner, "ExecStopPost", seconds)
    if (path := record.pid_file(unit)) and not record.adopted(host, unit):
        _remove(host.at(path))
    folders.remove(host, unit, restarting=restarting)
    note = Record()
    note.active, note.result = ("inactive" if result == "success" else "failed"), result
    note.save(host, unit.name)
    journal.write(host, unit.name, f"Stopped {unit.title}.")


def sweep(status: Status) -> None:
    """End what a main process that died has left behind; systemd does so at once, here the next start does."""
    if status.record.mark and (left := status.members()):
        journal.write(status.host, status.unit.name, f"{status.unit.name}: Ending {len(left)} left-over processes.")
        _end_processes(status, left, status.unit, STOP_SECONDS)


def _tolerant(runner: Runner, key: str, seconds: float) -> str:
    try:
        runner.run(key, seconds)
    except Failed as failure:
        journal.write(runner.host, runner.unit.name, f"{runner.unit.name}: {failure.what} failed")
        return failure.result
    return "success"


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        pass


def _end_processes(status: Status, everyone: list[proc.Process], unit: Unit, seconds: float) -> None:
    """Signal as KillMode= says, wait, then kill what is left."""
    mode = unit.get("Service.KillMode", "control-group")
    if mode == "none":
        return
    main = [status.main] if status.main else []
    first = main if mode in ("process", "mixed") else everyone
    proc.send(first, SIGNALS.get(unit.get("Service.KillSignal", "SIGTERM"), 15))
    if not proc.wait_gone(first, time.monotonic() + seconds):
        journal.write(status.host, unit.name, f"{unit.name}: Stop timed out. Killing.")
    left = main if mode == "process" else [*everyone, *status.members()]
    proc.send(left, 9)
    proc.wait_gone(left, time.monotonic() + 1)
