"""The network namespaces of a pod's nodes, and whose they are."""

import fcntl
import os
import resource
from contextlib import suppress

from netlab.runtime.native import idmap
from netlab.runtime.native.namespaces import NETNS_DIR, mapped
from netlab.runtime.native.syscalls import CLONE_NEWNET, CLONE_NEWUSER, MS_BIND, mount, setns

_NS_GET_USERNS = 0xB701


def make_netns(name: str, processes: int) -> None:
    """A network namespace that stays for as long as the pod, under the name `ip netns` knows.

    It belongs to a user namespace of the node's own: were it the pod's, a node's root could make and remove
    interfaces in every network that a cable of it leads to, the management network among them (IFLA_TARGET_NETNSID,
    rtnetlink(7)). `processes`: what the lab may run in all, which a new user namespace takes over from its maker.
    """
    target = f"{NETNS_DIR}/{name}"
    with open(target, "x", encoding="ascii"):
        pass

    def hold(pid: int) -> None:
        idmap.write_same(pid)
        mount(f"/proc/{pid}/ns/net", target, flags=MS_BIND)

    before = resource.getrlimit(resource.RLIMIT_NPROC)
    resource.setrlimit(resource.RLIMIT_NPROC, (processes, before[1]))
    pid = mapped(CLONE_NEWNET, lambda: None, hold)
    resource.setrlimit(resource.RLIMIT_NPROC, before)
    if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]):
        raise OSError(f"node {name} could not be given a network")


def enter_owner(netns: str) -> None:
    """Enter the user namespace that owns a network namespace (ioctl_nsfs(2))."""
    with open(netns, "rb") as file:
        owner = fcntl.ioctl(file, _NS_GET_USERNS)
    setns(owner, CLONE_NEWUSER)
    os.close(owner)


def forward_nothing(proc: str) -> None:
    """For this process's network, which took IPv4 settings over from the host: Docker, say, makes that a router.

    `proc`: where a proc file system is mounted that may be written to.
    """
    for setting in ("ipv4/ip_forward", "ipv6/conf/all/forwarding"):
        with suppress(FileNotFoundError), open(f"{proc}/sys/net/{setting}", "w", encoding="ascii") as file:
            file.write("0")
