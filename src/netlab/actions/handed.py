"""Files that answer a question: checked, and kept beside the other answers."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from netlab import textfile
from netlab.errors import BadFileError
from netlab.questions import uploads
from netlab.questions.question import Question
from netlab.state import Run


@dataclass(frozen=True, slots=True)
class Handed:
    """A file that will do as an answer. As text: what is said of it."""

    name: str
    data: bytes

    def __str__(self) -> str:
        return f"{self.name} ({len(self.data)} bytes)"


def read(path: Path, question: Question) -> Handed:
    """The file, if it is one of the kind that is wanted. Raises BadFileError with its line."""
    try:
        with path.open("rb") as file:
            data = file.read(uploads.LARGEST + 1)
        uploads.check(data, question.format or "text", question.columns)
    except OSError as missing:
        raise BadFileError(f"{path}: cannot be read: {missing.strerror}.", "Give the path of a file.") from missing
    except uploads.UploadError as wrong:
        line = f":{wrong.line}" if wrong.line else ""
        raise BadFileError(f"{path}{line}: {wrong}.", f"Wanted: {question.wanted}.") from wrong
    return Handed(path.name, data)


def keep(run: Run, question: str, file: Handed) -> None:
    textfile.replace(_folder(run) / question, file.data)


def files(run: Run, names: Iterable[str]) -> dict[str, str]:
    """Where the files lie that were handed in, by question."""
    return {name: str(path) for name in names if (path := _folder(run) / name).is_file()}


def _folder(run: Run) -> Path:
    return run.saved_dir / "answers.d"
