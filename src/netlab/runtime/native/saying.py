"""How the agent talks to whoever started it: one JSON event a line."""

import json
import sys
from contextlib import suppress
from typing import Any


def say(**event: Any) -> None:
    """Nobody listening any more is no reason to stop: the work is finished all the same."""
    with suppress(BrokenPipeError):
        sys.stdout.write(json.dumps(event) + "\n")
        sys.stdout.flush()
