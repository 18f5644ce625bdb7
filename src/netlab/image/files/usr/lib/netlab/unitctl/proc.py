"""Processes: who they are (a number alone is never trusted), whose they are, ending them."""

import os
import select
import time

TICKS = os.sysconf("SC_CLK_TCK")


class Process:
    """A live process; its number and start time together name it for ever."""

    __slots__ = ("comm", "parent", "pid", "session", "start")

    def __init__(self, pid: int, comm: str, fields: list[str]) -> None:
        self.pid = pid
        self.comm = comm
        self.parent = int(fields[1])
        self.session = int(fields[3])
        self.start = int(fields[19])

    @property
    def started(self) -> float:
        """When it started, in seconds since 1970."""
        return time.time() - time.clock_gettime(time.CLOCK_BOOTTIME) + self.start / TICKS

    @property
    def command_line(self) -> str:
        try:
            with open(f"/proc/{self.pid}/cmdline", "rb") as file:
                return file.read().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            return ""

    def has_mark(self, mark: str) -> bool:
        """Whether it inherited the service's INVOCATION_ID."""
        try:
            with open(f"/proc/{self.pid}/environ", "rb") as file:
                return b"INVOCATION_ID=" + mark.encode() in file.read().split(b"\0")
        except OSError:
            return False


def process(pid: int) -> Process | None:
    """The process of this number unless it is gone or a zombie."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            head, _, tail = file.read().rpartition(") ")
    except OSError:
        return None
    fields = tail.split()
    return None if fields[0] in "ZX" else Process(pid, head.partition("(")[2], fields)


def same(pid: int, start: int) -> Process | None:
    """The process if it is still the one that was recorded."""
    found = process(pid) if pid > 1 else None
    return found if found and found.start == start else None


def from_pid_file(path: str) -> Process | None:
    """The process named in a pid file, if it was there when the file was written."""
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            pid = int(file.read(32).split()[0])
            written = os.fstat(file.fileno()).st_mtime
    except (OSError, ValueError, IndexError):
        return None
    found = process(pid) if pid > 1 else None
    return found if found and found.started <= written + 1 else None


def left_session(number: int, start: int) -> int:
    """The session, unless a process started later leads it now: the number belongs to others then."""
    leader = process(number) if number else None
    return 0 if leader and leader.start > start else number


def members(main: Process | None, mark: str, *, own: bool, left: "set[int] | None" = None) -> list[Process]:
    """The processes of a service: marked ones, the main one, their sessions, those `left` behind, and descendants.

    The session of a main process that we did not start counts only if it leads it: it may
    have been started by hand from somebody's shell. Our own ancestors are spared.
    """
    table = {p.pid: p for pid in os.listdir("/proc") if pid.isdigit() and (p := process(int(pid)))}
    spared = {1, *_ancestors(table, os.getpid())}
    marked = {p.pid for p in table.values() if mark and p.has_mark(mark)}
    chosen = set(marked)
    sessions = {*(left or ()), *(table[pid].session for pid in marked)}
    if main and main.pid in table and table[main.pid].start == main.start:
        chosen.add(main.pid)
        if own or main.session == main.pid:
            sessions.add(main.session)
    chosen |= {p.pid for p in table.values() if p.session in sessions - {0}}
    for pid in sorted(table, key=lambda number: table[number].start):
        if table[pid].parent in chosen:
            chosen.add(pid)
    chosen -= spared - ({main.pid} if main else set())
    return [table[pid] for pid in sorted(chosen)]


def _ancestors(table: dict[int, Process], pid: int) -> list[int]:
    found = []
    while pid in table:
        found.append(pid)
        pid = table[pid].parent
    return found


def send(targets: list[Process], number: int) -> None:
    for target in targets:
        if same(target.pid, target.start):
            try:
                os.kill(target.pid, number)
            except OSError:
                pass


def wait_gone(targets: list[Process], deadline: float) -> bool:
    """Wait until all are gone (zombies of others are gone); False when time is up."""
    for target in targets:
        try:
            fd = os.pidfd_open(target.pid)
        except OSError:
            continue
        try:
            left = deadline - time.monotonic()
            if same(target.pid, target.start) and not readable([fd], left):
                return False
        finally:
            os.close(fd)
    return True


def readable(fds: list[int], seconds: float) -> list[int]:
    """Which of the descriptors become readable in time (a pidfd does when its process ends)."""
    poll = select.poll()
    for fd in fds:
        poll.register(fd, select.POLLIN)
    return [fd for fd, _ in poll.poll(max(0, int(seconds * 1000)))]


def wait_child(pid: int, seconds: float) -> int | None:
    """The wait status of a child, or None if it runs on."""
    fd = os.pidfd_open(pid)
    try:
        if not readable([fd], seconds):
            return None
    finally:
        os.close(fd)
    return os.waitpid(pid, 0)[1]
