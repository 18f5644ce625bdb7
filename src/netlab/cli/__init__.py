"""The `netlab` command: the only part that prints."""

import signal
import sys

from netlab.errors import ExitCode, Interrupted


def main() -> None:
    """The entry point. Interrupts are in hand before anything slow is imported."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        from netlab.cli.main import run

        sys.exit(run())
    except Interrupted:
        wipe = "\r\033[K" if sys.stderr.isatty() else ""
        sys.stderr.write(f"{wipe}netlab: Interrupted; nothing is left behind.\n")
        sys.exit(ExitCode.INTERRUPTED)


def _interrupt(*_: object) -> None:
    raise Interrupted
