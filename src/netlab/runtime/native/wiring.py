"""Cables as `ip -batch` lines: one process for any number of links."""

import hashlib
import subprocess
from collections.abc import Iterable
from ipaddress import IPv4Network
from typing import Any

BRIDGE = "mgmt"
ALIAS = "netlab:"  # an interface keeps its alias when a learner renames it
Plan = dict[str, Any]


def mac(node: str, interface: str) -> str:
    """The burned-in address of an interface: the same on every machine and after every power cycle."""
    tail = hashlib.sha256(f"{node}:{interface}".encode()).digest()[:3]
    return ":".join(["aa", "c1", "ab", *(f"{octet:02x}" for octet in tail)])


def pod_lines(subnet: str) -> list[str]:
    """The management bridge, with the first address of its subnet."""
    network = IPv4Network(subnet)
    return [
        "link set lo up",
        f"link add {BRIDGE} address {mac('pod', BRIDGE)} type bridge",
        f"addr add {network[1]}/{network.prefixlen} dev {BRIDGE}",
        f"link set {BRIDGE} up",
    ]


def mgmt_lines(node: str, number: int) -> list[str]:
    """A node's management port. Isolated: nodes reach the grader there, never one another."""
    port = f"{BRIDGE}{number}"
    return [
        f"link add {port} type veth peer name eth0 netns {node}",
        f"link set {port} master {BRIDGE} up",
        f"link set {port} type bridge_slave isolated on",
    ]


def link_lines(links: Iterable[list[list[str]]]) -> list[str]:
    """Cables made straight into the two nodes' network namespaces."""
    return [f"link add {one} netns {a} type veth peer name {other} netns {b}" for (a, one), (b, other) in links]


def node_lines(plan: Plan) -> list[str]:
    """Inside a node: loopback and every cabled interface up with its own MAC, the management address on eth0."""
    lines = ["link set lo up", f"addr add {plan['mgmt']} dev eth0"]
    return lines + [factory_line(plan["name"], name) for name in ("eth0", *plan["interfaces"])]


def factory_line(node: str, interface: str) -> str:
    """An interface as it comes out of the box: its own MAC, the usual MTU, up."""
    return f"link set {interface} address {mac(node, interface)} mtu 1500 alias {ALIAS}{interface} up"


def ip(lines: list[str], *options: str) -> None:
    """Run the lines in one `ip -batch`; raises OSError with what ip says."""
    argv = ["ip", *options, "-batch", "-"]
    done = subprocess.run(argv, input="\n".join(lines), text=True, capture_output=True, check=False, timeout=60)
    if done.returncode:
        raise OSError(f"ip: {done.stderr.strip()}")
