"""What some labs ask of the kernel beyond pods themselves: each is tried in a network of its own that goes at once."""

from collections.abc import Iterable, Iterator
from typing import Final

from netlab import proc
from netlab.runtime.native.host import HostCheck, tun

_LINK: Final = "ip link add dev near type veth peer name far && ip link add {} && ip link set dev tried up"
TRIED: Final = {
    "netem": "ip link set lo up && tc qdisc add dev lo root netem delay 1ms",
    "8021q": _LINK.format("link near dev tried type vlan id 7"),
    "vrf": _LINK.format("dev tried type vrf table 10"),
    "dummy": _LINK.format("dev tried type dummy"),
    "bonding": _LINK.format("dev tried type bond"),
    "gre": _LINK.format("dev tried type gretap local 192.0.2.1 remote 192.0.2.2"),
    "wireguard": _LINK.format("dev tried type wireguard"),
    "mpls": "test -e /proc/sys/net/mpls",
}
_MODULES: Final = {"netem": "sch_netem", "gre": "ip_gre", "mpls": "mpls_router"}


def features(names: Iterable[str], agent: tuple[str, ...]) -> Iterator[HostCheck]:
    """One check for each name that a lab may put under `needs:`."""
    for name in names:
        yield tun() if name == "tun" else _tried(name, agent)


def _tried(name: str, agent: tuple[str, ...]) -> HostCheck:
    done = proc.run([*agent, "mapped", "/", "unshare", "--net", "sh", "-c", TRIED[name]], timeout=20)
    if done.ok:
        return HostCheck(name, ok=True, detail="this kernel has it", needed=False)
    module = _MODULES.get(name, name)
    fix = f"sudo modprobe {module}   (for good: echo {module} | sudo tee /etc/modules-load.d/netlab-{name}.conf)"
    return HostCheck(name, ok=False, detail="this kernel lacks it, or has not loaded it", fix=fix, needed=False)
