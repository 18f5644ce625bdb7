"""Make the topology that a file means from its nodes' merged settings and its sound links."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network

from netlab.topology import addresses, cables, order, rules
from netlab.topology.clabfile import ClabFile, LinkSpec
from netlab.topology.clabnode import Dns, NodeSpec
from netlab.topology.model import BOOT, LAB_MTU, SHM_SIZE, Node, Topology

CLAB_MTU = 9500
STAGES = ("create", "create-links", "configure", "healthy", "exit")
# As Docker, or containerlab for kind linux, sets them on every container.
CLAB_SYSCTLS = {"net.ipv4.ip_forward": "1", "net.ipv6.conf.all.disable_ipv6": "0"}


@dataclass(frozen=True, slots=True)
class Outfit:
    """What a node needs from this computer before it can boot (see `netlab.clab`)."""

    entrypoint: str | None = None
    command: str | None = None
    binds: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    env_files: tuple[str, ...] = ()
    dns: Dns | None = None
    aliases: tuple[str, ...] = ()


def outfit(spec: NodeSpec) -> Outfit:
    return Outfit(
        spec.entrypoint,
        spec.cmd,
        tuple(spec.binds or ()),
        tuple(spec.volumes or ()),
        tuple(spec.env_files or ()),
        spec.dns,
        tuple(spec.aliases or ()),
    )


def topology(
    file: ClabFile,
    specs: Mapping[str, NodeSpec],
    links: Mapping[int, LinkSpec],
    bridges: tuple[str, ...],
    *,
    as_lab: bool,
) -> Topology:
    """Nodes without an address left for them are left out; that is one of the problems named elsewhere."""
    pool4, pool6 = addresses.pool4(file), addresses.pool6(file)
    names, with_6 = list(specs), not as_lab or file.mgmt.ipv6_subnet is not None
    given4, given6 = pool4.addresses(names), pool6.addresses(names) if with_6 else {}
    waves, turns = _waves(specs), order.run_order(specs)
    nodes = {}
    for name in given4:
        node = (_lab_node if as_lab else _node)(name, specs[name])
        mgmt = IPv4Interface(f"{given4[name]}/{pool4.subnet.prefixlen}")
        mgmt6 = IPv6Interface(f"{given6[name]}/{pool6.subnet.prefixlen}") if name in given6 else None
        nodes[name] = replace(node, mgmt=mgmt, mgmt6=mgmt6, wave=waves[name], turn=turns.index(name))
    return Topology(
        name=file.name,
        nodes=nodes,
        links=tuple(cables.cable(number, link, LAB_MTU if as_lab else CLAB_MTU) for number, link in links.items()),
        mgmt=IPv4Network(pool4.subnet),
        bridges=bridges,
        mgmt6=IPv6Network(pool6.subnet) if with_6 else None,
        gateway=IPv4Address(pool4.gateway),
        gateway6=IPv6Address(pool6.gateway) if with_6 else None,
        mgmt_mtu=file.mgmt.mtu or LAB_MTU,
        open_mgmt=not as_lab,
    )


def _waves(specs: Mapping[str, NodeSpec]) -> Mapping[str, int]:
    try:
        return order.waves(specs)
    except order.CircleError:
        return dict.fromkeys(specs, 0)


def _lab_node(name: str, spec: NodeSpec) -> Node:
    return Node(
        name=name,
        mgmt=IPv4Interface("0.0.0.0/0"),
        image=spec.image or "",
        command=spec.cmd or BOOT,
        labels=spec.labels or {},
        env=spec.env or {},
        sysctls=spec.sysctls or {},
    )


def _node(name: str, spec: NodeSpec) -> Node:
    stages = spec.stages or {}
    said = [one for stage in STAGES if stage in stages for one in stages[stage].commands()]
    staged = [one.command for one in said if one.target == "container"]
    inside = {key: value for key, value in (spec.sysctls or {}).items() if rules.is_own_sysctl(key)}
    return replace(
        _lab_node(name, spec),
        command=BOOT,
        env={key: value for key, value in (spec.env or {}).items() if key != rules.IMPORT_ALL},
        sysctls=CLAB_SYSCTLS | inside,
        managed=spec.network_mode != "none",
        hostname=spec.hostname or "",
        user=spec.user or "",
        tmpfs=spec.tmpfs or {},
        shm_size=_shm(spec),
        runs=(*staged, *(spec.exec or ())),
    )


def _shm(spec: NodeSpec) -> int:
    try:
        return rules.size(spec.shm_size) if spec.shm_size else SHM_SIZE
    except ValueError:
        return SHM_SIZE
