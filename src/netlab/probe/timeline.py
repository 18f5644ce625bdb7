"""How long is something out of reach? Numbered pings at a steady beat while something else happens, and their answers.

The beat is on the monotonic clock: a clock that is set meanwhile changes nothing. One UTC time anchors it.
"""

import secrets
import select
import socket
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from netlab.probe.evidence import Recorder
from netlab.probe.inside import Address, socket_to
from netlab.probe.outages import Watch, outages
from netlab.probe.reach import ECHO_REPLY, echo_request, icmp, icmp_message

EVERY = 0.02  # seconds between two probes
LINGER = 0.5  # seconds that the last probes are waited for
MOST = 100_000  # probes
_NUMBER = 4  # octets of a probe's number, after the nonce


class Timeline:
    """A context manager; `watch` says what was seen, once the block is over. Raises CannotLookError if it cannot send.

    A probe that cannot even leave its node is one that was lost. Answers that come later than LINGER after the block
    are too late.
    """

    def __init__(self, netns: str, node: str, to: Address, recorder: Recorder, every: float = EVERY) -> None:
        self._socket = socket_to(netns, node, to, socket.SOCK_RAW, icmp(to))
        self._path = f"{node} to {to}"
        self._to = to
        self._recorder = recorder
        self._every = every
        self._nonce = secrets.token_bytes(16)
        self._sent: list[float] = []
        self._answered: set[int] = set()
        self._over = threading.Event()
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._send, self._listen)]
        self._started = ""
        self.watch = Watch("", 0, 0, ())

    def __enter__(self) -> Self:
        self._started = datetime.now(UTC).isoformat(timespec="milliseconds")
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, wrong: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()
        self._socket.close()
        sent = self._sent
        self.watch = Watch(self._started, len(sent), len(self._answered), tuple(outages(sent, self._answered)))
        self._recorder.now.add("timeline", pair=self._path, every=self._every, output=self.watch.words)

    def wait(self, probes: int) -> None:
        """Until so many probes have left since the beginning."""
        while len(self._sent) < min(probes, MOST):
            time.sleep(self._every)  # the beat itself

    def answered_again(self, patience: float = 10.0) -> bool:
        """Wait until a probe is answered that is sent from now on, at most so many seconds; whether one was."""
        first, deadline = len(self._sent), time.monotonic() + patience
        while not (again := max(tuple(self._answered), default=-1) >= first) and time.monotonic() < deadline:
            time.sleep(self._every)  # the interval of a poll that ends by the deadline above
        return again

    def _send(self) -> None:
        """A probe a beat. One that is late, because the machine is busy, is as late as its outage's error says."""
        began = time.monotonic()
        while not self._over.wait(max(0.0, began + len(self._sent) * self._every - time.monotonic())):
            if len(self._sent) == MOST:
                return
            number = len(self._sent)
            self._sent.append(time.monotonic())
            body = self._nonce + number.to_bytes(_NUMBER)
            with suppress(OSError):  # no route, or the card is down: lost
                self._socket.sendto(echo_request(self._to.version, body, number & 0xFFFF), (str(self._to), 0))

    def _listen(self) -> None:
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        until = None
        while until is None or (time.monotonic() < until and len(self._answered) < len(self._sent)):
            for _ in poll.poll(20):
                with suppress(OSError):
                    self._take(self._socket.recv(2048))
            if self._over.is_set() and until is None:
                until = time.monotonic() + LINGER

    def _take(self, data: bytes) -> None:
        message = icmp_message(self._to.version, data)
        _, nonce, number = message.partition(self._nonce)
        if nonce and message[0] == ECHO_REPLY[self._to.version] and len(number) == _NUMBER:
            self._answered.add(int.from_bytes(number))
