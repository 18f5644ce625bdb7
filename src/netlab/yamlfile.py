"""Read a YAML file into a pydantic model; every complaint names the file and the line."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from netlab import textfile, yamlsize
from netlab.complaints import MISSING, complaints
from netlab.errors import BadFileError

Place = tuple[int | str, ...]
Located = tuple[int, Place, str]
Model = TypeVar("Model", bound=BaseModel)
Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(path: Path, model: type[Model]) -> Model:
    """The file's content as `model`; raises BadFileError with `file:line` and the reason."""
    text = read(path)
    try:
        return model.model_validate(parse(path, text))
    except ValidationError as wrong:
        raise _invalid(path, text, wrong) from wrong


def read(path: Path) -> str:
    """The file's text; raises BadFileError when there is none."""
    try:
        return textfile.read(path)
    except UnicodeDecodeError as other:
        line = other.object[: other.start].count(b"\n") + 1
        raise BadFileError(f"{path}:{line}: cannot be read: it is not UTF-8 text.", "Save it as UTF-8.") from other


def parse(path: Path, text: str) -> Any:
    """The text of the file as plain data; raises BadFileError with the line where it is not YAML."""
    try:
        yamlsize.refuse_boundless(path, yaml.parse(text, Loader=Loader))
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
    (line, place, reason), *others = located(text, wrong)
    key = ".".join(str(part) for part in place)
    more = f" ({len(others)} more like this in the file)" if others else ""
    return BadFileError(f"{path}:{line}: {key or 'the file'}: {reason}{more}.", "Correct that line and try again.")


def located(text: str, wrong: ValidationError) -> list[Located]:
    """Line, place and reason of everything that is refused; the place has only what stands in the file."""
    return [
        (line_of(text, place), _standing(text, place, missing=kind == MISSING), reason)
        for place, kind, reason in complaints(wrong)
    ]


def _standing(text: str, place: Place, *, missing: bool) -> Place:
    """Without the names that pydantic puts in between for the choices that it has tried."""
    node, standing = yaml.compose(text, Loader=Loader), []
    for number, part in enumerate(place, 1):
        step = _step(node, part)
        if step or _merges(node) or (missing and number == len(place)):
            standing.append(part)
        node = step[0] if step else node
    return tuple(standing)


def _merges(node: yaml.Node | None) -> bool:
    """Has this mapping more in it than stands there?"""
    return isinstance(node, yaml.MappingNode) and any(key.value == "<<" for key, _ in node.value)


def where(path: Path, place: Place, text: str | None = None) -> str:
    """`file:line: key`, for a complaint about something that stands at `place`. `text`: the file's, if it is known."""
    found = read(path) if text is None else text
    return f"{path}:{line_of(found, place)}: {'.'.join(map(str, place))}"


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
