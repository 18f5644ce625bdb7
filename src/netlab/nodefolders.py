"""What lies by node in a lab: start files and answers name only nodes that there are."""

from collections.abc import Collection
from pathlib import Path

from netlab import yamlfile
from netlab.errors import BadFileError
from netlab.lab import Answer


def read_answer(folder: Path, nodes: Collection[str]) -> Answer:
    """The `apply.yml` of a solution, a mistake or an alternative. Raises BadFileError with the place."""
    path = folder / "apply.yml"
    answer = yamlfile.load(path, Answer)
    named: list[tuple[yamlfile.Place, str]] = [(("remove", node), node) for node in answer.remove]
    named += [(("commands", number, "node"), one.node) for number, one in enumerate(answer.commands or ())]
    for place, node in named:
        if node not in nodes:
            raise _stranger(yamlfile.where(path, place), node, nodes)
    require_nodes(folder, nodes)
    return answer


def require_nodes(folder: Path, nodes: Collection[str]) -> None:
    """Every folder in it is a node's. Raises BadFileError."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.is_dir() and path.name not in nodes:
            raise _stranger(str(path), path.name, nodes)


def _stranger(where: str, node: str, nodes: Collection[str]) -> BadFileError:
    return BadFileError(f"{where}: the topology has no node '{node}'.", f"It has: {', '.join(nodes)}.")
