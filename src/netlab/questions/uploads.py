"""Files that a learner hands in as an answer: a table, a capture, a drawing. Read strictly, and only up to a limit."""

import csv
import io
import math
import re
from collections.abc import Callable, Mapping
from ipaddress import ip_address, ip_interface, ip_network
from typing import Any, Literal

Format = Literal["csv", "pcap", "png", "svg", "pdf", "text"]
Column = Literal["text", "address", "network", "prefix", "mac", "number"]
LARGEST = 2 << 20  # bytes
ROWS = 2000
_CELL = 2000  # characters
_MAGIC: Mapping[str, tuple[bytes, ...]] = {
    "pcap": (b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4", b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d", b"\x0a\x0d\x0d\x0a"),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "pdf": (b"%PDF-",),
}
_WHAT: Mapping[str, str] = {
    "csv": "a table (CSV)",
    "pcap": "a capture (pcap)",
    "png": "a picture (PNG)",
    "svg": "a drawing (SVG)",
    "pdf": "a PDF",
    "text": "text",
}
_MAC = re.compile(r"[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}", re.ASCII)


class UploadError(ValueError):
    """`line`: from 1; 0 where the whole file is meant."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.line = line


def check(data: bytes, kind: Format, columns: Mapping[str, Column]) -> None:
    """Raises UploadError when it is not such a file."""
    if len(data) > LARGEST:
        raise UploadError(f"it is larger than {LARGEST >> 20} MB")
    if kind in _MAGIC and not data.startswith(_MAGIC[kind]):
        raise UploadError(f"it is not {_WHAT[kind]}")
    if kind == "csv":
        rows(data, columns)
    elif kind in ("svg", "text"):
        text = _text(data)
        if kind == "svg" and "<svg" not in text:
            raise UploadError(f"it is not {_WHAT[kind]}")


def wanted(kind: Format, columns: Mapping[str, Column]) -> str:
    """What file it has to be."""
    return f"{_WHAT[kind]}" + (f" with the columns {', '.join(columns)}" if columns else "")


def rows(data: bytes, columns: Mapping[str, Column]) -> list[dict[str, Any]]:
    """The rows with typed values; spaces around them do not count. Other columns are left out.

    Raises UploadError with the line. A `prefix` is an address with its length (192.0.2.1/26).
    """
    reader = csv.reader(io.StringIO(_text(data), newline=""), strict=True, skipinitialspace=True)
    try:
        return _rows(reader, columns)
    except csv.Error as broken:
        raise UploadError(f"this is not CSV: {broken}", reader.line_num) from broken


def _rows(reader: Any, columns: Mapping[str, Column]) -> list[dict[str, Any]]:
    header = [cell.strip().lower() for cell in next(reader, [])]
    missing = [name for name in columns if name.lower() not in header]
    if missing:
        raise UploadError(f"the first line must name the columns, and {', '.join(missing)} is not among them", 1)
    if twice := [name for name in columns if header.count(name.lower()) > 1]:
        raise UploadError(f"the first line names the column {twice[0]} twice", 1)
    places = {name: header.index(name.lower()) for name in columns}
    found: list[dict[str, Any]] = []
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        if len(found) == ROWS:
            raise UploadError(f"there are more than {ROWS} rows", reader.line_num)
        found.append({name: _value(name, columns[name], cells, place, reader) for name, place in places.items()})
    return found


def _value(name: str, kind: Column, cells: list[str], place: int, reader: Any) -> Any:
    said = cells[place].strip() if place < len(cells) else ""
    if len(said) > _CELL:
        raise UploadError(f"{name}: this is longer than {_CELL} characters", reader.line_num)
    try:
        return _READERS[kind](said)
    except ValueError:
        raise UploadError(f"{name}: '{said[:60]}' is not {_KINDS[kind]}", reader.line_num) from None


def _text(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as other:
        line = data[: other.start].count(b"\n") + 1
        raise UploadError("it is not UTF-8 text", line) from other
    if "\0" in text:
        raise UploadError("it is not text", text[: text.index("\0")].count("\n") + 1)
    return text


def _mac(said: str) -> str:
    if not _MAC.fullmatch(said.lower()):
        raise ValueError
    return said.lower().replace("-", ":")


def _prefix(said: str) -> Any:
    if "/" not in said:
        raise ValueError
    return ip_interface(said)


def _number(said: str) -> float:
    number = float(said)
    if not math.isfinite(number):
        raise ValueError
    return number


_READERS: Mapping[str, Callable[[str], Any]] = {
    "text": str,
    "address": ip_address,
    "network": ip_network,
    "prefix": _prefix,
    "mac": _mac,
    "number": _number,
}
_KINDS: Mapping[str, str] = {
    "text": "text",
    "address": "an IP address such as 192.0.2.1",
    "network": "a network such as 192.0.2.0/24",
    "prefix": "an address with its prefix length such as 192.0.2.1/24",
    "mac": "a MAC address",
    "number": "a number",
}
