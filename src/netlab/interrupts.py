"""Ctrl-C, SIGTERM and a closed terminal: one exception, raised once, and work that must not be cut off."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """Not KeyboardInterrupt, which typer would swallow."""


def take_in_hand() -> None:
    """From now on an interrupt raises Interrupted; further ones are ignored while that is cleared up."""
    for number in SIGNALS:
        signal.signal(number, _interrupt)


def too_late() -> None:
    """All is done: while Python ends, an interrupt would kill it without a word, in spite of what it has done."""
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)


def _interrupt(*_: object) -> None:
    for number in SIGNALS:
        signal.signal(number, _overlook)
    raise Interrupted


def _overlook(*_: object) -> None:
    """Not SIG_IGN: Python complains when a signal that was on its way meets that."""


@contextmanager
def finish_first() -> Iterator[None]:
    """Work that must not be cut off: an interrupt that comes meanwhile takes effect afterwards. May be nested."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = {number: signal.signal(number, lambda got, _: came.append(got)) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if came:
        signal.raise_signal(came[0])  # to whatever handled it before: perhaps a finish_first further out
