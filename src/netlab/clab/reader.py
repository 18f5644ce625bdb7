"""Read a topology file: variables filled in, every complaint with its file and line, several at once."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from netlab import yamlfile
from netlab.errors import BadFileError
from netlab.topology.clabfile import ClabFile
from netlab.topology.expand import Expansion, expand
from netlab.topology.problems import Place, Problem, Remark
from netlab.topology.variables import Magic, UnclosedError, fill, left_in, template_lines

SKIP = "--skip-unsupported"


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem or a remark as people read it. `where` names the key, with its node; `line` counts from 1."""

    line: int
    where: str
    text: str
    fix: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """A file that could be read as a topology; whether it can be run is for `problems` to say."""

    path: Path
    text: str
    file: ClabFile
    expansion: Expansion

    @property
    def folder(self) -> Path:
        return self.path.absolute().parent

    @property
    def magic(self) -> Magic:
        return Magic.of(str(self.folder), self.file.name)

    def finding(self, one: Problem | Remark) -> Finding:
        line, where = yamlfile.line_of(self.text, one.place), _where(one.place)
        if isinstance(one, Remark):
            return Finding(line, where, one.text)
        return Finding(line, where, one.text, one.fix, one.optional)

    def findings(self, several: Iterable[Problem | Remark]) -> list[Finding]:
        return sorted((self.finding(one) for one in several), key=lambda one: one.line)


def read(path: Path, environment: Mapping[str, str]) -> Reading:
    """Raises BadFileError, which names every line that is wrong."""
    raw = yamlfile.read(path)
    templates = list(template_lines(raw))
    if templates:
        message = f"{path}:{templates[0]}: this is a Go template ({{{{ … }}}}), and netlab reads finished topologies."
        raise BadFileError(message, "Render it first: `containerlab deploy --export-rendered FILE …` writes one.")
    try:
        filled = fill(raw, environment)
    except UnclosedError as wrong:
        raise BadFileError(f"{path}:{wrong.line}: {wrong}.", "Close it, or write $$ for a dollar sign.") from wrong
    try:
        data = yamlfile.parse(path, filled.text)
        file = ClabFile.model_validate(data)
    except ValidationError as wrong:
        raise several_wrong(path, _shape_findings(filled.text, wrong)) from wrong
    expansion = expand(file, as_lab=False)
    lacking = {name: filled.bare[name] for name in left_in(data, filled.bare)} | dict(filled.unset)
    unset = (
        Remark((), f"the variable {name} is not set (line {line}); it stays as ${name}")
        for name, line in sorted(lacking.items(), key=lambda one: (one[1], one[0]))
    )
    more = Expansion(expansion.topology, expansion.outfits, expansion.problems, (*expansion.remarks, *unset))
    return Reading(path, filled.text, file, more)


def _shape_findings(text: str, wrong: ValidationError) -> list[Finding]:
    found = [Finding(line, _where(place), reason) for line, place, reason in yamlfile.located(text, wrong)]
    return sorted({(one.line, one.where): one for one in found}.values(), key=lambda one: one.line)


def several_wrong(path: Path, findings: list[Finding]) -> BadFileError:
    """One error that names every line."""
    lines = [f"{path}:{one.line}: {one.where}: {one.text.rstrip('.')}." for one in findings]
    fixes = list(dict.fromkeys(one.fix for one in findings if one.fix))
    if all(one.optional for one in findings):
        fixes.append(f"Or leave {'this' if len(findings) == 1 else 'these'} out with {SKIP}.")
    return BadFileError("\n        ".join(lines), "\n        ".join(fixes or ["Correct that and try again."]))


def _where(place: Place) -> str:
    """`r1.ports` for topology.nodes.r1.ports; `link 3` for topology.links.2."""
    return ".".join(_words(place)) or "the file"


def _words(place: Place) -> Iterator[str]:
    parts = list(place)
    if parts[:1] == ["topology"] and len(parts) > 1:
        parts = parts[1:]
    if parts[:1] == ["nodes"] and len(parts) > 1:
        parts = parts[1:]
    if parts[:1] == ["links"] and len(parts) > 1 and isinstance(parts[1], int):
        parts = [f"link {parts[1] + 1}", *parts[2:]]
    yield from (f"{part + 1}" if isinstance(part, int) else str(part) for part in parts)
