"""What commands on nodes have printed, short, under the name of the node."""

from collections.abc import Iterator

from netlab.report.paint import clean

HEAD = 12
_SHOWN = 6


def output_lines(node: str, command: str, output: str) -> Iterator[str]:
    """The command, and the first lines of what it printed."""
    yield clean(f"{node:<{HEAD}} {command.replace(chr(10), ' ')}")
    lines = output.splitlines()
    shown = lines if len(lines) <= _SHOWN else lines[: _SHOWN - 1]
    yield from (clean(f"{'':<{HEAD}}   {line.expandtabs()}") for line in shown)
    if len(lines) > len(shown):
        yield f"{'':<{HEAD}}   … and {len(lines) - len(shown)} more lines"
