"""What the agent is told of a topology: plain data that goes to it as JSON."""

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from netlab.topology import BOOT, DANGLING, MGMT_INTERFACE, Endpoint, Link, Node, Topology

Plan = dict[str, Any]


def wiring(topology: Topology, images: Mapping[str, str]) -> Plan:
    """What holds for all nodes. `images`: the given images' digests and root file systems."""
    return {
        "links": [[[end.node, end.interface] for end in link] for link in topology.links],
        "factory": factories(topology),
        "passive": {name: topology.interfaces(name) for name in _passive(topology)},
        "bridges": list(topology.bridges),
        "images": dict(images),
        "mgmt": {
            "subnet": str(topology.mgmt),
            "addresses": [text for text in (_gateway(topology), _gateway6(topology)) if text],
            "mtu": topology.mgmt_mtu,
            "apart": not topology.open_mgmt,
        },
    }


def _passive(topology: Topology) -> list[str]:
    """Places for cables without processes: bridges, and where dummy links end."""
    return [*topology.bridges, *([DANGLING] if any(link.dummy for link in topology.links) else [])]


def _gateway(topology: Topology) -> str:
    return f"{topology.gateway or topology.mgmt[1]}/{topology.mgmt.prefixlen}"


def _gateway6(topology: Topology) -> str:
    return f"{topology.gateway6}/{topology.mgmt6.prefixlen}" if topology.mgmt6 and topology.gateway6 else ""


def factories(topology: Topology) -> dict[str, dict[str, Plan]]:
    """How the cabled interfaces come out of the box, by node and name."""
    made: dict[str, dict[str, Plan]] = {name: {} for name in [*topology.nodes, *_passive(topology)]}
    for link in topology.links:
        for end in link:
            made[end.node][end.interface] = _interface(link, end)
    return made


def _interface(link: Link, end: Endpoint) -> Plan:
    made = link.factory_of(end)
    return {"mtu": link.mtu, "mac": made.mac, "addresses": made.addresses}


def node(topology: Topology, name: str, keep: Sequence[str], factory: Plan) -> Plan:
    """One node. `keep` of "/" alone: its whole disk outlives a power cycle. `factory`: its own of `factories`."""
    one = topology.nodes[name]
    interfaces = list(factory)
    return {
        "name": name,
        "number": list(topology.nodes).index(name),
        "hostname": one.hostname or name,
        "image": one.rootfs,
        "mgmt": _mgmt(topology, one),
        "interfaces": interfaces,
        "cables": [*([MGMT_INTERFACE] if one.managed else []), *interfaces],
        "factory": factory,
        "env": dict(one.env),
        "sysctls": dict(one.sysctls),
        "argv": shlex.split(one.command),
        "boots": shlex.split(one.command)[:1] == [BOOT],
        "user": one.user,
        "directory": one.directory,
        "tmpfs": dict(one.tmpfs),
        "shm_size": one.shm_size,
        "wave": one.wave,
        "keep": list(keep),
    }


def _mgmt(topology: Topology, one: Node) -> Plan | None:
    """The management port, eth0; None for a node that has none."""
    if not one.managed:
        return None
    addresses = [str(one.mgmt), *([str(one.mgmt6)] if one.mgmt6 else [])]
    routes = [str(via) for via in (topology.gateway, topology.gateway6) if via] if topology.open_mgmt else []
    return {"addresses": addresses, "routes": routes, "mtu": topology.mgmt_mtu, "apart": not topology.open_mgmt}
