"""Look at a lab's cables, and change how they behave."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from netlab.actions.bench import Bench
from netlab.cable import Cable, End
from netlab.errors import UnknownNameError, UsageError, WrongStateError
from netlab.port import Change, Port
from netlab.topology import DANGLING, Endpoint


def cables(bench: Bench) -> Iterator[Cable]:
    """Every link of the lab, as its ends were set and as they are."""
    ports, known = bench.runtime.ports(), bench.runtime.alive()
    seen = bench.runtime.seen() if known else {}
    for link in bench.topology.links:
        cut = all(seen[end].cut for end in link if end in seen)
        ends = [
            End(
                "(dummy)" if end.node == DANGLING else str(end),
                ports.get(end, Port()),
                replace(seen[end], cut=cut) if end in seen else None,
                known,
            )
            for end in link
        ]
        yield Cable((ends[0], ends[1]))


def endpoint(bench: Bench, text: str) -> Endpoint:
    """`r1:eth1` as an end of a cable; raises UsageError or UnknownNameError with what there is."""
    name, colon, interface = text.partition(":")
    if not colon or not interface:
        raise UsageError(f"'{text}' is not one end of a link.", "Write NODE:INTERFACE, for example r1:eth1.")
    node = bench.node(name)
    there = bench.topology.interfaces(node.name)
    if interface not in there:
        raise UnknownNameError(f"{name} has no link on {interface}.", f"It has: {', '.join(there) or 'none'}.")
    return Endpoint(name, interface)


def change(bench: Bench, end: Endpoint, wanted: Change) -> None:
    """Change a link. The caller holds the run."""
    ports, far = bench.runtime.ports(), bench.topology.far_end(end)
    if far and far.node == DANGLING and any(wanted.cable.values()):
        message = f"{end} is a dummy: what it sends goes nowhere, so loss, rate and delay make no difference."
        raise UsageError(message, "Set one end of a link between two nodes; up, down and mtu work on a dummy, too.")
    changed = {end: wanted.near(ports.get(end, Port()))}
    if far and wanted.cable:
        changed[far] = wanted.far(ports.get(far, Port()))
    bench.runtime.set_ports(changed)


def require_permission(bench: Bench) -> None:
    """Raises WrongStateError when the lab keeps its links to itself."""
    if bench.run.has_lab and not bench.lab.link_control:
        raise WrongStateError(
            f"{bench.run.slug} does not let you change its links from outside.",
            "Work on the nodes: `ip link set eth1 down` on a node shuts a port there.",
        )


def ends(bench: Bench) -> Iterable[str]:
    """Every end of a cable as it is written."""
    return [str(end) for link in bench.topology.links for end in link]
