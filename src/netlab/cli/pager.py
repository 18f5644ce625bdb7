"""Long texts on a terminal are shown as git shows them: by $PAGER, or less."""

import os
import shlex
import shutil
import sys

QUIETLY = "FRX"  # less: not for a single screen, colours as they are, the text stays on the screen afterwards


def show(text: str) -> None:
    """Print, or become the pager when the terminal is not tall enough."""
    if len(text.splitlines()) < shutil.get_terminal_size().lines:
        print(text, end="")
        return
    pager = shlex.split(os.environ.get("PAGER", "less")) or ["cat"]
    os.environ.setdefault("LESS", QUIETLY)
    sys.stdout.flush()
    if shutil.which(pager[0]):
        _read_from_here(text)
        os.execvp(pager[0], pager)  # noqa: S606 - no shell, which is the purpose
    print(text, end="")


def _read_from_here(text: str) -> None:
    """The text as standard input; the pager takes its keys from the terminal itself."""
    memory = os.memfd_create("brief")
    with open(memory, "w", encoding="utf-8", closefd=False) as file:
        file.write(text)
    os.lseek(memory, 0, os.SEEK_SET)
    os.dup2(memory, 0)
