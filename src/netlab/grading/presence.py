"""What a probe does by listening on a node's cards."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from netlab.grading.job import NodeFacts
from netlab.probe.evidence import Recorder
from netlab.probe.facts import Frame, Syslog
from netlab.probe.wire import Wire

if TYPE_CHECKING:
    from netlab.probe.dhcp import DhcpClient

F = TypeVar("F", bound=Frame)
SHOWN = 6  # facts in the evidence, which has the frames themselves as well


class Presence:
    """The grader's own presence on one node's interfaces."""

    def __init__(self, facts: NodeFacts, recorder: Recorder) -> None:
        self._facts = facts
        self._recorder = recorder

    def wire(self, interface: str) -> Wire:
        """Raw frames on an interface (a context manager)."""
        return Wire(self._facts.netns, self._facts.name, interface, self._recorder)

    def dhcp(self, wire: Wire) -> DhcpClient:
        """DHCP clients that live on that wire."""
        from netlab.probe.dhcp import DhcpClient

        return DhcpClient(wire)

    def heard(self, place: str | Wire, kind: type[F], **more: Any) -> list[F]:
        """What passes a card (or a wire that is open already), as facts of a kind: see `netlab.probe.facts`.

        `where=` which of them, `enough=` when those are all (one will do), `patience=` seconds, `ask=` what makes
        them happen. An empty list when nothing was heard.
        """
        from netlab.probe.hearing import hear

        if isinstance(place, str):
            with self.wire(place) as wire:
                return self.heard(wire, kind, **more)
        found = hear(place, kind, **more)
        shown = "\n".join(map(str, found[-SHOWN:])) or "nothing"
        self._recorder.now.add("heard", place=place.name, what=kind.__name__, facts=len(found), output=shown)
        return found

    def syslog(self, interface: str, ask: Callable[[str], object], patience: float = 5.0) -> Syslog | None:
        """The log message that comes by (UDP or TCP port 514) when `ask(nonce)` makes somebody log that word.

        `probe("srv1").syslog("eth1", lambda word: device("r1").run(f"logger {word}"))`; None when none came.
        """
        nonce = f"netlab{secrets.token_hex(6)}"
        mine = {"where": lambda one: nonce in one.text, "ask": lambda: ask(nonce), "patience": patience}
        found = self.heard(interface, Syslog, **mine)
        return found[0] if found else None
