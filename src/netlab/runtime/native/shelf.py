"""The archives of kept files beside each node's root, as the host reads and writes them."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from netlab.runtime.native import idmap
from netlab.runtime.native.power import INCOMING


@dataclass(frozen=True, slots=True)
class Shelf:
    """`nodes/`, one folder a node."""

    directory: Path

    def has(self, name: str, archive: str) -> bool:
        return (self.directory / name / archive).exists()

    def read(self, names: Iterable[str], archive: str) -> dict[str, bytes]:
        return {name: (self.directory / name / archive).read_bytes() for name in names}

    def lay_in(self, kept: Mapping[str, bytes]) -> None:
        """Archives for the agent to take; it is root of the pod, not us."""
        for name, content in kept.items():
            path = self.directory / name / INCOMING
            path.write_bytes(content)
            if os.geteuid() == 0:
                os.chown(path, *idmap.pod_root())
