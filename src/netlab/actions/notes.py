"""Small things to remember of a learner's variant of a lab, beside its checkpoints, so that `stop` loses none."""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from netlab import textfile
from netlab.state import Run


def read(run: Run, name: str) -> dict[str, Any]:
    """What was noted under that name in any run of this variant; empty when nothing was, or it cannot be read."""
    with suppress(OSError, ValueError):
        data = json.loads((run.saved_dir / f"{name}.json").read_text("utf-8"))
        return data if isinstance(data, dict) else {}
    return {}


def write(run: Run, name: str, data: Mapping[str, Any]) -> None:
    """The note is the old one or the new one, whatever cuts this off."""
    textfile.replace(run.saved_dir / f"{name}.json", json.dumps(dict(data), indent=1))
