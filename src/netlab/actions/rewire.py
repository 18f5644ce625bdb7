"""Links that a check changes for a while: as they were is written down first, so that they always come back."""

import json
from pathlib import Path

from netlab import textfile
from netlab.actions import links
from netlab.actions.bench import Bench
from netlab.port import Port, read_change
from netlab.topology import Endpoint


class Rewiring:
    """Of one lab; the caller holds its run. Ends that were found as a kill -9 left them are put back by `undo`, too."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    @property
    def _file(self) -> Path:
        return self._bench.run.directory / "rewired.json"

    def _kept(self) -> dict[str, Port]:
        if not self._file.exists():
            return {}
        return {end: Port(**port) for end, port in json.loads(self._file.read_text("utf-8")).items()}

    def change(self, end: str, words: list[str]) -> None:
        """`("r1:eth1", ["down"])`. Raises UsageError or UnknownNameError for what cannot be."""
        wanted, near = read_change(words), links.endpoint(self._bench, end)
        far, ports = self._bench.topology.far_end(near), self._bench.runtime.ports()
        before = {str(one): ports.get(one, Port()) for one in (near, far) if one}
        kept = before | self._kept()
        textfile.replace(self._file, json.dumps({one: port.as_json() for one, port in kept.items()}))
        links.change(self._bench, near, wanted)

    def undo(self) -> None:
        """All that was changed is as it was."""
        if kept := self._kept():
            ends = {Endpoint(*end.split(":", 1)): port for end, port in kept.items()}
            there = {end for link in self._bench.topology.links for end in link}
            self._bench.runtime.set_ports({end: port for end, port in ends.items() if end in there})
        self._file.unlink(missing_ok=True)
