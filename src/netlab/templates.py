"""Render the texts and file trees of a lab with a learner's parameters (Jinja2, sandboxed, strict)."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment

from netlab.errors import BadFileError

_JINJA = SandboxedEnvironment(
    undefined=StrictUndefined, keep_trailing_newline=True, trim_blocks=True, lstrip_blocks=True, autoescape=False
)


def render(path: Path, values: Mapping[str, Any]) -> str:
    """The file with its `{{ … }}` filled in; raises BadFileError with file and line."""
    try:
        return _JINJA.from_string(path.read_text("utf-8")).render(values)
    except FileNotFoundError as missing:
        raise BadFileError(f"{path}: this file is missing.", "Write it.") from missing
    except TemplateSyntaxError as wrong:
        raise BadFileError(f"{path}:{wrong.lineno}: {wrong.message}.", "Correct the template.") from wrong
    except UnicodeDecodeError:
        raise
    except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as wrong:
        raise BadFileError(f"{path}: {wrong}.", "Is that parameter in lab.yml?") from wrong


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
