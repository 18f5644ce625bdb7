"""Everything a check saw, kept without the check's author doing anything."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

MAX_TEXT = 20_000
MAX_FRAMES = 400


@dataclass(slots=True)
class Evidence:
    """The record of one check: commands and answers, packets, and what was expected and observed."""

    entries: list[Mapping[str, Any]] = field(default_factory=list)
    frames: list[tuple[float, bytes]] = field(default_factory=list)
    expected: str | None = None
    observed: str | None = None

    def add(self, kind: str, **facts: Any) -> None:
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        short = {key: value[:MAX_TEXT] if isinstance(value, str) else value for key, value in facts.items()}
        self.entries.append({"kind": kind, "at": at, **short})

    def frame(self, at: float, data: bytes) -> None:
        """One frame, sent or seen, at a wall-clock time in seconds."""
        if len(self.frames) < MAX_FRAMES:
            self.frames.append((at, data))

    def write_pcap(self, path: Path) -> None:
        """The frames as a capture file that Wireshark opens."""
        from scapy.utils import RawPcapWriter

        with RawPcapWriter(str(path), linktype=1) as writer:
            writer.write_header(None)
            for at, data in self.frames:
                writer.write_packet(data, sec=int(at), usec=int(at % 1 * 1e6))


class Recorder:
    """Hands each probe the evidence of the check that is running now."""

    def __init__(self) -> None:
        self.now = Evidence()

    def begin(self) -> Evidence:
        self.now = Evidence()
        return self.now

    @contextmanager
    def unseen(self) -> Iterator[None]:
        """What is looked at in the block stays out of the evidence: it would give away what there is to find."""
        kept, self.now = self.now, Evidence()
        try:
            yield
        finally:
            self.now = kept
