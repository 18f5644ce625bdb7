"""What the kernel itself says of a node, past every program on it: its interfaces, and who has which port open.

A learner is root on a node and may replace `ip` or `ss` there; nothing of that is asked here.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import IPv4Interface, IPv6Interface, ip_interface
from pathlib import Path
from typing import Any

from netlab.probe.failure import CannotLookError
from netlab.probe.inside import within
from netlab.runtime.native.syscalls import CLONE_NEWNET, setns

Interface = IPv4Interface | IPv6Interface
TIMEOUT = 10
_SOCKET = re.compile(r"socket:\[(\d+)\]")
_ANYWHERE = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"  # Debian's users go without; ip is there


def addresses(netns: str, node: str) -> dict[str, list[Interface]]:
    """The addresses of each interface, by the grader's own ip(8) in the node's network."""
    return {
        link["ifname"]: [
            ip_interface(f"{one['local']}/{one['prefixlen']}") for one in link["addr_info"] if "local" in one
        ]
        for link in _ip(netns, node, "address", "show")
        if link
    }


def links(netns: str, node: str) -> dict[str, dict[str, Any]]:
    """The interfaces by name, as ip-link(8) tells of them: `mtu`, `flags` and the rest."""
    return {link["ifname"]: link for link in _ip(netns, node, "link", "show")}


def routes(netns: str, node: str, version: int) -> list[dict[str, Any]]:
    """The routes of the main table, as ip-route(8) tells of them, numbers for names: `dst`, `gateway`, `dev`."""
    return _ip(netns, node, "-N", f"-{version}", "route", "show")


def setting(netns: str, node: str, name: str) -> str:
    """A setting of the network, such as net.ipv4.ip_forward (sysctl(8))."""
    path = Path("/proc/sys") / name.replace(".", "/")
    try:
        return within(netns, lambda: path.read_text("ascii").strip())
    except OSError as wrong:
        raise CannotLookError(f"netlab cannot read {name} of {node}") from wrong


def _ip(netns: str, node: str, *words: str) -> list[dict[str, Any]]:
    program = shutil.which("ip", path=_ANYWHERE) or "ip"
    try:
        done = subprocess.run(
            [program, "-json", *words],
            preexec_fn=lambda: setns(netns, CLONE_NEWNET),
            capture_output=True, check=True, timeout=TIMEOUT,
        )  # fmt: skip
        found: list[dict[str, Any]] = json.loads(done.stdout or b"[]")
    except (OSError, ValueError, subprocess.SubprocessError) as wrong:
        raise CannotLookError(f"netlab cannot read the interfaces of {node}") from wrong
    return found


def listeners(pid: int, protocol: str, port: int) -> dict[int, str]:
    """The processes that have a port open, by pid: the name each gives itself.

    `pid`: of a process of the node, as the host counts. `protocol`: `udp` or `tcp`, of either IP version. Raises
    CannotLookError when the node is gone, or a socket's owner cannot be found.
    """
    try:
        wanted = {inode for kind in (protocol, f"{protocol}6") for inode in _open_sockets(pid, kind, port)}
        holders = {holder: name for holder, name, inode in _holders(pid) if inode in wanted}
    except OSError as gone:
        raise CannotLookError("netlab cannot read who listens there") from gone
    return holders


def _open_sockets(pid: int, kind: str, port: int) -> Iterator[str]:
    """Inodes of the sockets on a local port (proc_pid_net(5)); for TCP those that listen, state 0A."""
    for line in Path(f"/proc/{pid}/net/{kind}").read_text("ascii").splitlines()[1:]:
        fields = line.split()
        listens = kind.startswith("udp") or fields[3] == "0A"
        if listens and int(fields[1].rpartition(":")[2], 16) == port:
            yield fields[9]


def _holders(pid: int) -> Iterator[tuple[int, str, str]]:
    """Process, its name, and the inode of a socket it holds: for all processes in that one's network."""
    network = Path(f"/proc/{pid}/ns/net").readlink()
    for process in Path("/proc").glob("[1-9]*"):
        with suppress(OSError):  # it has ended meanwhile, or is not a node's
            if (process / "ns/net").readlink() == network:
                name = (process / "comm").read_text("utf-8", "replace").strip()
                yield from ((int(process.name), name, inode) for inode in _sockets(process))


def _sockets(process: Path) -> Iterator[str]:
    for descriptor in (process / "fd").iterdir():
        with suppress(OSError):
            if found := _SOCKET.fullmatch(str(descriptor.readlink())):
                yield found[1]
