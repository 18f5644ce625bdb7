"""A few lines at the bottom of the terminal that are drawn again in place: only those that changed."""

import sys
from collections.abc import Sequence


class Canvas:
    """Lines on stdout, which must be a terminal. Nothing above them is touched; they stay when it is over."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def draw(self, lines: Sequence[str]) -> None:
        """Show these in place of the last ones. Each must be narrower than the terminal."""
        text = f"\033[{len(self._lines)}A" if self._lines else ""
        for number, line in enumerate(lines):
            same = number < len(self._lines) and self._lines[number] == line
            text += "\n" if same else f"\r\033[K{line}\n"
        self._lines = list(lines)
        sys.stdout.write(text + "\033[J")
        sys.stdout.flush()
