"""Walk through folders that a node has made, whatever it has made of them."""

import os
from collections.abc import Iterator
from contextlib import suppress


def folders(top: str) -> Iterator[str]:
    """`top` and every folder below it; links are not followed.

    Not os.walk(), which before Python 3.12 calls itself for each level: a thousand levels were enough to stop it.
    """
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        yield folder
        with suppress(OSError), os.scandir(folder) as entries:
            waiting += [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
