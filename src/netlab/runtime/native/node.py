"""Boot one node inside a pod: namespaces of its own on an overlay of the image."""

import os
import stat
from contextlib import suppress
from typing import Any

from netlab.runtime.native import process
from netlab.runtime.native.namespaces import IMAGE, IMAGES, NETNS_DIR, NODES, child
from netlab.runtime.native.netns import enter_owner
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
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty", "net/tun")
INIT = "init"  # the pid in the pod of a node's init, beside its root
LOG = "boot.log"  # what its init and all that have its output have said: a file of the host, which the warden counts
OFF = "off"  # why the warden has switched the node off, if it has
OWN_TUN = ".tun"  # beside the nodes' folders; see make_own_tun
TUN_NUMBER = os.makedev(10, 200)
_QUIET = MS_NOSUID | MS_NODEV | MS_NOEXEC


def make_own_tun(nodes_dir: str) -> None:
    """Where /dev/net/tun is for the host's root only (a pod's root is not that), root can make one for its pods."""
    if os.geteuid() == 0:
        path = f"{nodes_dir}/{OWN_TUN}"
        with suppress(OSError):  # a container may forbid it: then only switches and VPNs are missing
            os.mknod(path, stat.S_IFCHR, TUN_NUMBER)
            os.chmod(path, 0o666)  # noqa: S103 - as every distribution has it


def root_of(name: str) -> str:
    return f"{NODES}/{name}/root"


def mount_root(plan: Plan) -> None:
    """The node's root: image below, start files over it, what the node writes on top."""
    home = f"{NODES}/{plan['name']}"
    image = f"{IMAGES}/{plan['image']}" if plan["image"] else IMAGE
    for part in ("upper", "work", "root"):
        os.makedirs(f"{home}/{part}", exist_ok=True)
    lower = f"{home}/start:{image}"
    options = f"userxattr,lowerdir={lower},upperdir={home}/upper,workdir={home}/work"
    mount("overlay", f"{home}/root", "overlay", options=options)


def mount_view(name: str, layers: list[str]) -> None:
    """The node's root to look at only: the image, and over it those of its own layers that are named, topmost first."""
    home = f"{NODES}/{name}"
    lower = ":".join([*(f"{home}/{layer}" for layer in layers), IMAGE])
    os.makedirs(root_of(name), exist_ok=True)
    mount("overlay", root_of(name), "overlay", options=f"userxattr,lowerdir={lower}")


def unmount_root(name: str) -> None:
    if os.path.ismount(root_of(name)):
        unmount(root_of(name))


def boot(plan: Plan) -> int:
    """Start the node; returns its init's pid on the host. Its root must be mounted and its cables there."""
    reader, writer = os.pipe()
    home = f"{NODES}/{plan['name']}"
    with suppress(FileNotFoundError):
        os.unlink(f"{home}/{OFF}")
    log = os.open(f"{home}/{LOG}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    pid_file = os.open(f"{home}/{INIT}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)

    def init() -> None:
        os.setsid()
        os.write(writer, os.readlink("/proc/self").encode())
        try:
            _enter_root(plan)
            process.become_init(plan, log)
        except Exception as wrong:  # noqa: BLE001 - the last frame; the log is where the agent looks for the reason
            os.write(log, f"{wrong}\n".encode())
            os._exit(1)

    def outer() -> None:
        setns(f"{NETNS_DIR}/{plan['name']}", CLONE_NEWNET)
        ip(node_lines(plan))
        enter_owner(f"{NETNS_DIR}/{plan['name']}")
        unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC)
        os.write(pid_file, str(child(init)).encode())  # opened before: init turns this process's root, too

    outer_pid = child(outer)
    for descriptor in (writer, log, pid_file):
        os.close(descriptor)
    with os.fdopen(reader) as answer:
        line = answer.readline()
    failed = os.waitstatus_to_exitcode(os.waitpid(outer_pid, 0)[1])
    if failed or not line:
        raise OSError(f"node {plan['name']} could not be started")
    return int(line)


def _enter_root(plan: Plan) -> None:
    root = root_of(plan["name"])
    mount("none", "/", flags=MS_REC | MS_PRIVATE)
    mount(root, root, flags=MS_BIND)  # the pod's own mount cannot become a root in another user namespace
    for folder in ("proc", "sys", "run", "dev"):
        _real_folder(f"{root}/{folder}")
    mount("proc", f"{root}/proc", "proc", _QUIET)
    mount("sysfs", f"{root}/sys", "sysfs", _QUIET | MS_RDONLY)
    mount("run", f"{root}/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=64m")
    _make_dev(f"{root}/dev", plan["shm_size"])
    if not plan["boots"]:
        _bring_init(f"{root}/run/netlab")
    os.chdir(root)
    pivot_root(".", ".")
    unmount(".")
    os.chdir("/")
    for path, options in plan["tmpfs"].items():
        os.makedirs(path, exist_ok=True)
        mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV, process.tmpfs_options(options))


def _real_folder(path: str) -> None:
    """A link in its place, from an image or a node's root, would send our mounts elsewhere."""
    if not os.path.isdir(path) or os.path.islink(path):
        if os.path.lexists(path):
            os.unlink(path)
        os.mkdir(path)


def _bring_init(folder: str) -> None:
    """A given image need not have an init: the node image's, a static program, is lent to it."""
    os.mkdir(folder)
    with open(f"{folder}/init", "x", encoding="ascii"):
        pass
    mount(f"{IMAGE}/usr/bin/catatonit", f"{folder}/init", flags=MS_BIND)


def _make_dev(dev: str, shm_size: int) -> None:
    mount("dev", dev, "tmpfs", MS_NOSUID, "mode=755,size=64k")
    for folder in ("pts", "shm", "net"):
        os.mkdir(f"{dev}/{folder}")
    sources = {device: f"/dev/{device}" for device in _DEVICES}
    if os.path.exists(f"{NODES}/{OWN_TUN}"):
        sources["net/tun"] = f"{NODES}/{OWN_TUN}"
    for device, source in sources.items():
        if os.path.exists(source):
            with open(f"{dev}/{device}", "x", encoding="ascii"):
                pass
            mount(source, f"{dev}/{device}", flags=MS_BIND)
    mount("devpts", f"{dev}/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620,gid=5")
    mount("shm", f"{dev}/shm", "tmpfs", MS_NOSUID | MS_NODEV, f"mode=1777,size={shm_size}")
    links = {"ptmx": "pts/ptmx", "fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2"}
    for name, target in links.items():
        os.symlink(f"/proc/self/{target}" if target.startswith("fd/") else target, f"{dev}/{name}")


def is_ready(pid: int, plan: Plan) -> bool:
    """It says so itself once it has booted; a given image's node is ready when its command runs."""
    if plan["boots"]:
        return os.path.exists(f"/proc/{pid}/root/run/netlab/ready")
    return process.runs_a_command(pid)
