"""Boot one node inside a pod: namespaces of its own on an overlay of the image."""

import os
import socket
from typing import Any

from netlab.runtime.native.namespaces import IMAGE, NETNS_DIR, NODES, child
from netlab.runtime.native.syscalls import (
    CLONE_NEWIPC,
    CLONE_NEWNET,
    CLONE_NEWNS,
    CLONE_NEWPID,
    CLONE_NEWUTS,
    MS_BIND,
    MS_NODEV,
    MS_NOEXEC,
    MS_NOSUID,
    MS_PRIVATE,
    MS_RDONLY,
    MS_REC,
    mount,
    pivot_root,
    setns,
    unmount,
    unshare,
)
from netlab.runtime.native.wiring import ip, node_lines

Plan = dict[str, Any]
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty", "net/tun")
_QUIET = MS_NOSUID | MS_NODEV | MS_NOEXEC


def root_of(name: str) -> str:
    return f"{NODES}/{name}/root"


def mount_root(name: str) -> None:
    """The node's root: image below, start files over it, what the node writes on top."""
    home = f"{NODES}/{name}"
    for part in ("upper", "work", "root"):
        os.makedirs(f"{home}/{part}", exist_ok=True)
    lower = f"{home}/start:{IMAGE}"
    options = f"userxattr,lowerdir={lower},upperdir={home}/upper,workdir={home}/work"
    mount("overlay", root_of(name), "overlay", options=options)


def unmount_root(name: str) -> None:
    if os.path.ismount(root_of(name)):
        unmount(root_of(name))


def make_netns(name: str) -> None:
    """A network namespace that stays for as long as the pod, under the name `ip netns` knows."""
    unshare(CLONE_NEWNET)
    target = f"{NETNS_DIR}/{name}"
    with open(target, "x", encoding="ascii"):
        pass
    mount("/proc/self/ns/net", target, flags=MS_BIND)


def boot(plan: Plan) -> int:
    """Start the node; returns its init's pid on the host. Its root must be mounted and its cables there."""
    reader, writer = os.pipe()
    log = os.open(f"{NODES}/{plan['name']}/boot.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)

    def init() -> None:
        os.setsid()
        os.write(writer, os.readlink("/proc/self").encode())
        _enter_root(plan["name"])
        _become_init(plan, log)

    def outer() -> None:
        setns(f"{NETNS_DIR}/{plan['name']}", CLONE_NEWNET)
        ip(node_lines(plan))
        unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC)
        child(init)

    outer_pid = child(outer)
    os.close(writer)
    os.close(log)
    with os.fdopen(reader) as answer:
        line = answer.readline()
    os.waitpid(outer_pid, 0)
    if not line:
        raise OSError(f"node {plan['name']} could not be started")
    return int(line)


def _enter_root(name: str) -> None:
    root = root_of(name)
    mount("none", "/", flags=MS_REC | MS_PRIVATE)
    mount("proc", f"{root}/proc", "proc", _QUIET)
    mount("sysfs", f"{root}/sys", "sysfs", _QUIET | MS_RDONLY)
    mount("run", f"{root}/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=64m")
    _make_dev(f"{root}/dev")
    os.chdir(root)
    pivot_root(".", ".")
    unmount(".")
    os.chdir("/")


def _make_dev(dev: str) -> None:
    mount("dev", dev, "tmpfs", MS_NOSUID, "mode=755,size=64k")
    for folder in ("pts", "shm", "net"):
        os.mkdir(f"{dev}/{folder}")
    for device in _DEVICES:
        if os.path.exists(f"/dev/{device}"):
            with open(f"{dev}/{device}", "x", encoding="ascii"):
                pass
            mount(f"/dev/{device}", f"{dev}/{device}", flags=MS_BIND)
    mount("devpts", f"{dev}/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620,gid=5")
    mount("shm", f"{dev}/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777,size=64m")
    links = {"ptmx": "pts/ptmx", "fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2"}
    for name, target in links.items():
        os.symlink(f"/proc/self/{target}" if target.startswith("fd/") else target, f"{dev}/{name}")


def _become_init(plan: Plan, log: int) -> None:
    socket.sethostname(plan["name"])
    for name, value in plan["sysctls"].items():
        with open(f"/proc/sys/{name.replace('.', '/')}", "w", encoding="ascii") as setting:
            setting.write(value)
    null = os.open("/dev/null", os.O_RDONLY)
    for descriptor, target in ((null, 0), (log, 1), (log, 2)):
        os.dup2(descriptor, target)
    os.closerange(3, 256)
    os.umask(0o022)
    environment = {"PATH": PATH, "HOME": "/root", "LANG": "C.UTF-8", "container": "netlab"} | plan["env"]
    argv = plan["command"].split()
    os.execvpe(argv[0], argv, environment)
