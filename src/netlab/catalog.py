"""Find labs: the built-in catalogue and any folder given with `--catalog` or NETLAB_CATALOG."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from netlab import templates, yamlfile
from netlab.errors import BadFileError, unknown_name
from netlab.expressions import work_out
from netlab.hints import HintError, Hints
from netlab.lab import Answer, Lab
from netlab.nodefolders import read_answer, require_nodes
from netlab.parameters import ParameterError, draw
from netlab.seed import Seed
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
    def file(self) -> Path:
        return self.folder / "lab.yml"

    @property
    def brief(self) -> Path:
        return self.folder / "brief.md"

    @property
    def hints_file(self) -> Path:
        return self.folder / "hints.yml"

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
        lab = yamlfile.load(self.file, Lab)
        if lab.slug != self.slug:
            where = yamlfile.where(self.file, ("slug",))
            raise BadFileError(f"{where}: this says '{lab.slug}', the folder '{self.slug}'.", "Make them the same.")
        return lab

    @cached_property
    def topology(self) -> Topology:
        topology = yamlfile.load(self.topology_file, TopologyFile).resolve()
        for key, nodes in (("keep", self.lab.keep), ("enable", self.lab.enable)):
            for stranger in [name for name in nodes if name not in topology.nodes]:
                where = yamlfile.where(self.file, (key, stranger))
                known = ", ".join(topology.nodes)
                raise BadFileError(f"{where}: the topology has no node '{stranger}'.", f"It has: {known}.")
        return topology

    def values(self, seed: Seed) -> dict[str, Any]:
        """The parameters of one attempt; raises BadFileError when the lab cannot give any."""
        try:
            return draw(self.lab.parameters, seed)
        except ParameterError as wrong:
            where = yamlfile.where(self.file, ("parameters", wrong.name))
            raise BadFileError(f"{where}: {wrong.reason}.", "Widen or correct that parameter.") from wrong

    def checked(self, seed: Seed, *, answers: bool = False) -> dict[str, Any]:
        """As `values`, once all that a start needs has been read and filled in with them; with `answers`, those too.

        Raises BadFileError for the first file that is wrong.
        """
        values, nodes = self.values(seed), self.topology.nodes
        templates.render(self.brief, values)
        self.hints(values)
        self._check_questions(values)
        given = [self.solution, *self.answers("mistakes").values(), *self.answers("alternatives").values()]
        require_nodes(self.start, nodes)
        for folder in [self.start, *(given if answers else [])]:
            for node in nodes:
                templates.check_tree(folder / node, values)
        for folder in given if answers else ():
            self.answer(folder)
        return values

    def hints(self, values: Mapping[str, Any]) -> dict[str, list[str]]:
        """The hint ladders with these parameters, by check; empty where the lab has none."""
        if not self.hints_file.is_file():
            return {}
        try:
            return yamlfile.load(self.hints_file, Hints).filled(values)
        except HintError as wrong:
            where = yamlfile.where(self.hints_file, wrong.place)
            raise BadFileError(f"{where}: {wrong.reason}.", "Correct that text.") from wrong

    def _check_questions(self, values: Mapping[str, Any]) -> None:
        """Every question can be asked, and has an answer of its own kind."""
        for name, question in self.lab.questions.items():
            part = "ask"
            try:
                question.text(values)
                part = "answer"
                if question.answer is not None:
                    question.right(str(work_out(question.answer, values)), values)
            except ValueError as wrong:
                where = yamlfile.where(self.file, ("questions", name, part))
                raise BadFileError(f"{where}: {wrong}.", "Correct that question.") from wrong

    def answers(self, kind: str) -> dict[str, Path]:
        """The `mistakes` or `alternatives` of the lab: name to folder."""
        return {path.parent.name: path.parent for path in sorted((self.folder / kind).glob("*/apply.yml"))}

    def answer(self, folder: Path) -> Answer:
        return read_answer(folder, self.topology.nodes)

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
        raise unknown_name(f"There is no lab '{slug}'.", slug, labs, "`netlab list` shows them all.")


def builtin() -> Path:
    """The catalogue in the wheel, or the checkout's own when netlab runs from one."""
    shipped = _PACKAGE / "builtin"
    return shipped if shipped.is_dir() else _PACKAGE.parents[1]
