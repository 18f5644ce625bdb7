"""Jobs on services: start, stop, restart, reload."""

import os

from unitctl import journal, record
from unitctl.errors import Failed, JobError, job_failed
from unitctl.find import load
from unitctl.halt import halt, sweep
from unitctl.launch import launch
from unitctl.record import Status
from unitctl.run import START_SECONDS, Runner
from unitctl.unit import Host, Unit


def checked(host: Host, name: str, verb: str) -> Unit:
    """The unit if a job can be done on it."""
    unit = load(host, name)
    if not unit.found and not unit.name.endswith(".target"):
        raise JobError(f"Failed to {verb} {unit.name}: Unit {unit.name} not found.", 5)
    if unit.masked:
        raise JobError(f"Failed to {verb} {unit.name}: Unit {unit.name} is masked.")
    if not unit.name.endswith((".service", ".target")):
        raise JobError(f"Failed to {verb} {unit.name}: only services work in a netlab node.")
    return unit


def start(host: Host, name: str, verb: str = "start", seen: tuple[str, ...] = ()) -> None:
    """Start a service and what it requires, unless it is active."""
    unit = checked(host, name, verb)
    if not unit.is_service:
        return
    _start_needed(host, unit, (*seen, unit.name))
    lock = record.lock(host, unit.name)
    try:
        status = Status(host, unit)
        if not status.is_active:
            sweep(status)
            launch(host, unit)
    finally:
        os.close(lock)


def _start_needed(host: Host, unit: Unit, seen: tuple[str, ...]) -> None:
    for key in ("Wants", "Requires", "BindsTo"):
        for other in unit.words("Unit." + key):
            if other in seen or not other.endswith(".service") or not load(host, other).found:
                continue
            try:
                start(host, other, "start", seen)
            except JobError as error:
                if key != "Wants":
                    text = f"{error}\nA dependency job for {unit.name} failed."
                    raise JobError(f"{text} See 'journalctl -xe' for details.") from error


def stop(host: Host, name: str, *, restarting: bool = False, seen: tuple[str, ...] = ()) -> list[str]:
    """Stop a service and those that depend on it; the names of the dependent ones."""
    unit = load(host, name)
    if not unit.found:
        raise JobError(f"Failed to stop {unit.name}: Unit {unit.name} not loaded.", 5)
    stopped = []
    for other in _dependents(host, unit, seen):
        stopped += [*stop(host, other, restarting=restarting, seen=(*seen, unit.name)), other]
    lock = record.lock(host, unit.name)
    try:
        halt(host, unit, restarting=restarting)
    finally:
        os.close(lock)
    return stopped


def _dependents(host: Host, unit: Unit, seen: tuple[str, ...]) -> list[str]:
    """Active services that stop with the unit: PartOf=, Requires= or BindsTo= name it."""
    found = []
    for name in record.known(host):
        if name == unit.name or name in seen:
            continue
        other = load(host, name)
        tied = [word for key in ("PartOf", "Requires", "BindsTo") for word in other.words("Unit." + key)]
        if unit.name in tied and Status(host, other).is_active:
            found.append(name)
    return found


def restart(host: Host, name: str, verb: str = "restart") -> None:
    checked(host, name, verb)
    stopped = stop(host, name, restarting=True)
    start(host, name, verb)
    for other in reversed(stopped):
        start(host, other)


def reload(host: Host, name: str) -> None:
    unit = checked(host, name, "reload")
    status = Status(host, unit)
    if not status.is_active:
        raise JobError(f"{unit.name} is not active, cannot reload.")
    if not unit.commands("ExecReload"):
        reason = f"Job type reload is not applicable for unit {unit.name}."
        raise JobError(f"Failed to reload {unit.name}: {reason}")
    journal.write(host, unit.name, f"Reloading {unit.title}...")
    runner = Runner(host, unit, status.record.mark)
    if status.main:
        runner.env["MAINPID"] = str(status.main.pid)
    try:
        runner.run("ExecReload", runner.seconds("Start", START_SECONDS))
    except Failed as failure:
        journal.write(host, unit.name, f"{unit.name}: {failure.what} failed")
        raise job_failed(unit, failure.result) from failure
    journal.write(host, unit.name, f"Reloaded {unit.title}.")
