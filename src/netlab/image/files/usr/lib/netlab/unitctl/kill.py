"""systemctl kill: a signal for the processes of a service."""

from unitctl import proc
from unitctl.errors import JobError
from unitctl.find import load
from unitctl.record import Status
from unitctl.unit import Host


def kill(host: Host, name: str, signal: str, whom: str) -> None:
    unit = load(host, name)
    if not unit.found:
        raise JobError(f"Failed to kill unit {unit.name}: Unit {unit.name} not loaded.", 5)
    value = number(signal)
    status = Status(host, unit)
    main = [status.main] if status.main else []
    targets = main if whom == "main" else status.members()
    if not targets:
        raise JobError(f"Failed to kill unit {unit.name}: No process to kill.")
    proc.send(targets, value)


def number(text: str) -> int:
    """The number of `HUP`, `SIGHUP` or `1`."""
    from signal import Signals

    name = text.upper().removeprefix("SIG")
    known = {str(member.value): member.value for member in Signals}
    known |= {member.name.removeprefix("SIG"): member.value for member in Signals}
    if name not in known:
        raise JobError(f"Failed to parse signal string {text}.")
    return known[name]
