"""Find labs: the built-in catalogue and any folder given with `--catalog` or NETLAB_CATALOG."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any

from netlab import yamlfile
from netlab.errors import BadFileError, UnknownNameError
from netlab.lab import Answer, Lab
from netlab.parameters import Seed, draw
from netlab.topology import Topology, TopologyFile

_PACKAGE = Path(__file__).parent


@dataclass(frozen=True)
class LabFiles:
    """One lab's files; `lab` and `topology` are read and checked when first asked for."""

    root: Path
    slug: str

    @property
    def folder(self) -> Path:
        return self.root / "labs" / self.slug

    @property
    def brief(self) -> Path:
        return self.folder / "brief.md"

    @property
    def start(self) -> Path:
        return self.folder / "start"

    @property
    def solution(self) -> Path:
        return self.folder / "solution"

    @property
    def grader(self) -> Path:
        return self.root / "graders" / f"test_{self.slug.replace('-', '_')}.py"

    @property
    def topology_file(self) -> Path:
        return self.root / "topologies" / f"{self.lab.topology}.clab.yml"

    @cached_property
    def lab(self) -> Lab:
        path = self.folder / "lab.yml"
        lab = yamlfile.load(path, Lab)
        if lab.slug != self.slug:
            raise BadFileError(
                f"{path}: slug: this says '{lab.slug}', the folder '{self.slug}'.", "Make them the same."
            )
        return lab

    @cached_property
    def topology(self) -> Topology:
        topology = yamlfile.load(self.topology_file, TopologyFile).resolve()
        if strangers := set(self.lab.keep) - set(topology.nodes):
            path = self.folder / "lab.yml"
            raise BadFileError(f"{path}: keep: no such node: {', '.join(sorted(strangers))}.", "Name a topology node.")
        return topology

    def values(self, seed: Seed) -> dict[str, Any]:
        """The parameters of one attempt; raises BadFileError when the lab cannot give any."""
        try:
            return draw(self.lab.parameters, seed)
        except ValueError as wrong:
            raise BadFileError(f"{self.folder / 'lab.yml'}: {wrong}.", "Widen or correct that parameter.") from wrong

    def answers(self, kind: str) -> dict[str, Path]:
        """The `mistakes` or `alternatives` of the lab: name to folder."""
        return {path.parent.name: path.parent for path in sorted((self.folder / kind).glob("*/apply.yml"))}

    def answer(self, folder: Path) -> Answer:
        return yamlfile.load(folder / "apply.yml", Answer)

    @cached_property
    def digest(self) -> str:
        """Over every file that makes this lab what it is: a result names it, a re-grade compares it."""
        summed = hashlib.sha256()
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        for path in sorted([*files, self.topology_file, self.grader]):
            content = hashlib.sha256(path.read_bytes() if path.is_file() else b"").hexdigest()
            summed.update(f"{path.relative_to(self.root)}\0{content}\0".encode())
        return summed.hexdigest()


@dataclass(frozen=True, slots=True)
class Catalog:
    """Labs by slug; an earlier root wins over a later one."""

    roots: Sequence[Path]

    def __iter__(self) -> Iterator[LabFiles]:
        found: dict[str, LabFiles] = {}
        for root in self.roots:
            for path in sorted(root.glob("labs/*/lab.yml")):
                found.setdefault(path.parent.name, LabFiles(root, path.parent.name))
        return iter(found[slug] for slug in sorted(found))

    def find(self, slug: str) -> LabFiles:
        """Raises UnknownNameError with the nearest names."""
        labs = {files.slug: files for files in self}
        if slug in labs:
            return labs[slug]
        near = get_close_matches(slug, labs, n=1)
        meant = f"Did you mean {near[0]}? " if near else ""
        raise UnknownNameError(f"There is no lab '{slug}'.", f"{meant}`netlab list` shows them all.")


def builtin() -> Path:
    """The catalogue in the wheel, or the checkout's own when netlab runs from one."""
    shipped = _PACKAGE / "builtin"
    return shipped if shipped.is_dir() else _PACKAGE.parents[1]
