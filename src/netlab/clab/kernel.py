"""`sysctls` that this computer's kernel does not have: found out before a node stumbles over one as it boots."""

from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path

from netlab import proc
from netlab.clab.reader import Reading
from netlab.topology import MGMT_INTERFACE, Node
from netlab.topology.merge import layers
from netlab.topology.problems import Problem

KERNEL = Path("/proc/sys")
_EVERYWHERE = ("all", "default", "lo")
_ROOTS = ("net", "kernel", "fs/mqueue")
_OF_INTERFACES = ("conf", "neigh")
_FIX = "Correct its name, load the kernel module that has it (sudo modprobe mpls_router for net.mpls), or remove it."


def problems(reading: Reading, node: Node) -> Iterator[Problem]:
    """Every setting of a node that its boot would fail on, wherever it stands in the file."""
    interfaces = [*([MGMT_INTERFACE] if node.managed else []), *reading.expansion.topology.interfaces(node.name)]
    for place, spec in layers(reading.file.topology, node.name):
        for name in sorted(set(spec.sysctls or {}) & set(node.sysctls)):
            text, fix = lacks(name, interfaces)
            if text:
                yield Problem(("topology", *place, "sysctls", name), text, fix)


def lacks(name: str, interfaces: Collection[str]) -> tuple[str, str]:
    """Why a node with these interfaces cannot have this setting, and what to do; twice nothing when it can."""
    parts = name.replace(".", "/").split("/")
    if len(parts) > 4 and parts[2] in _OF_INTERFACES:  # noqa: PLR2004 - net/ipv4/conf/eth1/forwarding
        if parts[3] not in {*_EVERYWHERE, *interfaces}:
            return f"there is no interface {parts[3]} on this node", f"It has: {', '.join(interfaces) or 'none'}."
        parts[3] = "lo"
    if f"{KERNEL}/{'/'.join(parts)}" in _settings():
        return "", ""
    if KERNEL.joinpath(*parts).exists():
        return "it is the whole computer's, and no network of a node has it", "Remove it."
    return "this computer's kernel has no such setting", _FIX


@cache
def _settings() -> frozenset[str]:
    """What a new network has; what this computer's own has where none can be made for once."""
    for new in (["unshare", "--map-root-user", "--net"], []):
        done = proc.run([*new, "find", *(str(KERNEL / part) for part in _ROOTS), "-type", "f"], timeout=20)
        if done.stdout:
            break
    return frozenset(done.stdout.splitlines())
