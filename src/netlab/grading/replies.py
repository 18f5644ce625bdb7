"""What the learner has said, as a check asks for it: answers, a diagnosis, written work, files."""

import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from netlab.causes import Truth
from netlab.grading.judge import Expect, NeedsHumanError
from netlab.probe.evidence import Recorder
from netlab.questions import diagnosis, uploads
from netlab.questions.question import Question
from netlab.questions.written import look
from netlab.topology import Endpoint, Topology

MOST_FRAMES = 20_000


@dataclass(frozen=True, slots=True)
class Replies:
    """`said`: by question; `files`: where the files lie that were handed in."""

    questions: Mapping[str, Question]
    said: Mapping[str, str]
    files: Mapping[str, str]
    values: Mapping[str, Any]
    topology: Topology


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was handed in, of the kind that was asked for."""

    data: bytes
    question: Question

    @property
    def text(self) -> str:
        return self.data.decode("utf-8-sig", "replace")

    def rows(self) -> list[dict[str, Any]]:
        """Of a table, with typed values: addresses, prefixes and numbers compare as such."""
        return uploads.rows(self.data, self.question.columns)

    def frames(self) -> Iterator[tuple[float, bytes]]:
        """Of a capture: time (seconds) and octets of each, up to where the file is broken."""
        from scapy.utils import RawPcapReader

        try:
            reader = RawPcapReader(io.BytesIO(self.data))
            for number, (data, about) in enumerate(reader):
                if number == MOST_FRAMES:
                    return
                yield getattr(about, "sec", 0) + getattr(about, "usec", 0) / 1e6, bytes(data)
        except Exception:  # noqa: BLE001 - scapy raises anything at all on a hostile file
            return


class Answers:
    """`answers("last_address")` in a check: a fail unless that was answered rightly; prose waits for a person."""

    def __init__(self, replies: Replies, expect: Expect, recorder: Recorder) -> None:
        self._replies = replies
        self._expect = expect
        self._recorder = recorder

    def __call__(self, name: str, *, facts: Mapping[str, Any] | None = None, hint: str = "") -> None:
        """`facts`: what written work should name beside the question's own facts, such as how long an outage was."""
        question = self._replies.questions[name]
        said = self._said(name)
        if question.kind == "prose":
            self._written(name, said, facts or {})
        elif question.kind in ("file", "diagnosis"):
            self._record(name, said)
            raise NeedsHumanError(
                f"{said if question.kind == 'file' else 'the diagnosis'} waits for a person to mark it"
            )
        else:
            right = question.right(said, self._replies.values)
            self._expect(right, expected=self._asked(name), observed=said, hint=hint)

    def diagnosis(self, name: str, truth: Sequence[Truth], hint: str = "") -> None:
        """Points by how near it is; what is really wrong is never shown."""
        said = self._said(name)
        self._record(name, said)
        score = diagnosis.score(diagnosis.read(said), truth, self._far_end)
        expected = "the device, the interface, the layer and the cause of what is wrong"
        self._expect.share(score.share, of=1, expected=expected, observed=score.words, hint=hint)

    def file(self, name: str) -> Upload:
        """What was handed in; a fail if nothing was."""
        said = self._said(name)
        data = Path(self._replies.files[name]).read_bytes()
        self._recorder.now.add("file", question=name, name=said, sha256=hashlib.sha256(data).hexdigest())
        return Upload(data, self._replies.questions[name])

    def _said(self, name: str) -> str:
        said = self._replies.said.get(name)
        answered = said is not None
        self._expect(answered, expected=self._asked(name), observed="no answer", hint=f"netlab answer {name}")
        return said or ""

    def _asked(self, name: str) -> str:
        question = self._replies.questions[name]
        what = "an answer" if question.answer is None else "the right answer"
        return f"{what} to: {question.text(self._replies.values)}"

    def _written(self, name: str, said: str, facts: Mapping[str, Any]) -> None:
        replies = self._replies
        due = {**replies.questions[name].worked_out(replies.values), **facts}
        found = look(said, due, replies.values.values())
        self._record(name, said, findings=found.as_json())
        raise NeedsHumanError(found.summary)

    def _record(self, name: str, said: str, **more: Any) -> None:
        rubric = list(self._replies.questions[name].rubric)
        self._recorder.now.add("written", question=name, output=said, rubric=rubric, **more)

    def _far_end(self, node: str, interface: str) -> tuple[str, str] | None:
        far = self._replies.topology.far_end(Endpoint(node, interface))
        return (far.node, far.interface) if far else None
