"""The log of a unit: /var/log/journal/UNIT.log and the lines of its daemons in the syslog."""

import os
import time

from unitctl.unit import Host, Unit

FOLDER = "/var/log/journal"
SYSLOG = "/var/log/syslog"
WRAPPERS = ("sh", "bash", "env", "true", "systemd-helper")
LARGEST = 1_000_000
KEPT = 500_000
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
COMMON = (
    "/bin",
    "/sbin",
    "/usr/bin",
    "/usr/sbin",
    "/usr/local/bin",
    "/usr/local/sbin",
    "/etc/init.d",
)

Entry = tuple[str, str]  # the time, sortable, and "HOST TAG: TEXT"


def write(host: Host, name: str, text: str) -> None:
    """Add a line in the manager's own name."""
    now = time.time()
    zone = time.strftime("%z", time.localtime(now))
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(now)) + f".{int(now % 1 * 1e6):06d}"
    line = f"{stamp}{zone[:3]}:{zone[3:]} {os.uname().nodename} systemd[1]: {text}\n"
    fd = open_log(host, name)
    os.write(fd, line.encode())
    os.close(fd)


def open_log(host: Host, name: str) -> int:
    """The log to append to; when it has grown too large its older part is cut off in place."""
    os.makedirs(host.at(FOLDER), exist_ok=True)
    path = host.at(f"{FOLDER}/{name}.log")
    fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
    size = os.fstat(fd).st_size
    if size > LARGEST:
        tail = os.pread(fd, KEPT, size - KEPT)
        os.ftruncate(fd, 0)
        os.write(fd, tail[tail.find(b"\n") + 1 :])
    return fd


def entries(host: Host, unit: Unit, tail: int = 0) -> list[Entry]:
    """The log of a unit in time order; `tail` says how many bytes of each file will do."""
    syslog = [e for path in _syslogs(unit) for e in _timed(_lines(host, path, tail))]
    tags = set(_tags(host, unit))
    mine = [entry for entry in syslog if _is_of(entry[1], tags)]
    messages = {_message(text) for _, text in mine}
    head = f"{os.uname().nodename} {_programs(unit)[0]}: "
    own = _timed(_lines(host, f"{FOLDER}/{unit.name}.log", tail), head)
    return merged([e for e in own if " systemd[1]: " in e[1] or _message(e[1]) not in messages], mine)


def all_entries(host: Host) -> list[Entry]:
    """Everything: the syslog and what services wrote to their outputs."""
    parts = [_timed(_lines(host, SYSLOG, 0))]
    for file in host.list(FOLDER):
        if file.endswith(".log"):
            unit = file.removesuffix(".log").rpartition(".")[0]
            parts.append(_timed(_lines(host, f"{FOLDER}/{file}", 0), f"{os.uname().nodename} {unit}: "))
    return merged(*parts)


def files(host: Host, unit: Unit | None) -> list[str]:
    """The files to watch for new entries."""
    if unit:
        return [host.at(path) for path in (f"{FOLDER}/{unit.name}.log", *_syslogs(unit))]
    return [host.at(path) for path in (SYSLOG, *(f"{FOLDER}/{f}" for f in host.list(FOLDER)))]


def merged(*parts: list[Entry]) -> list[Entry]:
    return sorted((entry for part in parts for entry in part), key=lambda entry: entry[0])


def shown(entry: Entry) -> str:
    """As journalctl prints it: `Nov 23 02:05:12 HOST TAG: TEXT`."""
    stamp, text = entry
    if not stamp:
        return text
    return f"{MONTHS[int(stamp[5:7]) - 1]} {stamp[8:10]} {stamp[11:19]} {text}"


def _syslogs(unit: Unit) -> tuple[str, ...]:
    return SYSLOG, f"/var/log/{unit.prefix}/{unit.prefix}.log"  # the second: FRR's, by rsyslog


def _lines(host: Host, path: str, tail: int) -> list[str]:
    try:
        with open(host.at(path), "rb") as file:
            size = os.fstat(file.fileno()).st_size
            if tail and size > tail:
                file.seek(size - tail)
                file.readline()
            return file.read().decode(errors="replace").splitlines()
    except OSError:
        return []


def _timed(lines: list[str], plain_head: str = "") -> list[Entry]:
    """Lines with their times; one without a time has that of the line before it."""
    found: list[Entry] = []
    stamp = ""
    for line in lines:
        has_time = line[:4].isdigit() and line[4:5] == "-" == line[7:8] and line[10:11] in ("T", " ")
        if has_time and line[5:7] <= "12" and "|" not in line.partition(" ")[0]:  # OVS: 2026-11-23T06:21:34Z|00001|…
            stamp = line[:10] + "T" + line[11:26].partition(" ")[0]
            text = line.partition(" ")[2] if line[10] == "T" else plain_head + line
        else:
            text = plain_head + line
        found.append((stamp, text))
    return found


def _programs(unit: Unit) -> list[str]:
    """The programs of the unit and its own name, the likeliest to log first."""
    found = [command.words[0].rpartition("/")[2] for command in unit.commands("ExecStart")]
    return [*(name for name in found if name not in WRAPPERS), unit.stem, unit.prefix]


def _tags(host: Host, unit: Unit) -> list[str]:
    """The names the unit's daemons log under."""
    found = _programs(unit)
    for command in unit.commands("ExecStart"):
        folder = command.words[0].rpartition("/")[0]
        if folder and folder not in COMMON:
            found += host.list(folder)  # a directory of its own, such as /usr/lib/frr
    if pid_name := unit.get("Service.PIDFile").rpartition("/")[2].removesuffix(".pid"):
        found.append(pid_name)  # `dhcrelay` for isc-dhcp-relay
    return found


def _is_of(text: str, tags: set[str]) -> bool:
    """Whether `HOST TAG[PID]: TEXT` has one of the tags (or one with a suffix: dnsmasq-dhcp)."""
    tag = text.partition(" ")[2].partition(":")[0].partition("[")[0]
    return tag in tags or tag.rpartition("-")[0] in tags


def _message(text: str) -> str:
    return text.partition(": ")[2].strip()
