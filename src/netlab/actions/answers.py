"""A learner's answers to the questions of a running lab: kept beside the checkpoints, so that `stop` loses none."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from netlab import yamlfile
from netlab.actions import handed, notes
from netlab.actions.bench import Bench
from netlab.actions.handed import Handed
from netlab.errors import BadFileError, UnknownNameError, UsageError, WrongStateError, unknown_name
from netlab.questions import diagnosis
from netlab.questions.question import Asked, Question
from netlab.state import Run

_NOTE = "answers"


@dataclass(frozen=True, slots=True)
class _File:
    """`folder`: where the files lie that it names; `shown`: how it is called in complaints."""

    folder: Path
    shown: Path
    text: str

    def at(self, *keys: int | str) -> str:
        return yamlfile.where(self.shown, keys, self.text)


def asked(bench: Bench) -> list[Asked]:
    """All questions in order. Raises WrongStateError when the lab has none."""
    if not bench.lab.questions:
        raise WrongStateError(f"{bench.run.slug} asks no questions.", "`netlab brief` says what it does ask.")
    given = kept(bench.run)
    return [
        Asked(name, question.text(bench.values), question, given.get(name))
        for name, question in bench.lab.questions.items()
    ]


def give(bench: Bench, name: str, said: str) -> None:
    """Keep one answer; a file is answered by its path. Raises UnknownNameError, or UsageError when it will not do."""
    question = _question(bench, name)
    if question.kind == "file":
        _keep(bench.run, {name: handed.read(Path(said.strip()).expanduser(), question)})
        return
    try:
        question.read(said)
        if question.kind == "diagnosis":
            _require_nodes(bench, diagnosis.read(said))
    except ValueError as wrong:
        raise UsageError(f"{name}: {wrong}.", f"Wanted: {question.wanted}.") from wrong
    _keep(bench.run, {name: said})


def complaint(bench: Bench, field: str, said: str) -> str:
    """What is wrong with one key of a diagnosis; empty when it will do."""
    return diagnosis.complaint(field, said) or (_stranger(bench, said) if field == "device" else "")


def _stranger(bench: Bench, device: str) -> str:
    nodes = bench.topology.nodes
    return "" if device in nodes else f"this network has no '{device}': {', '.join(nodes)}"


def _require_nodes(bench: Bench, claims: Iterable[diagnosis.Claim], *, many: bool = False) -> None:
    for number, claim in enumerate(claims):
        if wrong := _stranger(bench, claim.device):
            raise diagnosis.ClaimError((number, "device") if many else ("device",), wrong)


def give_file(bench: Bench, path: Path, shown: Path | None = None) -> list[str]:
    """Keep the answers of a YAML file, `question: answer` a line; all of them or none. Returns their names.

    `shown`: the template that it was made of. Raises BadFileError with the line that will not do.
    """
    text, folder, path = yamlfile.read(path), path.parent, shown or path
    file = _File(folder, path, text)
    yamlfile.parse(path, text)  # says where it is not YAML, or has a question twice
    data = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - texts only: YAML would read 10:20:30 as a number
    if not isinstance(data, dict):
        raise BadFileError(f"{path}: this is not `question: answer` a line.", "`netlab answer --template` prints one.")
    found = {str(name): said for name, said in data.items() if not _is_open(said)}
    _keep(bench.run, {name: _read(bench, file, name, said) for name, said in found.items()})
    return list(found)


def _is_open(said: Any) -> bool:
    """As the template leaves it."""
    return not any(map(str, said.values())) if isinstance(said, dict) else said == ""


def _read(bench: Bench, file: _File, name: str, said: Any) -> str | Handed:
    """The answer as it is kept, if it will do."""
    try:
        question = _question(bench, name)
        if question.kind == "diagnosis" and not isinstance(said, str):
            _require_nodes(bench, diagnosis.claims(said), many=isinstance(said, list))
            return yaml.safe_dump(said, allow_unicode=True, sort_keys=False).strip()
        if not isinstance(said, str):
            raise BadFileError(f"{file.at(name)}: one answer is wanted here.", "Put it in quotes.")
        if question.kind == "file":
            return handed.read(file.folder / said, question)
        question.read(said)
    except UnknownNameError as unknown:
        raise BadFileError(f"{file.at(name)}: {unknown.message}", unknown.next_step) from unknown
    except diagnosis.ClaimError as wrong:
        raise BadFileError(f"{file.at(name, *wrong.place)}: {wrong.reason}.", f"Wanted: {question.wanted}.") from wrong
    except ValueError as wrong:
        raise BadFileError(f"{file.at(name)}: {wrong}.", f"Wanted: {question.wanted}.") from wrong
    return said


def template(bench: Bench) -> str:
    """A file to fill in: each question as a comment, what was said so far as it stands."""
    parts = []
    for one in asked(bench):
        fields = diagnosis.FIELDS.items() if one.question.kind == "diagnosis" else ()
        about = [*one.text.splitlines(), f"({one.question.wanted})", *(f"{key}: {what}" for key, what in fields)]
        lines = [f"# {line}" for line in about]
        said = _as_yaml(one)
        parts.append("\n".join([*lines, said]))
    return "\n\n".join(parts) + "\n"


def _as_yaml(one: Asked) -> str:
    if one.question.kind == "diagnosis":
        claims = yaml.safe_load(one.answer or "") or dict.fromkeys(diagnosis.FIELDS, "")
        return yaml.safe_dump({one.id: claims}, allow_unicode=True, sort_keys=False).strip().replace(": ''", ":")
    if one.question.kind == "file" or not one.answer:
        return f"{one.id}:"
    return yaml.safe_dump({one.id: one.answer}, allow_unicode=True).strip()


def _question(bench: Bench, name: str) -> Question:
    questions = bench.lab.questions
    if name not in questions:
        raise unknown_name(f"There is no question '{name}'.", name, questions, "`netlab answer` shows them all.")
    return questions[name]


def kept(run: Run) -> dict[str, str]:
    """What was answered in any run of this variant, by question."""
    return {name: str(said) for name, said in notes.read(run, _NOTE).items()}


def _keep(run: Run, answers: Mapping[str, str | Handed]) -> None:
    for name, said in answers.items():
        if isinstance(said, Handed):
            handed.keep(run, name, said)
    notes.write(run, _NOTE, kept(run) | {name: str(said).strip() for name, said in answers.items()})
