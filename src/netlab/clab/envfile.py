"""`env-files`: lines of NAME=value, as Docker reads them."""

from collections.abc import Iterator
from pathlib import Path

_QUOTES = ("'", '"')


def read(path: Path) -> dict[str, str]:
    """Raises OSError or ValueError with the line that is wrong."""
    return dict(_pairs(path.read_text("utf-8")))


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        words = line.strip().removeprefix("export ").strip()
        if not words or words.startswith("#"):
            continue
        name, sign, value = words.partition("=")
        if not sign or not name.strip():
            raise ValueError(f"line {number} is not NAME=value")
        value = value.strip()
        quoted = len(value) > 1 and value[0] in _QUOTES and value[-1] == value[0]
        yield name.strip(), value[1:-1] if quoted else value
