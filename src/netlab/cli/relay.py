"""Run a command on a node, and stand between it and the terminal and files of whoever asked for it.

A node's process is never given the user's terminal: whoever holds that can read what is typed next, or type.
Nor a file of theirs: /proc/self/fd would open it again for writing. It gets pipes, and a terminal of its own
for each of stdin, stdout and stderr that is one here; what is typed and printed is passed on.
"""

import contextlib
import fcntl
import os
import select
import signal
import subprocess
import sys
import termios
import threading
import tty
from collections.abc import Iterator, Mapping, Sequence

CHUNK = 1 << 16
FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


def run(argv: Sequence[str]) -> int:
    """The command's exit code. Signals, and keys such as Ctrl-C, are the command's own meanwhile."""
    sys.stdout.flush()
    inside, outside = _ends()
    with subprocess.Popen(argv, stdin=inside[0], stdout=inside[1], stderr=inside[2], start_new_session=True) as command:
        for descriptor in set(inside):
            os.close(descriptor)
        for number in FORWARDED:
            signal.signal(number, lambda got, _: command.send_signal(got))
        with _keys_passed_on():
            threading.Thread(target=_copy_in, args=(outside[0],), daemon=True).start()
            _copy_out({outside[2]: 2, outside[1]: 1}, command)
    return command.returncode


def _ends() -> tuple[list[int], list[int]]:
    """The command's stdin, stdout and stderr, and our ends of them."""
    terminals = [number for number in (0, 1, 2) if os.isatty(number)]
    ours, theirs = _new_terminal(terminals[0]) if terminals else (-1, -1)
    inside, outside = [], []
    for number in (0, 1, 2):
        reader, writer = (ours, ours) if number in terminals else os.pipe()
        inside.append(theirs if number in terminals else reader if number == 0 else writer)
        outside.append(writer if number == 0 else reader)
    return inside, outside


def _new_terminal(like: int) -> tuple[int, int]:
    """A terminal with the settings of the user's, and its size, now and whenever that changes."""
    ours, theirs = os.openpty()
    termios.tcsetattr(theirs, termios.TCSANOW, termios.tcgetattr(like))

    def take_size(*_: object) -> None:
        fcntl.ioctl(ours, termios.TIOCSWINSZ, fcntl.ioctl(like, termios.TIOCGWINSZ, bytes(8)))

    take_size()
    signal.signal(signal.SIGWINCH, take_size)
    return ours, theirs


@contextlib.contextmanager
def _keys_passed_on() -> Iterator[None]:
    """Every key goes to the command's terminal, which knows what Ctrl-C means there."""
    if not os.isatty(0) or not _in_foreground():
        yield
        return
    before = termios.tcgetattr(0)
    tty.setraw(0, termios.TCSADRAIN)  # what was typed ahead is kept
    try:
        yield
    finally:
        termios.tcsetattr(0, termios.TCSADRAIN, before)


def _in_foreground() -> bool:
    try:
        return os.tcgetpgrp(0) == os.getpgrp()
    except OSError:  # a terminal, but not the one of our session
        return True


def _copy_in(target: int) -> None:
    """What is typed or sent, until there is no more of it or the command does not want it."""
    if os.isatty(0) and not _in_foreground():
        return
    with contextlib.suppress(OSError):
        while data := os.read(0, CHUNK):
            _write(target, data)
    if not os.isatty(target):
        os.close(target)


def _copy_out(sources: Mapping[int, int], command: "subprocess.Popen[bytes]") -> None:
    """What the command prints, until it has ended and all of that is passed on."""
    waiting, ended = dict(sources), os.pidfd_open(command.pid)
    while waiting:
        ready = select.select([*waiting, ended], [], [])[0]
        for source in [one for one in ready if one != ended]:
            if not _pass_on(source, waiting[source]):
                os.close(source)
                del waiting[source]
        if ready == [ended]:  # what it left running in the background has nobody to talk to any more
            return


def _pass_on(source: int, target: int) -> bool:
    try:
        data = os.read(source, CHUNK)
        _write(target, data)
    except OSError:  # EIO: a terminal that nobody has open any more; EPIPE: nobody reads on
        return False
    return bool(data)


def _write(target: int, data: bytes) -> None:
    while data:
        data = data[os.write(target, data) :]
