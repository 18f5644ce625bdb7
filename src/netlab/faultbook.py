"""The faults of one lab: which there are, which a learner gets, and what each changes for them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from netlab import templates, yamlfile
from netlab.catalog import LabFiles
from netlab.errors import BadFileError, unknown_name
from netlab.expressions import FillError
from netlab.faults.change import Change, FaultError
from netlab.faults.faultfile import FaultSpec
from netlab.seed import Seed


@dataclass(frozen=True)
class FaultBook:
    """Read when first asked for; whatever is wrong with a file is a BadFileError that names it."""

    files: LabFiles

    @property
    def folder(self) -> Path:
        return self.files.folder / "faults"

    @cached_property
    def specs(self) -> dict[str, FaultSpec]:
        return {path.parent.name: yamlfile.load(path, FaultSpec) for path in sorted(self.folder.glob("*/fault.yml"))}

    def drawn(self, seed: Seed) -> list[str]:
        """Those that the lab starts with for this learner."""
        wanted = self.files.lab.faults
        if wanted is None:
            return []
        if strangers := set(wanted.of) - set(self.specs):
            raise self._refused(f"there is no fault {', '.join(sorted(strangers))}")
        named = wanted.of or list(self.specs)
        left = [name for name in self.specs if name in named and self.specs[name].band == wanted.band]
        if len(left) < wanted.count:
            raise self._refused(f"of the band {wanted.band} there are {len(left)}, and {wanted.count} are wanted")
        return [left.pop(seed.number(f"fault {number}", len(left))) for number in range(wanted.count)]

    def _refused(self, why: str) -> BadFileError:
        where = yamlfile.where(self.files.file, ("faults",))
        return BadFileError(f"{where}: {why}.", f"Faults are under {self.folder}.")

    def find(self, name: str) -> FaultSpec:
        """Raises UnknownNameError."""
        if name not in self.specs:
            known = ", ".join(self.specs) or "none"
            raise unknown_name(f"{self.files.slug} has no fault '{name}'.", name, self.specs, f"It has: {known}.")
        return self.specs[name]

    def changes(self, names: Iterable[str], values: Mapping[str, Any]) -> list[Change]:
        """What each changes for this learner, one laid over the other."""
        over: dict[tuple[str, str], str] = {}
        found = []
        for name in names:
            found.append(self._change(name, values, over))
            over |= found[-1].files
        return found

    def _change(self, name: str, values: Mapping[str, Any], over: Mapping[tuple[str, str], str]) -> Change:
        spec, path = self.find(name), self.folder / name / "fault.yml"

        def read(node: str, file: str) -> str | None:
            return over[node, file] if (node, file) in over else self.text(node, file, values)

        try:
            change = spec.change(read, self.files.topology, values)
            self._require_kept(change)
        except FillError as wrong:
            raise BadFileError(f"{path}: {wrong.reason}.", "Correct that template.") from wrong
        except FaultError as wrong:
            where = yamlfile.where(path, wrong.place) if wrong.place else path
            raise BadFileError(f"{where}: {wrong}.", "Correct it, or the files that the nodes start with.") from wrong
        return change

    def text(self, node: str, file: str, values: Mapping[str, Any]) -> str | None:
        """A file as it is without any fault: of the start, or where the lab starts without faults, of the solution."""
        trees = [self.files.start] if self.files.lab.faults else [self.files.solution, self.files.start]
        found = (path for tree in trees if (path := tree / node / file.lstrip("/")).is_file())
        return next((templates.render(path, values) for path in found), None)

    def check(self, values: Mapping[str, Any]) -> None:
        """Raises BadFileError for the first fault that cannot be laid over the lab's files."""
        for name in self.specs:
            self.changes([name], values)

    def _require_kept(self, change: Change) -> None:
        """A learner mends files; what they mend must outlive a power cut."""
        for node, file in change.files:
            if not any(_matches(pattern, file) for pattern in self.files.lab.keep.get(node, ())):
                raise FaultError(f"{file} of {node} is not under `keep` in lab.yml: no mending of it would last")


def _matches(pattern: str, path: str) -> bool:
    """As `keep` has it: `*` within a folder, `**` through folders."""
    parts: Iterator[str] = (
        ".*" if part == "**" else "[^/]*" if part == "*" else re.escape(part)
        for part in re.split(r"(\*\*|\*)", pattern)
    )
    return re.fullmatch("".join(parts), path) is not None
