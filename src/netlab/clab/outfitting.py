"""What lies on a node's disk before it first boots: names, keys, services, and the copies of bound files."""

import shlex

from netlab.clab import binds
from netlab.clab.blueprint import Blueprint
from netlab.topology import Node

WANTED = "etc/systemd/system/multi-user.target.wants"
_PREFIX = "clab"


def long_name(blueprint: Blueprint, node: str) -> str:
    """The name under which containerlab's users know a node outside of its lab."""
    prefix, lab = blueprint.reading.file.prefix, blueprint.topology.name
    if prefix == "":
        return node
    return f"{lab}-{node}" if prefix == "__lab-name" else f"{prefix or _PREFIX}-{lab}-{node}"


def hosts(blueprint: Blueprint, own: Node) -> str:
    """/etc/hosts: every node by its short and long name, and by its aliases.

    A node's own hostname must be there: daemons look it up, and would wait for DNS servers that a lab has not.
    """
    lines = ["127.0.0.1 localhost", "::1 localhost ip6-localhost ip6-loopback"]
    for name, node in blueprint.topology.nodes.items():
        if node.managed:
            names = [node.hostname or name, name, long_name(blueprint, name), *blueprint.outfit(name).aliases]
            addresses = [str(node.mgmt.ip), *([str(node.mgmt6.ip)] if node.mgmt6 else [])]
            lines += [f"{address} {' '.join(dict.fromkeys(names))}" for address in addresses]
    if not own.managed:
        lines.append(f"127.0.1.1 {own.hostname or own.name}")
    return "\n".join(lines) + "\n"


def resolv(blueprint: Blueprint, node: str) -> str:
    """/etc/resolv.conf; empty when the topology says nothing of it."""
    dns = blueprint.outfit(node).dns
    if dns is None:
        return ""
    lines = [f"nameserver {server}" for server in dns.servers]
    lines += [f"search {' '.join(dns.search)}"] if dns.search else []
    lines += [f"options {' '.join(dns.options)}"] if dns.options else []
    return "\n".join(lines) + "\n"


def texts(blueprint: Blueprint, node: Node) -> dict[str, str]:
    """Files that netlab writes on every node, given image or not."""
    files = {"etc/hostname": f"{node.hostname or node.name}\n", "etc/hosts": hosts(blueprint, node)}
    if not node.rootfs and node.env:
        exports = (f"export {name}={shlex.quote(value)}\n" for name, value in node.env.items() if name.isidentifier())
        files["etc/profile.d/topology-env.sh"] = "".join(exports)
    return files | ({"etc/resolv.conf": text} if (text := resolv(blueprint, node.name)) else {})


def links(node: Node) -> dict[str, str]:
    """Links on a node whose image the node image stands in for: enabled services, and a shell by busybox's name."""
    if node.rootfs:
        return {}
    enabled = {f"{WANTED}/{service}": f"/usr/lib/systemd/system/{service}" for service in node.services}
    return enabled | {"usr/bin/ash": "dash"}


def disk(blueprint: Blueprint, node: Node) -> bytes:
    """The tar that is unpacked into the node. Raises BindError."""
    volumes = [binds.volume(text) for text in blueprint.outfit(node.name).volumes]
    return binds.archive(blueprint.binds[node.name], volumes, links(node))
