"""Starting the enabled services of a node, the last step of its boot."""

import os
import time

from unitctl import journal, proc
from unitctl.errors import Failed, JobError
from unitctl.find import load
from unitctl.service import start
from unitctl.unit import CONFIG, Host, Unit

TARGETS = ("sysinit", "basic", "multi-user", "network-online", "default")
DONE_BY_BOOT = (
    "frr.service",
    "ssh.service",
    "sshd.service",
    "rsyslog.service",
    "syslog.service",
    "networking.service",
    "openvswitch-switch.service",
    "ovs-record-hostname.service",
)
UNIT_SECONDS = 10.0


def boot(host: Host) -> None:
    """Start every enabled unit; each in a process of its own, after those it comes after."""
    waiting = enabled(host)
    running: dict[int, tuple[str, int, float]] = {}  # by pidfd: the unit, the process, the deadline
    while waiting or running:
        busy = {*waiting, *(name for name, _, _ in running.values())}
        ready = [name for name, unit in waiting.items() if not _before(unit, waiting, busy)]
        if not ready and not running:
            ready = [next(iter(waiting))]  # a loop: any one may go first
        for name in ready:
            pid = _start_apart(host, waiting.pop(name).name)
            running[os.pidfd_open(pid)] = name, pid, time.monotonic() + UNIT_SECONDS
        _collect(host, running)


def enabled(host: Host) -> dict[str, Unit]:
    names = {name for target in TARGETS for name in host.list(f"{CONFIG}/{target}.target.wants")}
    names = {name for name in names if name.endswith(".service") and name not in DONE_BY_BOOT}
    return {name: load(host, name) for name in sorted(names)}


def _before(unit: Unit, waiting: dict[str, Unit], busy: set[str]) -> set[str]:
    """Those not yet started that the unit has to wait for (After=, or their Before=)."""
    first = {name for name, other in waiting.items() if unit.name in other.words("Unit.Before")}
    return (set(unit.words("Unit.After")) & busy | first) - {unit.name}


def _start_apart(host: Host, name: str) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        start(host, name)
    except (Failed, JobError, OSError) as error:
        journal.write(host, name, f"boot: {str(error).splitlines()[0]}")
    finally:
        os._exit(0)


def _collect(host: Host, running: dict[int, tuple[str, int, float]]) -> None:
    """Wait until something ends or is overdue; an overdue start is given up."""
    soonest = min(deadline for _, _, deadline in running.values())
    ended = proc.readable(list(running), soonest - time.monotonic())
    for fd, (name, pid, deadline) in list(running.items()):
        if fd not in ended and time.monotonic() < deadline:
            continue
        if fd not in ended:
            os.kill(pid, 9)
            journal.write(host, name, f"boot: the start of {name} took too long")
        os.waitpid(pid, 0)
        os.close(fd)
        del running[fd]
