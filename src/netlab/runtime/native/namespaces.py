"""Make a pod (one set of namespaces a lab), enter it, or run one command under its ids."""

import os
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from netlab.runtime.native import idmap
from netlab.runtime.native.confinement import close_files, hide, leave_keyring, show
from netlab.runtime.native.syscalls import (
    CLONE_NEWIPC,
    CLONE_NEWNET,
    CLONE_NEWNS,
    CLONE_NEWPID,
    CLONE_NEWUSER,
    CLONE_NEWUTS,
    MS_BIND,
    MS_NODEV,
    MS_NOEXEC,
    MS_NOSUID,
    MS_PRIVATE,
    MS_REC,
    mount,
    setns,
    unmount,
    unshare,
)

POD_DIR = "/mnt"
IMAGE = f"{POD_DIR}/image"
IMAGES = f"{POD_DIR}/images"
NODES = f"{POD_DIR}/nodes"
PROC = f"{POD_DIR}/proc"  # the pod's own processes
NETNS_DIR = "/run/netns"
_POD_NAMESPACES = {
    "user": CLONE_NEWUSER,
    "mnt": CLONE_NEWNS,
    "net": CLONE_NEWNET,
    "ipc": CLONE_NEWIPC,
    "uts": CLONE_NEWUTS,
    "pid": CLONE_NEWPID,
}


def child(work: Callable[[], None]) -> int:
    """Fork; the child does `work` and exits (1 with the reason on stderr when it fails). Returns its pid."""
    pid = os.fork()
    if pid:
        return pid
    try:
        work()
    except Exception as wrong:  # noqa: BLE001 - the last frame of a forked child: report and go
        sys.stderr.write(f"{wrong}\n")
        os._exit(1)
    os._exit(0)


def become_root() -> None:
    """Take uid and gid 0 of the user namespace this process is in."""
    os.setgroups([])
    os.setresgid(0, 0, 0)
    os.setresuid(0, 0, 0)


def mapped(flags: int, work: Callable[[], None], write_maps: Callable[[int], None] = idmap.write_maps) -> int:
    """Fork a child into a new user namespace (and `flags`), its ids mapped, and let it do `work`."""
    ready, mapped_now = os.pipe(), os.pipe()

    def wait_for_map_then_work() -> None:
        os.close(mapped_now[1])
        show()  # or its maps could not be written
        unshare(CLONE_NEWUSER | flags)
        os.write(ready[1], b"x")
        if os.read(mapped_now[0], 1):
            work()

    pid = child(wait_for_map_then_work)
    os.close(ready[1])
    os.close(mapped_now[0])
    try:
        if os.read(ready[0], 1):
            write_maps(pid)
            os.write(mapped_now[1], b"x")
    finally:
        os.close(ready[0])
        os.close(mapped_now[1])
    return pid


def run_mapped(directory: str, *argv: str) -> int:
    """Run `argv` in `directory` as root of a fresh user namespace; its exit code.

    The directory is entered before the ids change, so it may lie behind folders only its owner can pass.
    """
    os.chdir(directory)

    def work() -> None:
        become_root()
        os.execvp(argv[0], argv)

    return os.waitstatus_to_exitcode(os.waitpid(mapped(0, work), 0)[1])


def run_inside(work: Callable[[], None], directory: str) -> int:
    """Let a child do `work` as root of a fresh user namespace, with the directory as its root; 0 when it did."""
    os.chdir(directory)

    def enter_and_work() -> None:
        become_root()
        os.chroot(".")
        work()

    return os.waitstatus_to_exitcode(os.waitpid(mapped(0, enter_and_work), 0)[1])


def try_overlay(directory: str) -> int:
    """0 when an overlay can be mounted over `directory` from inside a user namespace."""

    def work() -> None:
        os.chdir(directory)
        become_root()
        for part in ("lower", "upper", "work", "root"):
            os.mkdir(part)
        mount("overlay", "root", "overlay", options="userxattr,lowerdir=lower,upperdir=upper,workdir=work")
        unmount("root")
        os.rmdir("work/work")

    return os.waitstatus_to_exitcode(os.waitpid(mapped(CLONE_NEWNS, work), 0)[1])


def run_without_pod(folders: Mapping[str, str], work: Callable[[], None]) -> None:
    """Let a child do `work` with a pod's ids and its folders in place, where no pod need run."""

    def inside() -> None:
        _prepare_pod(folders)
        work()

    def outer() -> None:
        if os.waitstatus_to_exitcode(os.waitpid(child(inside), 0)[1]):
            os._exit(1)

    if os.waitstatus_to_exitcode(os.waitpid(mapped(CLONE_NEWNS | CLONE_NEWPID, outer), 0)[1]):
        raise OSError("the nodes' files cannot be looked at")


def create_pod(folders: Mapping[str, str], record: Callable[[int], None]) -> int:
    """Start a pod; returns its init's pid on the host once it runs. `record` is called before it may run.

    `folders`: which of the host's are seen where in the pod (at least at IMAGE and NODES).

    The init is the image's catatonit: when it is killed, every process, interface and mount of the lab ends.
    """
    host_pid, go_ahead = os.pipe(), os.pipe()

    def init() -> None:
        os.close(go_ahead[1])
        os.setsid()
        os.write(host_pid[1], f"{os.readlink('/proc/self')}\n".encode())
        _prepare_pod(folders)
        if os.read(go_ahead[0], 1):
            leave_terminal()
            os.execv(f"{IMAGE}/usr/bin/catatonit", ["catatonit", "-P"])

    def outer() -> None:
        child(init)

    outer_pid = mapped(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWPID, outer)
    os.close(host_pid[1])
    os.close(go_ahead[0])
    failed = os.waitstatus_to_exitcode(os.waitpid(outer_pid, 0)[1])
    with os.fdopen(host_pid[0]) as answer:
        line = answer.readline()
    if failed or not line:
        raise OSError("the pod's namespaces could not be made")
    record(int(line))
    os.write(go_ahead[1], b"x")
    os.close(go_ahead[1])
    return int(line)


def _prepare_pod(folders: Mapping[str, str]) -> None:
    places = {target: os.open(source, os.O_PATH) for target, source in folders.items()}
    become_root()
    mount("none", "/", flags=MS_REC | MS_PRIVATE)
    mount("netlab", POD_DIR, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755")
    mount("netlab", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755")
    os.mkdir(NETNS_DIR)
    os.mkdir(PROC)
    mount("proc", PROC, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
    for target, descriptor in places.items():
        os.makedirs(target)
        mount(f"/proc/self/fd/{descriptor}", target, flags=MS_BIND | MS_REC)


def leave_terminal() -> None:
    """Let go of every file that was inherited, and take signals as a fresh process does."""
    null = os.open("/dev/null", os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    close_files()
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)


def wait_until_prepared(pid: int) -> None:
    """Block until the pod's init has become catatonit (its mounts are in place)."""
    while "python" in Path(f"/proc/{pid}/comm").read_text():
        os.sched_yield()


def enter_pod(pid: int) -> None:
    """Move this (single-threaded) process into a pod as its root. Children land in its pid namespace.

    Import everything before: afterwards files that only the host's owner can read are out of reach.
    """
    hide()
    leave_keyring()
    paths = {name: f"/proc/{pid}/ns/{name}" for name in _POD_NAMESPACES}
    descriptors = {name: os.open(path, os.O_RDONLY) for name, path in paths.items()}
    for name, flag in _POD_NAMESPACES.items():
        setns(f"/proc/self/fd/{descriptors[name]}", flag)
        if name == "user":
            become_root()
    for descriptor in descriptors.values():
        os.close(descriptor)
    os.chdir("/")
