"""Run one command on a node as its root: `python -m netlab.runtime.native.attach PID ENV COMMAND…`.

Not nsenter(1), because what a node's root may do to a process begins the moment it is there. This one comes
with no open file but the three it was given, without the host's environment, session, keyrings and terminal,
with the node's own filter, and while it is still the host's program nobody there can look into it.
ENV, in JSON, is what the command's environment has besides the usual.
"""

import contextlib
import fcntl
import json
import os
import resource
import signal
import sys
import termios

from netlab.runtime.native.confinement import ALL_NAMESPACES, close_files, hide, leave_keyring
from netlab.runtime.native.forbidden import forbid
from netlab.runtime.native.namespaces import become_root
from netlab.runtime.native.process import ENVIRONMENT
from netlab.runtime.native.syscalls import die_with_parent, setns

FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
NOT_FOUND, NOT_RUNNABLE = 127, 126
GONE = 9  # as every failure of the runtime


def main() -> int:
    """The command's exit code, or 128 and the number of the signal that ended it."""
    node, environment, *argv = sys.argv[1:]
    parent = os.getppid()
    close_files()
    hide()
    leave_keyring()
    try:
        resource.setrlimit(resource.RLIMIT_NPROC, resource.prlimit(int(node), resource.RLIMIT_NPROC))
        descriptor = os.pidfd_open(int(node))
        setns(descriptor, ALL_NAMESPACES)
    except ProcessLookupError:
        sys.stderr.write("netlab: The node was just switched off.\n        `netlab status` says why.\n")
        return GONE
    os.close(descriptor)
    become_root()
    os.chdir("/")
    before = signal.pthread_sigmask(signal.SIG_BLOCK, FORWARDED)
    pid = os.fork()  # the first child is in the node's PID namespace, this process never is
    if pid == 0:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        _become(argv, ENVIRONMENT | json.loads(environment))
    for number in FORWARDED:
        signal.signal(number, lambda got, _: _hand_on(pid, got))
    die_with_parent(signal.SIGHUP)  # it was killed: the command hears what it would if its line were cut
    if os.getppid() != parent:
        _hand_on(pid, signal.SIGHUP)
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return code if code >= 0 else 128 - code


def _hand_on(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, number)


def _become(argv: list[str], environment: dict[str, str]) -> None:
    """The child: a session of its own, on the terminal that is its stdin, if that is nobody's yet."""
    os.setsid()
    for descriptor in (0, 1, 2):
        with contextlib.suppress(OSError):
            fcntl.ioctl(descriptor, termios.TIOCSCTTY, 0)
            break
    for number in (*FORWARDED, signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    os.umask(0o022)
    die_with_parent()
    forbid()
    try:
        os.execvpe(argv[0], argv, environment)
    except OSError as wrong:
        sys.stderr.write(f"netlab: {argv[0]}: {wrong.strerror}\n")
        sys.stderr.flush()
        os._exit(NOT_FOUND if isinstance(wrong, FileNotFoundError) else NOT_RUNNABLE)


if __name__ == "__main__":
    sys.exit(main())
