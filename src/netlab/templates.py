"""Render the texts and file trees of a lab with a learner's parameters (Jinja2, sandboxed, strict)."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from netlab import textfile
from netlab.errors import BadFileError
from netlab.expressions import FillError, fill


def render(path: Path, values: Mapping[str, Any]) -> str:
    """The file with its `{{ … }}` filled in; raises BadFileError with file and line."""
    try:
        return fill(textfile.read(path), values)
    except FillError as wrong:
        step = "Correct the template; its parameters are those of lab.yml."
        raise BadFileError(f"{path}:{wrong.line}: {wrong.reason}.", step) from wrong


def check_tree(source: Path, values: Mapping[str, Any]) -> None:
    """Raises BadFileError for the first file below `source` that cannot be rendered."""
    for path in _files(source):
        with suppress(UnicodeDecodeError):  # not a text: it is copied as it is
            render(path, values)


def _files(source: Path) -> Iterator[Path]:
    return (path for path in sorted(source.rglob("*")) if path.is_file() and not path.is_symlink())


def render_tree(source: Path, target: Path, values: Mapping[str, Any]) -> None:
    """Copy a tree, rendering every file that is text; modes and links are kept."""
    for path in sorted(source.rglob("*")):
        place = target / path.relative_to(source)
        if path.is_symlink():
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(path.readlink())
        elif path.is_dir():
            place.mkdir(parents=True, exist_ok=True)
        else:
            _render_file(path, place, values)


def _render_file(path: Path, place: Path, values: Mapping[str, Any]) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        place.write_text(render(path, values), "utf-8")
    except UnicodeDecodeError:
        shutil.copyfile(path, place)
    shutil.copymode(path, place)
