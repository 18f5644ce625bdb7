"""Read a YAML file into a pydantic model; every complaint names the file and the line."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from netlab.errors import BadFileError

Model = TypeVar("Model", bound=BaseModel)
_REASONS = {
    "extra_forbidden": "netlab does not know this key here",
    "missing": "this key is missing",
}
Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(path: Path, model: type[Model]) -> Model:
    """The file's content as `model`; raises BadFileError with `file:line` and the reason."""
    text = _read(path)
    try:
        return model.model_validate(_parse(path, text))
    except ValidationError as wrong:
        raise _invalid(path, text, wrong) from wrong


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as missing:
        raise BadFileError(f"{path}: this file is missing.", "Put it back, or name another.") from missing
    except (UnicodeDecodeError, OSError) as unreadable:
        raise BadFileError(f"{path}: cannot be read: {unreadable}.", "Save it as UTF-8 text.") from unreadable


def _parse(path: Path, text: str) -> Any:
    try:
        _refuse_double_keys(path, yaml.compose(text, Loader=Loader))
        return yaml.load(text, Loader=Loader)  # noqa: S506 - Loader is a safe loader, in C where there is one
    except yaml.YAMLError as broken:
        mark = getattr(broken, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        problem = getattr(broken, "problem", None) or "not readable as YAML"
        raise BadFileError(
            f"{path}{line}: {problem}.", "Check the indentation and quotes on that line and the one before."
        ) from broken
    except RecursionError as endless:
        raise BadFileError(f"{path}: something in it contains itself.", "Remove the alias (*name).") from endless
    except (ValueError, LookupError, TypeError) as impossible:
        # PyYAML makes dates and numbers in Python, and lets through what that says of impossible ones.
        raise BadFileError(f"{path}: a value is not possible: {impossible}.", "Put dates in quotes.") from impossible


def _refuse_double_keys(path: Path, node: yaml.Node | None) -> None:
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_double_keys(path, item)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if str(key.value) in seen and key.value != "<<":
                line = key.start_mark.line + 1
                raise BadFileError(f"{path}:{line}: the key '{key.value}' is there twice.", "Remove one of the two.")
            seen.add(str(key.value))
            _refuse_double_keys(path, value)


def _invalid(path: Path, text: str, wrong: ValidationError) -> BadFileError:
    # A mistyped key is both unknown and missing: the unknown one is where the mistake stands.
    first, *others = sorted(wrong.errors(), key=lambda error: error["type"] != "extra_forbidden")
    place = (*first["loc"], *first.get("ctx", {}).get("at", ()))
    line = line_of(text, place)
    where = ".".join(str(part) for part in place)
    more = f" ({len(others)} more like this in the file)" if others else ""
    reason = _REASONS.get(first["type"], first["msg"].removeprefix("Value error, "))
    return BadFileError(f"{path}:{line}: {where or 'the file'}: {reason}{more}.", "Correct that line and try again.")


def line_of(text: str, location: Iterable[int | str]) -> int:
    """The line (from 1) of the key or item at `location`, or of its nearest parent that is there."""
    node, line = yaml.compose(text, Loader=Loader), 1
    for part in location:
        step = _step(node, part)
        if step is None:
            continue
        node, line = step
    return line


def _step(node: yaml.Node | None, part: int | str) -> tuple[yaml.Node, int] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if str(key.value) == str(part):
                return value, key.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part].start_mark.line + 1
    return None
