"""The grader's own services on a node, where nothing else listens: what a firewall lets through can be seen there."""

import errno
import select
import socket
import threading
from collections.abc import Iterable
from contextlib import suppress
from types import TracebackType
from typing import Self

from netlab.probe.failure import CannotLookError
from netlab.probe.inside import Address, family, opened
from netlab.probe.reach import Means


class StandIns:
    """A context manager. `wanted`: node, its netns, address and port. Ports that a node's own service has stay its."""

    def __init__(self, wanted: Iterable[tuple[str, str, Address, Means]]) -> None:
        self._open = [one for place in sorted(set(wanted), key=str) if (one := self._listen(*place))]
        self._over = threading.Event()
        self._echo = threading.Thread(target=self._answer, daemon=True)

    def __enter__(self) -> Self:
        self._echo.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, wrong: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._echo.join()
        for one in self._open:
            one.close()

    @staticmethod
    def _listen(node: str, netns: str, address: Address, by: Means) -> socket.socket | None:
        def make() -> socket.socket:
            made = socket.socket(family(address), socket.SOCK_STREAM if by.name == "tcp" else socket.SOCK_DGRAM)
            try:
                made.bind((str(address), by.port))
                if by.name == "tcp":
                    made.listen(64)
            except OSError:
                made.close()
                raise
            return made

        try:
            return opened(netns, make)
        except OSError as refused:
            if refused.errno in (errno.EADDRINUSE, errno.EADDRNOTAVAIL):
                return None  # its own service answers, or it has no such address: the packets will tell
            raise CannotLookError(f"netlab cannot listen on {node}") from refused

    def _answer(self) -> None:
        """Send datagrams back; TCP needs no more than the kernel's own handshake."""
        echoes = {one.fileno(): one for one in self._open if one.type == socket.SOCK_DGRAM}
        poll = select.poll()
        for number in echoes:
            poll.register(number, select.POLLIN)
        while not self._over.is_set():
            for number, _ in poll.poll(20):
                with suppress(OSError):
                    data, back = echoes[number].recvfrom(2048)
                    echoes[number].sendto(data, back)
