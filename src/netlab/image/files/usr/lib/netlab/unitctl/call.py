"""The command line of systemctl, parsed."""

import sys

from unitctl.errors import JobError
from unitctl.unit import Host

FLAGS = {
    "-q": "quiet", "--quiet": "quiet", "--now": "now", "-a": "all", "--all": "all",
    "--value": "value", "-f": "force", "--failed": "failed", "--version": "version",
    "-h": "help", "--help": "help",
}  # fmt: skip
VALUED = {
    "-p": "property", "--property": "property", "-P": "property", "-n": "lines", "--lines": "lines",
    "--state": "state", "-t": "type", "--type": "type", "-o": "output", "--output": "output",
    "-s": "signal", "--signal": "signal", "--kill-whom": "whom", "--kill-who": "whom",
}  # fmt: skip
IGNORED = (
    "-l", "--full", "--no-pager", "--system", "--no-block", "--no-legend", "--plain", "--force",
    "--runtime", "--no-ask-password", "--no-reload", "--no-warn", "--recursive", "-r", "--wait",
)  # fmt: skip


class Call:
    """A parsed command line."""

    __slots__ = ("flags", "host", "names", "values", "verb")

    def __init__(self, host: Host, args: list[str]) -> None:
        self.host = host
        self.flags: set[str] = set()
        self.values: dict[str, list[str]] = {}
        words: list[str] = []
        rest = iter(args)
        for arg in rest:
            option, has_value, value = arg.partition("=") if arg.startswith("--") else (arg, "", "")
            if option in VALUED:
                given = value if has_value else next(rest, "")
                self.values.setdefault(VALUED[option], []).extend(given.split(","))
                if option == "-P":
                    self.flags.add("value")
            elif option in FLAGS:
                self.flags.add(FLAGS[option])
            elif option[:2] in ("-n", "-p", "-t") and option[2:]:
                self.values.setdefault(VALUED[option[:2]], []).append(option[2:])
            elif option.startswith("-") and option not in IGNORED:
                raise JobError(f"systemctl: unrecognized option '{arg}'")
            elif not option.startswith("-"):
                words.append(arg)
        self.verb = words[0] if words else "list-units"
        self.names = words[1:]

    def print(self, *lines: str) -> None:
        if "quiet" not in self.flags:
            print(*lines, sep="\n")

    def say(self, lines: list[str]) -> None:
        if lines and "quiet" not in self.flags:
            print(*lines, sep="\n", file=sys.stderr)
