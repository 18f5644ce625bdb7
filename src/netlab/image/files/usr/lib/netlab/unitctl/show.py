"""What systemctl prints about units: status, show, cat and the lists."""

import sys
import time

from unitctl import install, journal, record
from unitctl.errors import outcome
from unitctl.find import load, unit_files
from unitctl.record import Status
from unitctl.unit import CONFIG, Host, Unit

COLOURS = {"active": "\033[0;1;32m", "failed": "\033[0;1;31m", "inactive": ""}
DOTS = {"active": "●", "failed": "\u00d7", "inactive": "○"}
TAIL = 100_000
NARROW = 15


def coloured(text: str, active: str) -> str:
    colour = COLOURS.get(active, "") if sys.stdout.isatty() else ""
    return f"{colour}{text}\033[0m" if colour else text


def status(host: Host, name: str, lines: int = 10) -> int:
    """Print the status of a unit; the exit code of `systemctl status`."""
    unit = load(host, name)
    if not unit.found:
        print(f"Unit {unit.name} could not be found.", file=sys.stderr)
        return 4
    now = Status(host, unit)
    print(coloured(DOTS.get(now.active, "○"), now.active), unit.title)
    for label, text in _facts(host, unit, now):
        print(f"{label:>11}: {text}" if label else f"{'':13}{text}")
    entries = journal.entries(host, unit, TAIL)[-lines:] if lines else []
    if entries:
        print("", *map(journal.shown, entries), sep="\n")
    return 0 if now.is_active else 3


def _facts(host: Host, unit: Unit, now: Status) -> list[tuple[str, str]]:
    if unit.masked:
        facts = [("Loaded", f"masked (Reason: Unit {unit.name} is masked.)")]
    else:
        facts = [("Loaded", f"loaded ({unit.path}; {install.state(host, unit.name)}; preset: disabled)")]
    if unit.dropins:
        folder = unit.dropins[0].rpartition("/")[0]
        facts += [
            ("Drop-In", folder),
            ("", "└─" + ", ".join(d.rpartition("/")[2] for d in unit.dropins)),
        ]
    facts.append(("Active", _activity(now)))
    facts += [("Docs", doc) for doc in unit.words("Unit.Documentation")[:1]]
    if now.active == "failed" and now.record.what and now.record.status:
        facts.append(("Process", f"{now.record.what} ({outcome(now.record.status)[1]})"))
    if now.main:
        facts.append(("Main PID", f"{now.main.pid} ({now.main.comm})"))
    members = now.members() if now.is_active else []
    if members:
        facts += [("Tasks", str(len(members))), ("CGroup", f"/system.slice/{unit.name}")]
    for process in members:
        tip = "└─" if process is members[-1] else "├─"
        facts.append(("", f"{tip}{process.pid} {process.command_line or process.comm}"))
    return facts


def _activity(now: Status) -> str:
    detail = now.sub
    if now.active == "failed":
        detail = f"Result: {now.record.result if now.record.result != 'success' else 'ended'}"
    text = coloured(f"{now.active} ({detail})", now.active)
    if not now.since:
        return text
    stamp = time.strftime("%a %Y-%m-%d %H:%M:%S %Z", time.localtime(now.since))
    return f"{text} since {stamp}; {ago(time.time() - now.since)} ago"


def ago(seconds: float) -> str:
    total = max(0, int(seconds))
    spans = [(86400, "d"), (3600, "h"), (60, "min"), (1, "s")]
    parts = []
    for size, unit in spans:
        if total >= size:
            parts.append(f"{total // size}{unit}")
            total %= size
    return " ".join(parts[:2]) or "0s"


def cat(host: Host, name: str) -> int:
    unit = load(host, name)
    if not unit.found:
        print(f"No files found for {unit.name}.", file=sys.stderr)
        return 1
    for path in (unit.path, *unit.dropins):
        print(f"# {path}", host.read(path) or "", sep="\n")
    return 0


def properties(host: Host, name: str) -> dict[str, str]:
    unit = load(host, name)
    now = Status(host, unit)
    load_state = "masked" if unit.masked else "loaded" if unit.found else "not-found"
    return {
        "Type": unit.kind, "PIDFile": record.pid_file(unit),
        "MainPID": str(now.main.pid if now.main else 0),
        "Result": now.record.result, "ExecMainStatus": str(now.record.status >> 8),
        "Id": unit.name, "Names": unit.name, "Description": unit.description,
        "LoadState": load_state, "ActiveState": now.active, "SubState": now.sub,
        "FragmentPath": unit.path, "DropInPaths": " ".join(unit.dropins),
        "UnitFileState": install.state(host, name) if unit.found else "",
        "CanStart": "yes" if unit.found and not unit.masked else "no",
        "CanReload": "yes" if unit.commands("ExecReload") else "no",
        "NeedDaemonReload": "no", "InvocationID": now.record.mark,
        "Requires": " ".join(unit.words("Unit.Requires")),
        "After": " ".join(unit.words("Unit.After")),
        "User": unit.get("Service.User"),
    }  # fmt: skip


def show(host: Host, name: str, wanted: list[str], *, only_values: bool) -> None:
    found = properties(host, name)
    for key in wanted or found:
        if key in found:
            print(found[key] if only_values else f"{key}={found[key]}")


def list_units(host: Host, patterns: list[str], states: list[str], *, every: bool) -> None:
    """The units that ran or are enabled (with `every`: all services), as a table."""
    rows = []
    for name in sorted(_candidates(host, every=every)):
        unit = load(host, name)
        now = Status(host, unit)
        chosen = {now.active, now.sub} & set(states) if states else every or now.active != "inactive"
        if unit.found and unit.name == name and chosen and _matches(name, patterns):
            dot = coloured("●", now.active) if now.active == "failed" else " "
            rows.append((dot, name, now.active, now.sub, unit.description))
    width = max([len(row[1]) for row in rows] + [NARROW])
    print(f"  {'UNIT':{width}} LOAD   ACTIVE   SUB     DESCRIPTION")
    for dot, name, active, sub, text in rows:
        print(f"{dot} {name:{width}} loaded {active:8} {sub:7} {text}")
    print(f"\n{len(rows)} loaded units listed.")


def _candidates(host: Host, *, every: bool) -> set[str]:
    """The services that may be worth listing; those with neither record nor link are not."""
    names = {"ssh.service", "rsyslog.service", *record.known(host)}
    for folder in host.list(CONFIG):
        if folder.endswith(".wants"):
            names.update(host.list(f"{CONFIG}/{folder}"))
    if every:
        names.update(unit_files(host))
    return {name for name in names if name.endswith(".service") and not name.endswith("@.service")}


def list_unit_files(host: Host, patterns: list[str], states: list[str]) -> None:
    rows = [(name, install.state(host, name)) for name in unit_files(host) if _matches(name, patterns)]
    rows = [row for row in rows if not states or row[1] in states]
    width = max([len(name) for name, _ in rows] + [NARROW])
    print(f"{'UNIT FILE':{width}} STATE    PRESET")
    for name, state in rows:
        print(f"{name:{width}} {state:8} disabled")
    print(f"\n{len(rows)} unit files listed.")


def _matches(name: str, patterns: list[str]) -> bool:
    from fnmatch import fnmatch

    return not patterns or any(fnmatch(name, p) or name == f"{p}.service" for p in patterns)
