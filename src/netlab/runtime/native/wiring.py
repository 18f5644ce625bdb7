"""Cables as `ip -batch` lines: one process for any number of links."""

import hashlib
import json
import subprocess
from collections.abc import Iterable
from typing import Any

BRIDGE = "mgmt"
ALIAS = "netlab:"  # an interface keeps its alias when a learner renames it
PLAIN_SWITCH = "~switch"  # no cable can have this name
Plan = dict[str, Any]


def mac(node: str, interface: str) -> str:
    """The burned-in address of an interface: the same on every machine and after every power cycle."""
    tail = hashlib.sha256(f"{node}:{interface}".encode()).digest()[:3]
    return ":".join(["aa", "c1", "ab", *(f"{octet:02x}" for octet in tail)])


def pod_lines(mgmt: Plan) -> list[str]:
    """The management bridge, with the gateway's addresses."""
    return [
        "link set lo up",
        f"link add {BRIDGE} address {mac('pod', BRIDGE)} type bridge",
        *(f"addr add {address} dev {BRIDGE}{_at_once(address)}" for address in mgmt["addresses"]),
        f"link set {BRIDGE} mtu {mgmt['mtu']} up",
    ]


def mgmt_lines(node: str, number: int, mgmt: Plan | None) -> list[str]:
    """A node's management port. Apart: nodes reach the grader there, never one another."""
    if mgmt is None:
        return []
    port = f"{BRIDGE}{number}"
    return [
        f"link add {port} mtu {mgmt['mtu']} type veth peer name eth0 netns {node}",
        f"link set {port} master {BRIDGE} up",
        *([f"link set {port} type bridge_slave isolated on"] if mgmt["apart"] else []),
    ]


def link_lines(links: Iterable[list[list[str]]]) -> list[str]:
    """Cables made straight into the two nodes' network namespaces."""
    return [f"link add name {one} netns {a} type veth peer name {other} netns {b}" for (a, one), (b, other) in links]


def node_lines(plan: Plan) -> list[str]:
    """Inside a node: loopback and every cabled interface up with its own MAC and addresses, management on eth0."""
    lines, mgmt = ["link set lo up"], plan["mgmt"]
    if mgmt:
        lines.append(factory_line(plan["name"], "eth0", mgmt))
        lines += [f"addr add {address} dev eth0{_at_once(address)}" for address in mgmt["addresses"]]
        lines += [f"route add default via {gateway} dev eth0" for gateway in mgmt["routes"]]
    for name in plan["interfaces"]:
        made = plan["factory"][name]
        lines.append(factory_line(plan["name"], name, made))
        lines += [f"addr add {address} dev {name}{_at_once(address)}" for address in made["addresses"]]
    return lines


def factory_line(node: str, interface: str, made: Plan) -> str:
    """An interface as it comes out of the box: its own MAC and MTU, up."""
    address = made.get("mac") or mac(node, interface)
    return f"link set dev {interface} address {address} mtu {made['mtu']} alias {ALIAS}{interface} up"


def _at_once(address: str) -> str:
    """An IPv6 address is used at once: nobody else in a lab's factory settings can have it."""
    return " nodad" if ":" in address else ""


def passive_lines(name: str, interfaces: Iterable[str], plan: Plan) -> list[str]:
    """A place for cables without processes: a bridge that joins them, or where dummy links end."""
    bridge = name in plan["bridges"]
    lines = [f"link add name {PLAIN_SWITCH} type bridge", f"link set dev {PLAIN_SWITCH} up"] if bridge else []
    return lines + [line for interface in interfaces for line in passive_port_lines(name, interface, plan)]


def passive_port_lines(name: str, interface: str, plan: Plan) -> list[str]:
    joined = [f"link set dev {interface} master {PLAIN_SWITCH}"] if name in plan["bridges"] else []
    quiet = f"link set dev {interface} addrgenmode none"
    return [*joined, quiet, factory_line(name, interface, plan["factory"][name][interface])]


def cables(node: str) -> dict[str, str]:
    """A node's cabled interfaces: the name on the plan (kept as the alias), and the name they go by now."""
    argv = ["ip", "-n", node, "-json", "link"]
    done = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=10)
    marked = {entry["ifname"]: entry.get("ifalias", "") for entry in json.loads(done.stdout)}
    return {alias.removeprefix(ALIAS): now for now, alias in marked.items() if alias.startswith(ALIAS)}


def ip(lines: list[str], *options: str) -> None:
    """Run the lines in one `ip -batch`; raises OSError with what ip says."""
    if not lines:
        return
    argv = ["ip", *options, "-batch", "-"]
    done = subprocess.run(argv, input="\n".join(lines), text=True, capture_output=True, check=False, timeout=60)
    if done.returncode:
        raise OSError(f"ip: {done.stderr.strip()}")
