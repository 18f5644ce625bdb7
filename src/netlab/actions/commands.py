"""The commands of a topology (`exec`, `stages`, a stand-in's `cmd`) and of an author, run on nodes that are up."""

import shlex
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from netlab.actions.bench import Bench
from netlab.actions.events import CommandRuns, CommandSaid, OnEvent
from netlab.command import Command
from netlab.errors import RuntimeFailure
from netlab.topology import Node

PATIENCE = 120.0
LOG = "/var/log/cmd.log"
_DETACH = f'exec setsid "$@" </dev/null >{LOG} 2>&1 &'
# As Docker's `user`: a number need not be anybody's on the node, and belongs to the group 0 then.
_DETACH_AS = f"""user=$1 group=$2; shift 2
case $user in *[!0-9]*) id "$user" >/dev/null || exit 1 ;; esac
: "${{group:=$(id -g "$user" 2>/dev/null || echo 0)}}"
home=$(getent passwd "$user" | cut -d: -f6)
HOME=${{home:-/}} setpriv --reuid="$user" --regid="$group" --clear-groups true || exit 1
HOME=${{home:-/}} exec setsid setpriv --reuid="$user" --regid="$group" --clear-groups "$@" </dev/null >{LOG} 2>&1 &"""


@dataclass(frozen=True, slots=True)
class Failure:
    """A command that did not end with exit code 0; `output` is what it said."""

    node: str
    command: str
    output: str
    code: int | None


def run(bench: Bench, names: Collection[str], on_event: OnEvent) -> list[Failure]:
    """Run what the topology says on these nodes, node after node; go on after a failure, and return them all."""
    nodes = sorted((bench.topology.nodes[name] for name in names), key=lambda node: node.turn)
    found = [_run(bench, node, *command, on_event) for node in nodes for command in _commands(node)]
    return [failure for failure in found if failure]


def count(bench: Bench) -> int:
    return sum(len(list(_commands(node))) for node in bench.topology.nodes.values())


def _commands(node: Node) -> Iterator[tuple[str, list[str]]]:
    """Each as it is written, and as it is run."""
    if node.background:
        words = shlex.split(node.background)
        own = ["sh", "-c", _DETACH, "sh"] if not node.user else ["sh", "-c", _DETACH_AS, "sh", *_who(node.user)]
        yield node.background, [*own, *words]
    yield from ((command, shlex.split(command)) for command in node.runs)


def must(bench: Bench, commands: Iterable[Command], source: str) -> None:
    """Run what an author has written in `source`; raises RuntimeFailure at the first that fails."""
    for one in commands:
        done = bench.runtime.exec(one.node, one.run)
        if not done.ok:
            raise RuntimeFailure(f"{one} failed: {done.complaint}.", f"Correct {source}.")


def _who(user: str) -> list[str]:
    """`user:group` as two words; the group may be empty."""
    name, _, group = user.partition(":")
    return [name, group]


def _run(bench: Bench, node: Node, command: str, argv: list[str], on_event: OnEvent) -> Failure | None:
    on_event(CommandRuns(node.name, command))
    try:
        done = bench.runtime.exec(node.name, argv, timeout=PATIENCE)
    except TimeoutError:
        return Failure(node.name, command, f"it did not end within {PATIENCE:g} s", None)
    if not done.ok:
        return Failure(node.name, command, done.stderr.strip() or done.stdout.strip(), done.code)
    if output := "\n".join(text for text in (done.stdout.strip("\n"), done.stderr.strip("\n")) if text):
        on_event(CommandSaid(node.name, command, output))
    return None
