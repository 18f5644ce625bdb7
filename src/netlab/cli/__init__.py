"""The `netlab` command: the only part that prints."""

import os
import sys

from netlab.errors import ExitCode
from netlab.interrupts import Interrupted, take_in_hand


def main() -> None:
    """The entry point. Interrupts are in hand before anything slow is imported."""
    take_in_hand()
    try:
        from netlab.cli.main import run

        sys.exit(run())
    except Interrupted:
        wipe = "\r\033[K" if sys.stderr.isatty() else ""
        sys.stderr.write(f"{wipe}netlab: Interrupted; nothing half-done is left behind.\n")
        sys.stderr.flush()
        os._exit(ExitCode.INTERRUPTED)  # at a usual exit Python would let a further Ctrl-C kill it
