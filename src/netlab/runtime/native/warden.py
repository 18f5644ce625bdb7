"""Watches a pod from inside and cuts the power of a node that takes more than its share.

It needs neither root nor cgroups: once a second it counts each node's processes, adds up their private memory and
what they have put into memory file systems, and, when the disk has got fuller, what they have written. A process of
the pod itself, so it ends with it; nodes cannot see it.
"""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from netlab.runtime.native.folders import folders
from netlab.runtime.native.namespaces import NODES, PROC, child, leave_terminal
from netlab.runtime.native.node import INIT, LOG, OFF

Plan = dict[str, Any]
INTERVAL, LONGEST = 1.0, 4.0  # seconds between two looks
SHARE = 0.01  # of one processor: with very many nodes it looks less often
DISK_STEP = (64 << 20, 10_000)  # bytes, files: when so much has come or gone, the nodes' files are counted again
DISK_SECONDS = 30.0  # or when this long ago they were
MERCY_SECONDS, MERCY_BYTES = 120.0, 16 << 20
SMALLEST = 4096  # bytes that a file counts at least: names take room too
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Use:
    """What one node takes now: processes and threads, bytes of memory, bytes of disk."""

    processes: int = 0
    memory: int = 0
    disk: int = 0


class Mercy:
    """A node that keeps its whole disk, and was switched off because it was full, has a while to make room."""

    def __init__(self) -> None:
        self._full: dict[str, int] = {}
        self._until: dict[int, tuple[float, int]] = {}

    def switched_off(self, name: str, init: int) -> None:
        """`init`: of the node's that was killed for its disk."""
        self._full[name] = init

    def spare(self, name: str, init: int, use: Use, now: float) -> Use:
        """The use that counts: without the disk while the node has time, as long as little more is written."""
        if self._full.get(name, init) != init:  # it has been booted again
            del self._full[name]
            use = replace(use, disk=written(f"{NODES}/{name}"))  # without a wait for the next count
            self._until[init] = now + MERCY_SECONDS, use.disk + MERCY_BYTES
        until, most = self._until.get(init, (0.0, 0))
        return replace(use, disk=0) if now < until and use.disk <= most else use


def start(names: list[str], limits: dict[str, int], lasting: set[str]) -> None:
    """Leave a warden behind in the pod this process has entered. `lasting`: nodes that keep their whole disk.

    By way of a process that is of the pod itself: an orphan of ours would be the host's, and the pod could not end
    before the host's init has buried it.
    """

    def warden() -> None:
        os.setsid()
        leave_terminal()
        watch(names, limits, lasting)

    def parent() -> None:
        child(warden)

    os.waitpid(child(parent), 0)


def watch(names: list[str], limits: dict[str, int], lasting: set[str]) -> None:
    """Until the pod ends."""
    disk: dict[str, int] = {}
    mercy = Mercy()
    free, counted = _free(), time.monotonic()
    while True:
        began, spent = time.monotonic(), time.process_time()
        moved = any(abs(was - now) > step for was, now, step in zip(free, _free(), DISK_STEP, strict=True))
        if moved or began - counted > DISK_SECONDS:
            disk = {name: written(f"{NODES}/{name}") for name in names}
            free, counted = _free(), began
        for init, (name, use) in uses(names, disk).items():
            counts = mercy.spare(name, init, use, began)
            if reason := excess(counts, limits):
                switch_off(name, init, reason)
                if counts.disk > limits["disk"] and name in lasting:
                    mercy.switched_off(name, init)
        cost = time.process_time() - spent
        time.sleep(min(max(INTERVAL, cost / SHARE), LONGEST))  # the interval of a watch that never ends


def excess(use: Use, limits: dict[str, int]) -> str:
    """Why a node must go, in words for its user; empty while it keeps within its limits."""
    if use.processes > limits["processes"]:
        return f"it ran more than {limits['processes']} processes"
    if use.memory > limits["memory"]:
        return f"it used more than {limits['memory'] >> 20} MiB of memory"
    if use.disk > limits["disk"]:
        return f"it wrote more than {limits['disk'] >> 20} MiB to its disk"
    return ""


def switch_off(name: str, init: int, reason: str) -> None:
    """Cut the node's power and leave word of why, if the disk has room for one."""
    with suppress(OSError):
        Path(f"{NODES}/{name}/{OFF}").write_text(reason, encoding="utf-8")
    with suppress(ProcessLookupError):
        os.kill(init, 9)


def uses(names: list[str], disk: dict[str, int]) -> dict[int, tuple[str, Use]]:
    """What every running node takes, by the pid, in the pod, of its init."""
    spaces = dict(_pid_namespaces(names))
    processes, memory = dict.fromkeys(spaces, 0), dict.fromkeys(spaces, 0)
    for pid in filter(str.isdigit, os.listdir(PROC)):
        with suppress(OSError):
            space = os.readlink(f"{PROC}/{pid}/ns/pid")
            if space in spaces:
                processes[space] += os.stat(f"{PROC}/{pid}/task").st_nlink - 2  # one folder a thread
                memory[space] += _private(pid)
    return {
        init: (name, Use(processes[space], memory[space] + in_memory_files(init), disk.get(name, 0)))
        for space, (name, init) in spaces.items()
    }


def _pid_namespaces(names: list[str]) -> Iterator[tuple[str, tuple[str, int]]]:
    """Each running node's, with its name and the pid of its init."""
    for name in names:
        with suppress(OSError, ValueError):  # it is off, or about to boot
            init = int(Path(f"{NODES}/{name}/{INIT}").read_text("ascii"))
            yield os.readlink(f"{PROC}/{init}/ns/pid"), (name, init)


def _private(pid: str) -> int:
    """Bytes that are this process's alone: resident less shared (proc_pid_statm(5))."""
    with open(f"{PROC}/{pid}/statm", encoding="ascii") as file:
        _, resident, shared, *_ = map(int, file.read().split())
    return max(0, resident - shared) * PAGE


def in_memory_files(init: int) -> int:
    """Bytes in the node's memory file systems, those it has mounted itself included."""
    found: dict[str, int] = {}
    with suppress(OSError):
        for line in Path(f"{PROC}/{init}/mountinfo").read_text("utf-8", "replace").splitlines():
            before, _, after = line.partition(" - ")
            if after.startswith("tmpfs "):
                _, _, device, _, where, *_ = before.split()
                with suppress(OSError):
                    facts = os.statvfs(f"{PROC}/{init}/root{where}")
                    found[device] = (facts.f_blocks - facts.f_bfree) * facts.f_frsize
    return sum(found.values())


def written(home: str) -> int:
    """Bytes on the disk of all that a node has written: its files, and what its init and others have said."""
    total = _size(f"{home}/{LOG}")
    for folder in folders(f"{home}/upper"):
        with suppress(OSError), os.scandir(folder) as entries:
            total += sum(max(SMALLEST, entry.stat(follow_symlinks=False).st_blocks * 512) for entry in entries)
    return total


def _size(path: str) -> int:
    with suppress(OSError):
        return os.stat(path).st_blocks * 512
    return 0


def _free() -> tuple[int, int]:
    facts = os.statvfs(NODES)
    return facts.f_bfree * facts.f_frsize, facts.f_ffree
