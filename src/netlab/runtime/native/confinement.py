"""What a process of the host lays down before it goes among a node's processes."""

import os
from contextlib import suppress
from typing import Final

from netlab.runtime.native.syscalls import (
    CLONE_NEWIPC,
    CLONE_NEWNET,
    CLONE_NEWNS,
    CLONE_NEWPID,
    CLONE_NEWUSER,
    CLONE_NEWUTS,
    join_new_session_keyring,
    prctl,
)

ALL_NAMESPACES: Final = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS
_PR_SET_DUMPABLE: Final = 4


def close_files() -> None:
    """Every open file but stdin, stdout and stderr: an open folder of the host is a way into all of it."""
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))


def hide() -> None:
    """Until it runs another program nobody in a node can trace this process or read its /proc (ptrace(2))."""
    prctl(_PR_SET_DUMPABLE, 0)


def show() -> None:
    """Undo `hide`, for a process that no node can see."""
    prctl(_PR_SET_DUMPABLE, 1)


def leave_keyring() -> None:
    """Let go of the host user's session keyring, which no namespace takes away (keyrings(7)).

    Where that is refused (the user's quota is used up) the filter still keeps every keyring out of reach.
    """
    with suppress(OSError):
        join_new_session_keyring()
