"""Run a program that may be hostile: what it prints is taken up to a limit, and no further."""

import os
import selectors
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import IO

OUTPUT = 16 << 20  # bytes of each stream
LAST_WORDS = 0.5  # seconds between being asked to end and being killed
_CHUNK = 1 << 16

Process = subprocess.Popen[bytes]


class TooMuchSaidError(Exception):
    """It printed more than the limit, and was ended for it."""


def run(argv: Sequence[str], stdin: IO[bytes] | int, timeout: float, limit: int = OUTPUT) -> tuple[int, bytes, bytes]:
    """Exit code, stdout, stderr. `stdin` has a file descriptor.

    Raises subprocess.TimeoutExpired and TooMuchSaidError; the program is dead by then, as after an interrupt. Who
    left a child behind with our pipe in its hands holds us up for `timeout` seconds and no longer.
    """
    deadline = time.monotonic() + timeout
    process = subprocess.Popen(argv, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        out, err = _listen(process, deadline, limit)
        code = process.wait(max(0, deadline - time.monotonic()))
    finally:
        _end(process)
    return code, out, err


def _listen(process: Process, deadline: float, limit: int) -> tuple[bytes, bytes]:
    """Both streams to their ends, or to the deadline."""
    heard = {pipe: bytearray() for pipe in (process.stdout, process.stderr) if pipe}
    with selectors.DefaultSelector() as selector:
        for pipe, text in heard.items():
            selector.register(pipe, selectors.EVENT_READ, text)
        while selector.get_map() and (left := deadline - time.monotonic()) > 0:
            for key, _ in selector.select(left):
                data = os.read(key.fd, _CHUNK)
                key.data.extend(data)
                if len(key.data) > limit:
                    raise TooMuchSaidError
                if not data:
                    selector.unregister(key.fileobj)
    out, err = heard.values()
    return bytes(out), bytes(err)


def _end(process: Process) -> None:
    """SIGTERM first, which is handed on to what the program itself has begun; nothing to do when it has ended."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(LAST_WORDS)
    process.kill()
    process.wait()
    for pipe in (process.stdout, process.stderr):
        if pipe:
            pipe.close()
