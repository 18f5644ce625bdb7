"""Capture a node's packets with the clean image's tcpdump, as text or as a pcap stream."""

import json
import os
import re
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from netlab.actions.bench import Bench
from netlab.actions.tap import Tap
from netlab.errors import HostError, NetlabError, RuntimeFailure, UnknownNameError, UsageError, WrongStateError
from netlab.pcap import PcapStream
from netlab.port import Port
from netlab.topology import Endpoint

ALL = "any"
STDOUT = 1
BUFFER = 8192  # KiB in the kernel for what tcpdump has not taken yet
OnCount = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to capture. `pcap`: raw packets instead of text; `count`: end by itself after so many."""

    node: str
    interface: str
    filter: Sequence[str] = ()
    count: int | None = None
    pcap: bool = False

    @property
    def argv(self) -> list[str]:
        """Every packet is handed on at once (--immediate-mode, -U, -l). After -- nothing is an option any more."""
        form = ["-U", "-w", "-"] if self.pcap else ["-l"]
        limit = ["-c", str(self.count)] if self.count else []
        return [
            "tcpdump",
            "-n",
            "--immediate-mode",
            "-B",
            str(BUFFER),
            "-i",
            self.interface,
            *limit,
            *form,
            "--",
            *self.filter,
        ]


@dataclass(frozen=True, slots=True)
class Captured:
    """How it ended: packets captured, and packets lost because this computer was too busy."""

    packets: int
    lost: int


def interfaces(bench: Bench, node: str) -> list[str]:
    """The interfaces a node has now, whatever its learner made or renamed, and `any`."""
    return [*_flags(bench, node), ALL]


def _flags(bench: Bench, node: str) -> dict[str, list[str]]:
    argv = [*bench.runtime.tool(bench.node(node).name), "ip", "-json", "link"]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=20, check=False)
    if done.returncode:
        raise RuntimeFailure(f"{node} does not show its interfaces: {done.stderr.strip()}.", "Try again.")
    return {link["ifname"]: link["flags"] for link in json.loads(done.stdout)}


def check(bench: Bench, wanted: Wanted) -> None:
    """Raises UnknownNameError for an interface that is not there, WrongStateError for one that is down."""
    node, interface = wanted.node, wanted.interface
    there = {**_flags(bench, node), ALL: ["UP"]}
    if interface not in there:
        raise UnknownNameError(
            f"{node} has no interface '{interface}'.", f"It has: {', '.join(there)} (of all of them)."
        )
    if "UP" not in there[interface]:
        set_down = not bench.runtime.ports().get(Endpoint(node, interface), Port()).up
        way = f"link {node}:{interface} up" if set_down else f"exec {node} -- ip link set {interface} up"
        message = f"{interface} of {node} is down: no packets pass there."
        raise WrongStateError(message, f"`netlab {way}` brings it up; {ALL} captures at all other interfaces.")


def capture(
    bench: Bench, wanted: Wanted, target: Path | None, *, on_listening: Callable[[], None], on_count: OnCount
) -> Captured:
    """Copy packets to `target` (None: stdout) until the count is reached, Ctrl-C, or the reader goes away."""
    node = next(state for state in bench.runtime.inspect() if state.name == wanted.node)
    stream = PcapStream()

    def take(data: bytes) -> bytes:
        whole = stream.feed(data) if wanted.pcap else data
        on_count(stream.packets)
        return whole

    argv = [*bench.runtime.tool(node.name), *wanted.argv]
    with Tap(argv, node.pid or 0, take, STDOUT if target is None else partial(_made, target)) as tap:
        tap.run(on_listening)
    captured = Captured(_said(tap.words, "captured") or stream.packets, _said(tap.words, "dropped by kernel"))
    if tap.node_gone:
        message = f"{node.name} was switched off or restarted: the capture ended after {captured.packets} packets."
        raise RuntimeFailure(message, "Begin it again when the node is up.")
    if tap.code:
        raise _failure(wanted, tap)
    return captured


def check_target(target: Path, *, replace: bool) -> None:
    """Raises UsageError when that file is there already, HostError when it cannot be made."""
    if target.is_dir():
        raise UsageError(f"{target} is a folder.", "Give the name of a file, for example r1.pcap.")
    if target.exists() and not replace:
        raise UsageError(f"{target} is there already.", "Choose another name, or overwrite it with --force.")
    if not os.access(target if target.exists() else target.absolute().parent, os.W_OK):
        place = target.absolute().parent
        reason = "you may not write there" if place.is_dir() else f"there is no folder {place}"
        raise HostError(f"{target} cannot be written: {reason}.", "Choose another place.")


def _made(target: Path) -> int:
    """Only now that packets come: a capture that fails leaves an older file as it was."""
    try:
        return os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
    except OSError as refused:
        raise HostError(f"{target} cannot be written: {refused.strerror}.", "Choose another place.") from refused


def _said(words: str, what: str) -> int:
    found = re.search(rf"^(\d+) packets? {what}", words, re.MULTILINE)
    return int(found[1]) if found else 0


def _failure(wanted: Wanted, tap: Tap) -> NetlabError:
    complaints = [line for line in tap.words.splitlines() if line.strip()]
    reason = complaints[-1].removeprefix("tcpdump: ") if complaints else f"exit code {tap.code}"
    if wanted.filter and not tap.listening:
        words = " ".join(wanted.filter)
        reason = reason.removeprefix("can't parse filter expression: ")
        next_step = "Filters are tcpdump's own, for example: icmp or port 67 or host 192.0.2.1 (see `man pcap-filter`)."
        return UsageError(f"tcpdump does not take the filter '{words}': {reason}.", next_step)
    lost = [line for line in complaints if "disappeared" in line or "went down" in line]
    if lost:
        return RuntimeFailure(f"{wanted.node} {wanted.interface} is gone: the capture ended.", "Begin it again.")
    return RuntimeFailure(f"tcpdump ended: {reason}.", "Try again; `netlab doctor` looks at this machine.")
