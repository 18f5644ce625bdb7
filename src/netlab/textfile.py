"""Read a text file that a person wrote, and write one of ours so that it is never there by half."""

import os
from pathlib import Path

from netlab.errors import BadFileError

LARGEST = 4 << 20  # bytes: nobody writes more by hand


def read(path: Path) -> str:
    """Raises BadFileError; and UnicodeDecodeError for what is no text, which is for the caller to judge."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except FileNotFoundError as missing:
        raise BadFileError(f"{path}: this file is missing.", "Put it back, or name another.") from missing
    except IsADirectoryError as folder:
        raise BadFileError(f"{path}: cannot be read: it is a folder.", "Put a file in its place.") from folder
    except PermissionError as refused:
        step = f"If it is yours: chmod u+r {path}; if not, ask its owner."
        raise BadFileError(f"{path}: cannot be read: you have no permission to read it.", step) from refused
    except OSError as broken:
        step = "Look at the file and its disk, then try again."
        raise BadFileError(f"{path}: cannot be read: {broken.strerror or broken}.", step) from broken
    if len(data) > LARGEST:
        raise BadFileError(f"{path}: this is larger than {LARGEST >> 20} MiB.", "Is it the file that you mean?")
    return data.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")


def replace(path: Path, content: str | bytes) -> None:
    """Write it whole: whatever cuts this off, the file is the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_bytes(content.encode() if isinstance(content, str) else content)
    fresh.replace(path)
