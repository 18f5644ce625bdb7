"""The commands of systemctl."""

import os
import sys
from collections.abc import Callable

from unitctl import install, record, show
from unitctl.call import Call
from unitctl.errors import Failed, JobError
from unitctl.find import load
from unitctl.record import Status
from unitctl.service import checked, reload, restart, start, stop

Handler = Callable[[Call], int]


def each(call: Call, job: Callable[[str], object]) -> int:
    """Do a job for every unit; a failure does not keep the others from theirs."""
    code = 0
    for name in call.names:
        try:
            job(name)
        except JobError as error:
            print(error, file=sys.stderr)
            code = error.code
        except Failed as failure:
            print(f"Job for {name} failed: {failure.what or failure.result}", file=sys.stderr)
            code = 1
    return code


def do_start(call: Call) -> int:
    return each(call, lambda name: start(call.host, name))


def do_stop(call: Call) -> int:
    return each(call, lambda name: stop(call.host, name))


def do_restart(call: Call) -> int:
    return each(call, lambda name: restart(call.host, name))


def do_reload(call: Call) -> int:
    return each(call, lambda name: reload(call.host, name))


def do_try_restart(call: Call) -> int:
    def job(name: str) -> None:
        if Status(call.host, checked(call.host, name, "try-restart")).is_active:
            restart(call.host, name)

    return each(call, job)


def do_reload_or_restart(call: Call) -> int:
    def job(name: str) -> None:
        unit = checked(call.host, name, "reload-or-restart")
        if unit.commands("ExecReload") and Status(call.host, unit).is_active:
            reload(call.host, name)
        elif call.verb == "reload-or-restart" or Status(call.host, unit).is_active:
            restart(call.host, name)

    return each(call, job)


def do_kill(call: Call) -> int:
    from unitctl.kill import kill

    signal, whom = (call.values.get(key, [default])[-1] for key, default in (("signal", "TERM"), ("whom", "all")))
    return each(call, lambda name: kill(call.host, name, signal, whom))


def do_status(call: Call) -> int:
    if not call.names:
        print(f"● {os.uname().nodename}\n    State: running")
        return do_list_units(call)
    lines = int(call.values.get("lines", ["10"])[0])
    codes = []
    for number, name in enumerate(call.names):
        if number:
            print()
        codes.append(show.status(call.host, name, lines))
    return max(codes)


def do_is_active(call: Call) -> int:
    units = [load(call.host, name) for name in call.names]
    found = [Status(call.host, unit).active for unit in units]
    call.print(*found)
    if "active" in found:
        return 0
    return 3 if any(unit.found for unit in units) else 4


def do_is_failed(call: Call) -> int:
    found = [Status(call.host, load(call.host, name)).active for name in call.names]
    call.print(*found)
    return 0 if "failed" in found else 1


def do_is_enabled(call: Call) -> int:
    states = [install.state(call.host, name) for name in call.names]
    call.print(*states)
    if any(state in install.ENABLED for state in states):
        return 0
    return 4 if set(states) == {"not-found"} else 1


def do_enable(call: Call) -> int:
    return each(call, lambda name: _enable(call, name))


def _enable(call: Call, name: str) -> None:
    unit = load(call.host, name)
    if not unit.found:
        raise JobError(f"Failed to {call.verb} unit: Unit {unit.name} does not exist")
    if unit.masked:
        raise JobError(f"Failed to {call.verb} unit: Unit {unit.path} is masked")
    if call.verb == "reenable":
        call.say(install.disable(call.host, name))
    call.say(install.enable(call.host, name))
    if install.state(call.host, name) == "static":
        call.say([STATIC])
    if "now" in call.flags:
        start(call.host, name)


STATIC = """The unit files have no installation config (WantedBy=, RequiredBy=, UpheldBy=,
Also=, or Alias= settings in the [Install] section, and DefaultInstance= for
template units). This means they are not meant to be enabled or disabled using systemctl."""


def do_disable(call: Call) -> int:
    def job(name: str) -> None:
        unit = load(call.host, name)
        if not unit.found:
            raise JobError(f"Failed to disable unit: Unit {unit.name} does not exist")
        call.say(install.disable(call.host, name))
        if "now" in call.flags:
            stop(call.host, name)

    return each(call, job)


def do_mask(call: Call) -> int:
    def job(name: str) -> None:
        running = "now" in call.flags and load(call.host, name).found
        if running:
            stop(call.host, name)
        try:
            call.say(install.mask(call.host, name))
        except FileExistsError as error:
            raise JobError(f"Failed to mask unit: {error}") from error

    return each(call, job)


def do_unmask(call: Call) -> int:
    return each(call, lambda name: call.say(install.unmask(call.host, name)))


def do_reset_failed(call: Call) -> int:
    for name in call.names or record.known(call.host):
        unit = load(call.host, name)
        if Status(call.host, unit).active == "failed":
            record.forget(call.host, unit.name)
    return 0


def do_cat(call: Call) -> int:
    return max(show.cat(call.host, name) for name in call.names)


def do_show(call: Call) -> int:
    for name in call.names:
        show.show(call.host, name, call.values.get("property", []), only_values="value" in call.flags)
    return 0


def do_list_units(call: Call) -> int:
    states = ["failed"] if "failed" in call.flags else call.values.get("state", [])
    show.list_units(call.host, call.names, states, every="all" in call.flags)
    return 0


def do_list_unit_files(call: Call) -> int:
    show.list_unit_files(call.host, call.names, call.values.get("state", []))
    return 0


def do_boot(call: Call) -> int:
    from unitctl.boot import boot

    boot(call.host)
    return 0


def do_nothing(_call: Call) -> int:
    return 0


def do_is_system_running(call: Call) -> int:
    call.print("running")
    return 0


def do_power(call: Call) -> int:
    """A node's init ends with its pod: whoever started the lab switches the power."""
    node = (call.host.read("/run/netlab/node") or "").strip() or os.uname().nodename
    raise JobError(f"A node's power is switched from outside: run `netlab restart {node}` on your own computer.")


VERBS: dict[str, Handler] = {
    "start": do_start, "stop": do_stop, "restart": do_restart, "reload": do_reload,
    "try-restart": do_try_restart, "condrestart": do_try_restart,
    "force-reload": do_reload_or_restart, "reload-or-restart": do_reload_or_restart,
    "try-reload-or-restart": do_reload_or_restart, "kill": do_kill,
    "status": do_status, "is-active": do_is_active, "is-failed": do_is_failed,
    "is-enabled": do_is_enabled, "enable": do_enable, "reenable": do_enable, "disable": do_disable,
    "mask": do_mask, "unmask": do_unmask, "reset-failed": do_reset_failed, "cat": do_cat,
    "show": do_show, "list-units": do_list_units, "list-unit-files": do_list_unit_files,
    "boot": do_boot, "daemon-reload": do_nothing, "daemon-reexec": do_nothing,
    "is-system-running": do_is_system_running,
    "reboot": do_power, "poweroff": do_power, "halt": do_power, "soft-reboot": do_power, "kexec": do_power,
    "suspend": do_power, "hibernate": do_power, "hybrid-sleep": do_power, "suspend-then-hibernate": do_power,
    "sleep": do_power, "exit": do_power,
}  # fmt: skip
NEED_UNITS = (
    do_start, do_stop, do_restart, do_reload, do_try_restart, do_reload_or_restart, do_is_active,
    do_is_failed, do_is_enabled, do_enable, do_disable, do_mask, do_unmask, do_cat, do_show, do_kill,
)  # fmt: skip
