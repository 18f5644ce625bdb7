"""The `netlab` command: the only part that prints."""

import gc
import os
import sys
from typing import NoReturn

from netlab.errors import ExitCode
from netlab.interrupts import Interrupted, take_in_hand, too_late

SELDOM = 50_000  # objects until Python looks for garbage: what is imported is none, and to look for it takes long


def main() -> None:
    """The entry point. Interrupts are in hand before anything slow is imported."""
    take_in_hand()
    _open_streams()
    gc.set_threshold(SELDOM)
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")  # to look for some among all packages takes long
    try:
        from netlab.cli.main import run

        code = run()
        too_late()
        _leave(code)
    except Interrupted:
        wipe = "\r\033[K" if sys.stderr.isatty() else ""
        sys.stderr.write(f"{wipe}netlab: Interrupted; nothing half-done is left behind.\n")
        sys.stderr.flush()
        os._exit(ExitCode.INTERRUPTED)  # at a usual exit Python would let a further Ctrl-C kill it


def _leave(code: int) -> NoReturn:
    """All is said and put away: to take apart what was imported would only keep people waiting."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        sys.exit(code)  # Python says what it could not write
    os._exit(code)


def _open_streams() -> None:
    """Who closed stdin, stdout or stderr (`netlab list >&-`) wants nothing from it: it leads nowhere then."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            nowhere = os.open(os.devnull, os.O_RDWR)
            if nowhere != number:
                os.dup2(nowhere, number)
                os.close(nowhere)
            os.set_inheritable(number, True)
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115 - for as long as we run
