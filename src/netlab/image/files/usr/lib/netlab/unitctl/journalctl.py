"""The command line of journalctl."""

import os
import sys
import time
from collections.abc import Iterator

from unitctl import journal
from unitctl.find import load
from unitctl.unit import Host, Unit

IGNORED = (
    "--no-pager", "--all", "--boot", "--catalog", "--full", "--no-hostname", "--no-full", "--pager-end",
)  # fmt: skip
LETTERS = "fxebrqaklh"
LONG = {"--follow": "f", "--reverse": "r", "--quiet": "q", "--dmesg": "k", "--help": "h"}
VALUED = {
    "-u": "unit", "--unit": "unit", "-n": "lines", "--lines": "lines", "-o": "output",
    "--output": "output", "-g": "grep", "--grep": "grep", "-t": "tag", "--identifier": "tag",
    "-S": "since", "--since": "since", "-U": "until", "--until": "until",
}  # fmt: skip
USAGE = """journalctl [OPTIONS...]

netlab's small journal; it knows these options of systemd:
  -u UNIT  only this service (repeatable)     -n N  only the last N lines
  -f       follow                             -r    newest first
  -g TEXT  only lines matching the pattern    -t TAG  only lines of this program
  -S TIME  only since then ("10 min ago", today, 09:30, "2026-11-23 09:30")
  -U TIME  only until then
  -e -x -b --no-pager  accepted"""

Span = tuple[str, str]  # from when, until when; empty: no limit


class Query:
    """A parsed command line."""

    def __init__(self, args: list[str]) -> None:
        self.flags: set[str] = set()
        self.values: dict[str, list[str]] = {}
        rest = iter(args)
        for arg in rest:
            self._take(arg, rest)

    def _take(self, arg: str, rest: Iterator[str]) -> None:
        option, has_value, value = arg.partition("=")
        if arg.startswith("--"):
            if option in VALUED:
                self._add(VALUED[option], value if has_value else next(rest, ""))
            elif option in LONG:
                self.flags.add(LONG[option])
            elif option not in IGNORED:
                raise ValueError(_refusal(option))
            return
        if not arg.startswith("-"):
            if "lines" in self.values and self.values["lines"][-1] == "" and arg.isdigit():
                self.values["lines"][-1] = arg
                return
            raise ValueError(f"Failed to add match '{arg}': only -u UNIT is known here.")
        for place, letter in enumerate(arg[1:], 1):
            if "-" + letter in VALUED:
                given = arg[place + 1 :] or ("" if letter == "n" else next(rest, ""))
                self._add(VALUED["-" + letter], given)
                return
            if letter not in LETTERS:
                raise ValueError(_refusal(f"-{letter}"))
            self.flags.add(letter)

    def moment(self, key: str) -> str:
        """The time given with --since or --until, as entries have it; nothing if none was given."""
        if key not in self.values:
            return ""
        from unitctl.when import stamp

        return stamp(self.values[key][-1])

    def _add(self, key: str, value: str) -> None:
        self.values.setdefault(key, []).append(value)

    @property
    def lines(self) -> int:
        """How many lines to show; 0 for all."""
        given = self.values.get("lines", [""])[-1]
        if given.isdigit():
            return int(given)
        return 10 if given != "all" and ("f" in self.flags or "lines" in self.values) else 0


def _refusal(option: str) -> str:
    from unitctl import absent

    return absent.option(option)


def main(args: list[str], root: str = "/") -> int:
    host = Host(root)
    try:
        query = Query(args)
        span = query.moment("since"), query.moment("until")
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    if "h" in query.flags:
        print(USAGE)
        return 0
    units = [load(host, name) for name in query.values.get("unit", [])]
    try:
        found = _print_past(host, query, units, span)
        if "f" in query.flags:
            _follow(host, query, units, span, found)
    except (KeyboardInterrupt, BrokenPipeError):
        os.dup2(os.open("/dev/null", os.O_WRONLY), 1)
    return 0


def _select(host: Host, query: Query, units: list[Unit], span: Span) -> list[str]:
    if "k" in query.flags:
        return []
    chosen = (journal.entries(host, unit) for unit in units)
    entries = journal.merged(*chosen) if units else journal.all_entries(host)
    since, until = span
    entries = [entry for entry in entries if since <= entry[0] and (not until or entry[0] <= until)]
    brief = "cat" in query.values.get("output", [])
    lines = [text.partition(": ")[2] if brief else journal.shown((stamp, text)) for stamp, text in entries]
    return [line for line in lines if _wanted(line, query)]


def _wanted(line: str, query: Query) -> bool:
    for pattern in query.values.get("grep", []):
        import re

        if not re.search(pattern, line, 0 if pattern != pattern.lower() else re.IGNORECASE):
            return False
    tags = query.values.get("tag", [])
    return not tags or any(f" {tag}[" in line or f" {tag}:" in line for tag in tags)


def _print_past(host: Host, query: Query, units: list[Unit], span: Span) -> int:
    """Print what there is; how many lines there are."""
    lines = _select(host, query, units, span)
    chosen = lines[-query.lines :] if query.lines else lines
    if chosen:
        print(*(reversed(chosen) if "r" in query.flags else chosen), sep="\n", flush=True)
    elif "q" not in query.flags and "f" not in query.flags:
        print("-- No entries --")
    return len(lines)


def _follow(host: Host, query: Query, units: list[Unit], span: Span, shown: int) -> None:
    """Print new lines as they come."""
    sizes: dict[str, int] = {}
    while True:
        before, sizes = sizes, _sizes(host, units)
        if sizes != before:
            lines = _select(host, query, units, span)
            new = lines[shown:] if len(lines) >= shown else lines
            if new:
                print(*new, sep="\n", flush=True)
            shown = len(lines)
        time.sleep(0.25)


def _sizes(host: Host, units: list[Unit]) -> dict[str, int]:
    found: dict[str, int] = {}
    watched: list[Unit | None] = [*units] or [None]
    for unit in watched:
        for path in journal.files(host, unit):
            if os.path.exists(path):
                found[path] = os.path.getsize(path)
    return found
