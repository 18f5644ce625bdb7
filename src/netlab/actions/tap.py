"""A capturing process and the copying of what it gives: nothing is lost when it ends, and it never stays behind."""

import os
import select
import signal
import subprocess
import time
from collections.abc import Callable
from typing import Self

from netlab.errors import HostError, RuntimeFailure
from netlab.interrupts import Interrupted, finish_first

CHUNK = 4096  # PIPE_BUF: a pipe that poll calls writable takes so much without blocking
ENOUGH = 1 << 20  # so much waits for a slow reader before no more is read
TICK = 250  # milliseconds: how often to see whether an end that was asked for takes too long
PATIENCE = 3.0
Take = Callable[[bytes], bytes]


class Tap:
    """tcpdump at work. `words`: what it said on stderr; `code`: how it ended, 0 also when it was asked to.

    `take` gets what comes and returns what to write; `target` is the descriptor to write to, or opens it when needed.
    """

    def __init__(self, argv: list[str], node: int, take: Take, target: int | Callable[[], int]) -> None:
        self.words, self.code, self.listening, self.node_gone = "", 0, False, False
        self._argv, self._take = argv, take
        self._target = target if isinstance(target, int) else None
        self._where = target if callable(target) else _nowhere
        self._pending = b""
        self._deadline: float | None = None
        try:
            self._node = os.pidfd_open(node)
        except OSError:
            raise RuntimeFailure("The node has just been switched off.", "See `netlab status`.") from None

    def __enter__(self) -> Self:
        pipe = subprocess.PIPE
        # A session of its own: Ctrl-C is for us, who end it by a signal and then take what it still has.
        self._process = subprocess.Popen(
            self._argv, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, start_new_session=True
        )
        assert self._process.stdout  # noqa: S101 - for the type checker: we asked for pipes
        assert self._process.stderr  # noqa: S101
        self._out, self._err = self._process.stdout.fileno(), self._process.stderr.fileno()
        self._open = {self._out, self._err}
        return self

    def __exit__(self, *_: object) -> None:
        with finish_first():
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdout, self._process.stderr):
                if pipe:
                    pipe.close()
            os.close(self._node)
            if self._target not in (None, 1):
                os.close(self._target or 0)

    def run(self, on_listening: Callable[[], None]) -> None:
        """Until it has ended and all it gave is written. An interrupt is the usual way to end it."""
        while True:
            try:
                while self._open or self._pending:
                    ready = self._poll()
                    with finish_first():  # so that an interrupt never loses what was read and not yet written
                        self._turn(ready, on_listening)
                break
            except Interrupted:  # comes once: from then on interrupts are overlooked
                self._end()
        code = self._process.wait()
        self.code = 0 if self._deadline else code

    def _poll(self) -> list[tuple[int, int]]:
        poll = select.poll()
        for descriptor in self._open:
            if descriptor != self._out or len(self._pending) < ENOUGH:
                poll.register(descriptor, select.POLLIN)
        if self._target is not None:  # without POLLOUT it still tells when the reader has gone
            poll.register(self._target, select.POLLOUT if self._pending else 0)
        if not self.node_gone:
            poll.register(self._node, select.POLLIN)
        return poll.poll(TICK)

    def _turn(self, ready: list[tuple[int, int]], on_listening: Callable[[], None]) -> None:
        for descriptor, event in ready:
            if descriptor == self._out:
                self._receive()
            elif descriptor == self._err:
                self._hear(on_listening)
            elif descriptor == self._node:
                self.node_gone = True
                self._end()
            elif event & select.POLLOUT:
                self._write()
            else:
                self._reader_gone()
        if self._deadline and time.monotonic() > self._deadline:
            self._process.kill()
            self._open, self._pending = set(), b""

    def _receive(self) -> None:
        data = os.read(self._out, 1 << 16)
        if not data:
            self._open.discard(self._out)
        elif self._target is None:
            self._target = self._where()
        self._pending += self._take(data)

    def _hear(self, on_listening: Callable[[], None]) -> None:
        data = os.read(self._err, 1 << 16)
        if not data:
            self._open.discard(self._err)
        self.words += data.decode(errors="replace")
        if not self.listening and "listening on" in self.words:
            self.listening = True
            on_listening()

    def _write(self) -> None:
        try:
            written = os.write(self._target or 0, self._pending[:CHUNK])
        except BrokenPipeError:
            self._reader_gone()
        except OSError as refused:
            raise HostError(f"The packets cannot be written: {refused.strerror}.", "Free some disk space.") from refused
        else:
            self._pending = self._pending[written:]

    def _reader_gone(self) -> None:
        """What it no longer reads is no loss."""
        self._take, self._pending = lambda _: b"", b""
        self._target, self._where = None, _nowhere
        self._end()

    def _end(self) -> None:
        """Ask for the end; tcpdump then hands over what it has and says how many packets there were."""
        if self._deadline is None:
            self._deadline = time.monotonic() + PATIENCE
            self._process.send_signal(signal.SIGINT)


def _nowhere() -> int:
    return os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
