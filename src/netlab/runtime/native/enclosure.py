"""Run a program so that nothing of it can outlive whoever asked for it, nor leave files elsewhere."""

import os
import sys
import threading

from netlab.runtime.native.confinement import close_files
from netlab.runtime.native.namespaces import become_root, child, mapped
from netlab.runtime.native.syscalls import CLONE_NEWNS, CLONE_NEWPID, MS_BIND, MS_PRIVATE, MS_REC, mount


def run_enclosed(directory: str, *argv: str) -> int:
    """Run `argv` in `directory` as root of namespaces of its own, with `directory`/tmp as its /tmp; its exit code.

    All its processes, of whatever id, end when it ends or when stdin does; this returns when they have. The
    first process of a PID namespace takes all others with it (pid_namespaces(7)), and a pipe as stdin ends
    in the very moment in which its writer dies.
    """
    os.chdir(directory)  # before the ids change: it may lie behind folders that only its owner can pass

    def outer() -> None:
        os._exit(_exit_code(child(lambda: _first_process(argv))))

    return _exit_code(mapped(CLONE_NEWNS | CLONE_NEWPID, outer))


def _first_process(argv: tuple[str, ...]) -> None:
    become_root()
    mount("none", "/", flags=MS_REC | MS_PRIVATE)
    mount("tmp", "/tmp", flags=MS_BIND)  # noqa: S108 - the build's own folder is put there
    program = child(lambda: _become(argv))
    threading.Thread(target=_end_with_stdin, daemon=True).start()
    while True:
        pid, status = os.wait()  # orphans come here too
        if pid == program:
            os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


def _become(argv: tuple[str, ...]) -> None:
    os.dup2(os.open(os.devnull, os.O_RDONLY), sys.stdin.fileno())
    close_files()
    os.execvp(argv[0], argv)


def _end_with_stdin() -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os._exit(1)


def _exit_code(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) & 0xFF
