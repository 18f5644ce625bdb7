"""For which container images the node image can stand in: those that are routers, hosts or network tools.

An image made for one service (Prometheus, a web shop) is not replaced in silence by a node that lacks it.
"""

import re

FAMILIES = (
    *("frr", "frrouting", "quagga", "bird", "netlab", "node"),
    *("alpine", "debian", "ubuntu", "busybox", "fedora", "centos", "rockylinux", "almalinux", "linux", "bash"),
    *("multitool", "network-multitool", "net-tools", "nettools", "netshoot", "toolbox", "tools", "host", "client"),
    *(
        "iperf",
        "iperf3",
        "tcpdump",
        "dnsmasq",
        "bind9",
        "unbound",
        "nginx",
        "kea",
        "openssh-server",
        "ovs",
        "openvswitch",
    ),
)
_PARTS = re.compile(r"[-_.]")


def repository(image: str) -> str:
    """`quay.io/frrouting/frr:10.5` is `frr`."""
    last = image.partition("@")[0].rpartition("/")[2]
    return last.partition(":")[0].lower()


def fits(image: str) -> bool:
    """Can the node image take its place? A topology that names none gets it anyway."""
    name = repository(image)
    return not image or name in FAMILIES or any(part in FAMILIES for part in _PARTS.split(name))


def is_frr(image: str, targets: list[str]) -> bool:
    """FRR starts by itself on such a node: its image does that, or its configuration is put in place."""
    return "frr" in image.lower() or any(target.startswith("/etc/frr/") for target in targets)
