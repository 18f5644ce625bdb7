"""Starting a service as its Type= says."""

import os
import time

from unitctl import folders, journal, proc, record
from unitctl.errors import Failed, job_failed, outcome
from unitctl.record import Record
from unitctl.run import START_SECONDS, Runner
from unitctl.syntax import Command, is_true
from unitctl.unit import Host, Unit

NOTIFY_SECONDS = 10.0
SETTLE_SECONDS = 0.15  # a simple service that lives as long has started
PID_FILE_SECONDS = 2.0


def launch(host: Host, unit: Unit) -> None:
    if condition := folders.unmet_condition(host, unit):
        message = f"{unit.title} was skipped because of an unmet condition check ({condition})."
        journal.write(host, unit.name, message)
        return
    note = Record()
    note.mark = os.urandom(16).hex()
    journal.write(host, unit.name, f"Starting {unit.title}...")
    try:
        runner = Runner(host, unit, note.mark)
        folders.make(host, unit, runner.uid, runner.gid)
        runner.run("ExecStartPre", runner.seconds("Start", START_SECONDS))
        main = _start_main(runner, note)
        note.active = "active"
        if main:
            note.main, note.start = main.pid, main.start
            note.session = main.session if main.session == main.pid or main.has_mark(note.mark) else 0
            runner.env["MAINPID"] = str(main.pid)
        elif unit.kind != "forking" and not is_true(unit.get("Service.RemainAfterExit")):
            note.active = "inactive"
        runner.run("ExecStartPost", runner.seconds("Start", START_SECONDS))
    except Failed as failure:
        _give_up(host, unit, note, failure)
    note.save(host, unit.name)
    verb = "Finished" if unit.kind == "oneshot" else "Started"
    journal.write(host, unit.name, f"{verb} {unit.title}.")


def _give_up(host: Host, unit: Unit, note: Record, failure: Failed) -> None:
    """Clean up after a failed start, record it and say so."""
    left = proc.members(None, note.mark, own=True)
    proc.send(left, 9)
    proc.wait_gone(left, time.monotonic() + 1)
    note.active, note.result = "failed", failure.result
    note.status, note.what, note.main = failure.status, failure.what, 0
    note.save(host, unit.name)
    if failure.status:
        details = outcome(failure.status)[1]
        journal.write(host, unit.name, f"{unit.name}: Control process exited, {details} ({failure.what})")
    elif failure.what:
        journal.write(host, unit.name, f"{unit.name}: {failure.what}")
    journal.write(host, unit.name, f"{unit.name}: Failed with result '{failure.result}'.")
    journal.write(host, unit.name, f"Failed to start {unit.title}.")
    raise job_failed(unit, failure.result)


def _start_main(runner: Runner, note: Record) -> proc.Process | None:
    """Run ExecStart as the unit's Type= says; the main process if one lives on."""
    kind, commands = runner.unit.kind, runner.unit.commands("ExecStart")
    if kind == "oneshot" or not commands:
        runner.run("ExecStart", runner.seconds("Start", 10 * START_SECONDS))
        return None
    command = commands[-1]
    if kind == "forking":
        runner.finish(runner.spawn(command), command, "ExecStart", runner.seconds("Start", START_SECONDS))
        return _forked(runner, note)
    if kind in ("notify", "notify-reload"):
        return _start_notifying(runner, command)
    pid = runner.spawn(command)
    status = proc.wait_child(pid, SETTLE_SECONDS)
    if status is None:
        return proc.process(pid)
    _ended(command, status)
    return None


def _ended(command: Command, status: int) -> None:
    result, _ = outcome(status)
    if result != "success" and not command.may_fail:
        raise Failed(result, status, f"ExecStart={' '.join(command.words)}")


def _forked(runner: Runner, note: Record) -> proc.Process | None:
    """The main process of a daemon that went to the background: by pid file, or the oldest one."""
    if record.pid_file(runner.unit):
        deadline = time.monotonic() + PID_FILE_SECONDS
        while time.monotonic() < deadline:
            if main := record.adopted(runner.host, runner.unit):
                return main
            time.sleep(0.01)
    left = proc.members(None, note.mark, own=True)
    if not left and record.pid_file(runner.unit):
        raise Failed("protocol", what=f"Can't open PID file {record.pid_file(runner.unit)}")
    return min(left, key=lambda p: p.start) if left else None


def _start_notifying(runner: Runner, command: Command) -> proc.Process | None:
    """Start a service that tells when it is ready (READY=1 on NOTIFY_SOCKET)."""
    import socket

    path = runner.host.at(f"{record.FOLDER}/{runner.unit.name}.notify")
    if os.path.exists(path):
        os.unlink(path)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(path)
        os.chmod(path, 0o777)  # noqa: S103 - whatever user the service runs as
        runner.env["NOTIFY_SOCKET"] = path
        try:
            pid = runner.spawn(command)
            return proc.process(_wait_ready(command, pid, sock.fileno()))
        finally:
            os.unlink(path)


def _wait_ready(command: Command, pid: int, sock: int) -> int:
    """Wait for READY=1; the main process, which a MAINPID= may have changed."""
    main = pid
    deadline = time.monotonic() + NOTIFY_SECONDS
    child = os.pidfd_open(pid)
    try:
        watched = [sock, child]
        while ready := proc.readable(watched, deadline - time.monotonic()):
            if sock in ready:
                lines = os.read(sock, 8192).decode(errors="replace").splitlines()
                main = next((int(x[8:]) for x in lines if x.startswith("MAINPID=")), main)
                if "READY=1" in lines:
                    return main
            elif main == pid:
                _ended(command, os.waitpid(pid, 0)[1])
                raise Failed("protocol", what="it ended before it was ready")
            else:
                watched = [sock]  # the first process ended, the one it named goes on
    finally:
        os.close(child)
    raise Failed("timeout", what="start operation timed out")
