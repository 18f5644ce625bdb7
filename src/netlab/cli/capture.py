"""The command `netlab capture`: packets of a node, on the terminal, in a file, or to Wireshark."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from netlab.cli.complete import complete_interface
from netlab.cli.entry import open_context
from netlab.cli.help import Command
from netlab.cli.options import JsonOption, LabOption, NodeArgument, PlainOption
from netlab.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from netlab.actions.capture import Captured, Wanted
    from netlab.cli.screen import Screen

STREAM = "-"


def register(app: typer.Typer) -> None:
    app.command(cls=Command)(capture)


def capture(
    node: NodeArgument,
    interface: Annotated[
        str,
        typer.Argument(metavar="INTERFACE", help="One of the node's, or `any`.", autocompletion=complete_interface),
    ],
    filter_: Annotated[
        list[str] | None, typer.Argument(metavar="FILTER", help="As tcpdump has it: icmp, port 67, host 192.0.2.1.")
    ] = None,
    write: Annotated[
        str | None,
        typer.Option("-w", "--write", metavar="FILE", help="Write pcap to FILE; - is stdout, for Wireshark."),
    ] = None,
    count: Annotated[
        int | None, typer.Option("-c", "--count", metavar="N", min=1, help="End after so many packets.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite FILE.")] = False,
    lab: LabOption = None,
    json: JsonOption = False,
    plain: PlainOption = False,
) -> None:
    """Show the packets at an interface as they come.

    Ctrl-C ends it.

    \b
    netlab capture r1 eth1                             read along here
    netlab capture r1 eth1 -w r1.pcap port 67          a file of yours, for later
    netlab capture r1 eth1 -w - | wireshark -k -i -    live in Wireshark

    It is the image's own tcpdump, whatever has become of the node's. Ctrl-C and a reader that goes away (Wireshark
    closed, `| head`) are a good end: exit code 0. When the node is switched off or restarted it is 9.
    """  # noqa: D301 - the control character tells click to keep the lines below it as they are
    from netlab.actions.capture import Wanted, check, check_target
    from netlab.actions.capture import capture as carry_out

    to_stdout = write in (None, STREAM)
    target = None if to_stdout else Path(write or "")
    _check_words(write, json=json, force=force)
    context = open_context(json=json or to_stdout, plain=plain)
    bench = context.bench(lab)
    wanted = Wanted(bench.node(node).name, interface, filter_ or (), count, pcap=write is not None)
    if target:
        check_target(target, replace=force)
    check(bench, wanted)
    captured = carry_out(
        bench,
        wanted,
        target,
        on_listening=lambda: context.screen.aside(f"Capturing on {node} {interface}. Ctrl-C ends it."),
        on_count=_counter(context.screen, wanted) if target else lambda _: None,
    )
    _tell(context.screen, wanted, target, captured)


def _check_words(write: str | None, *, json: bool, force: bool) -> None:
    if write == STREAM and sys.stdout.isatty():
        raise UsageError("`-w -` writes raw packets, which a terminal cannot show.", "Pipe it: … | wireshark -k -i -")
    if write in (None, STREAM) and (json or force):
        raise UsageError("--json and --force need a file to write to.", "Add -w FILE.")


def _counter(screen: Screen, wanted: Wanted) -> Callable[[int], None]:
    shown = 0.0

    def count(packets: int) -> None:
        nonlocal shown
        if time.monotonic() - shown > 0.1:  # noqa: PLR2004 - seconds: more often nobody can read
            shown = time.monotonic()
            screen.live(f"{packets} packets    {wanted.node} {wanted.interface}")

    return count


def _tell(screen: Screen, wanted: Wanted, target: Path | None, captured: Captured) -> None:
    packets = f"{captured.packets} packet{'s' * (captured.packets != 1)}"
    lost = f"; {captured.lost} more were lost, this computer was too busy" if captured.lost else ""
    if screen.json and target:
        facts = {"node": wanted.node, "interface": wanted.interface, "file": str(target)}
        screen.data(facts | {"packets": captured.packets, "lost": captured.lost})
    elif target:
        screen.say(f"Wrote {packets} to {target}{lost}.")
    else:
        screen.aside(f"{packets} captured{lost}.")
