"""What is known of a service: its record in /run/systemctl and what /proc says of it now."""

import fcntl
import os

from unitctl import proc
from unitctl.syntax import is_true
from unitctl.unit import Host, Unit

FOLDER = "/run/systemctl"


class Record:
    """The outcome of the last job on a unit, kept as flat JSON (written and read by hand)."""

    __slots__ = ("active", "main", "mark", "result", "session", "start", "status", "what")

    def __init__(self) -> None:
        self.active = "inactive"
        self.main = 0
        self.start = 0
        self.mark = ""
        self.session = 0  # of the main process, if it is the service's own
        self.result = "success"
        self.status = 0  # a wait status
        self.what = ""  # the command of that status

    def save(self, host: Host, name: str) -> None:
        lines = [f'"{key}": {_json(getattr(self, key))}' for key in sorted(self.__slots__)]
        os.makedirs(host.at(FOLDER), exist_ok=True)
        path = host.at(f"{FOLDER}/{name}.json")
        with open(path + ".new", "w", encoding="utf-8") as file:
            file.write("{\n" + ",\n".join(lines) + "\n}\n")
        os.replace(path + ".new", path)


def _json(value: int | str) -> str:
    if isinstance(value, int):
        return str(value)
    return '"' + value.replace("\\", "/").replace('"', "'") + '"'


def read(host: Host, name: str) -> Record:
    record = Record()
    for line in (host.read(f"{FOLDER}/{name}.json") or "").splitlines():
        key, sep, value = line.strip(' ",').partition('": ')
        if sep and key in Record.__slots__:
            setattr(record, key, value.strip('"') if value.startswith('"') else int(value))
    return record


def known(host: Host) -> list[str]:
    """The units that have a record."""
    return [name[:-5] for name in host.list(FOLDER) if name.endswith(".json")]


def forget(host: Host, name: str) -> None:
    try:
        os.unlink(host.at(f"{FOLDER}/{name}.json"))
    except FileNotFoundError:
        pass


def lock(host: Host, name: str) -> int:
    """Hold off other jobs on the unit until the descriptor is closed."""
    os.makedirs(host.at(FOLDER), exist_ok=True)
    fd = os.open(host.at(f"{FOLDER}/{name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(fd, fcntl.LOCK_EX)
    return fd


class Status:
    """What a unit is now: `active` and `sub` as systemd names them."""

    __slots__ = ("active", "host", "main", "own", "record", "since", "sub", "unit")

    def __init__(self, host: Host, unit: Unit) -> None:
        self.host = host
        self.unit = unit
        self.record = record = read(host, unit.name)
        self.main = proc.same(record.main, record.start)
        self.own = self.main is not None
        if self.main is None:
            self.main = adopted(host, unit)
        self.active, self.sub = self._state()
        self.since = self._since()

    def _state(self) -> tuple[str, str]:
        if self.unit.name.endswith(".target"):
            return "active", "active"
        if self.main:
            return "active", "running"
        if self.record.active != "active":
            return self.record.active, "failed" if self.record.active == "failed" else "dead"
        if is_true(self.unit.get("Service.RemainAfterExit")):
            return "active", "exited"
        if not self.record.main and self.members():
            return "active", "running"
        return "failed", "failed"  # it ended by itself, and nobody was there to see how

    def _since(self) -> float:
        if self.main and not self.own:
            return self.main.started
        try:
            return os.stat(self.host.at(f"{FOLDER}/{self.unit.name}.json")).st_mtime
        except OSError:
            return 0.0

    @property
    def is_active(self) -> bool:
        return self.active == "active"

    def members(self) -> list[proc.Process]:
        """All its processes; a main process that died leaves a session behind, and maybe nothing that has the mark.

        It may have begun a session of its own after it was recorded.
        """
        record = self.record
        left = set() if self.main else {proc.left_session(one, record.start) for one in (record.session, record.main)}
        return proc.members(self.main, record.mark, own=self.own, left=left)


def pid_file(unit: Unit) -> str:
    path = unit.get("Service.PIDFile")
    return path if not path or path.startswith("/") else "/run/" + path


def adopted(host: Host, unit: Unit) -> proc.Process | None:
    """The daemon named by PIDFile=, whoever started it, unless another unit did (chronyd-restricted has chrony's)."""
    path = pid_file(unit)
    found = proc.from_pid_file(host.at(path)) if path else None
    return None if found and _is_anothers(host, unit, found) else found


def _is_anothers(host: Host, unit: Unit, process: proc.Process) -> bool:
    others = (read(host, name) for name in known(host) if name != unit.name)
    return any((other.main, other.start) == (process.pid, process.start) for other in others)
