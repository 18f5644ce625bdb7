"""Questions of several devices on one wire, each asked again until it is answered: DHCP, of either IP version."""

import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

from netlab.probe.wire import Wire

AGAIN = 1.0  # seconds until what is unanswered is sent once more


class Answer(Protocol):
    """An answer says whose it is."""

    @property
    def mac(self) -> str: ...


A = TypeVar("A", bound=Answer)


def exchange(
    wire: Wire, requests: Mapping[str, Any], read: Callable[[bytes], A | None], patience: float
) -> dict[str, A]:
    """The answers by MAC address, one for each of the `requests` (packets by MAC) that gets one.

    `read`: the answer in a frame, None for any other frame. `patience`: seconds without any new answer.
    """
    answers: dict[str, A] = {}
    last_news = time.monotonic()
    while len(answers) < len(requests) and time.monotonic() - last_news < patience:
        for mac in requests.keys() - answers.keys():
            wire.send(requests[mac])
        for data in wire.frames(min(AGAIN, patience)):
            found = read(data)
            if found and found.mac in requests.keys() - answers.keys():
                wire.keep(data)
                answers[found.mac], last_news = found, time.monotonic()
                if len(answers) == len(requests):
                    break
    return answers
