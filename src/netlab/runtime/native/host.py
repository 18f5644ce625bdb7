"""Can this host carry rootless pods? Each answer is found by trying, and each no names its exact fix."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from netlab import proc
from netlab.errors import cannot_write
from netlab.runtime.base import Limits
from netlab.runtime.native import idmap
from netlab.runtime.native.forbidden import MACHINES

APPARMOR = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
CLONE_SWITCH = Path("/proc/sys/kernel/unprivileged_userns_clone")
MAX_NAMESPACES = Path("/proc/sys/user/max_user_namespaces")
SECCOMP = Path("/proc/sys/kernel/seccomp/actions_avail")
TUN = Path("/dev/net/tun")
TUN_FIX = (
    'echo \'KERNEL=="tun", MODE="0666"\' | sudo tee /etc/udev/rules.d/60-netlab-tun.rules'
    " && sudo modprobe tun; sudo chmod 0666 /dev/net/tun"
)
OPEN_TO_ALL = 0o006
PROGRAMS = {
    "newuidmap": "uidmap",
    "newgidmap": "uidmap",
    "nsenter": "util-linux",
    "ip": "iproute2",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
    "tar": "tar",
    "mmdebstrap": "mmdebstrap",
}


@dataclass(frozen=True, slots=True)
class HostCheck:
    """One fact about the host. `needed`: labs cannot run without it; otherwise only some labs ask for it."""

    name: str
    ok: bool
    detail: str
    fix: str = ""
    needed: bool = True


def checks(home: Path, agent: tuple[str, ...]) -> Iterator[HostCheck]:
    """All that the native runtime asks of a host, in the order in which a no explains later ones."""
    yield _programs()
    ranges = _ranges()
    yield ranges
    if not ranges.ok:
        return  # without ids nothing further can be tried
    if not _lacks_newuidmap():  # of which the first check has told; it says nothing about the kernel
        userns = user_namespaces(agent)
        yield userns
        if userns.ok:
            yield _overlay(home, agent)
    yield _filters()
    yield tun()
    yield _limits()


def _found(program: str) -> bool:
    return shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin") is not None


def _lacks_newuidmap() -> bool:
    """Root maps ids without it."""
    return os.geteuid() != 0 and not (_found("newuidmap") and _found("newgidmap"))


def _programs() -> HostCheck:
    missing = [name for name in PROGRAMS if not _found(name)]
    packages = " ".join(sorted({PROGRAMS[name] for name in missing}))
    if missing:
        return HostCheck(
            "programs", ok=False, detail=f"missing: {', '.join(missing)}", fix=f"sudo apt install {packages}"
        )
    return HostCheck("programs", ok=True, detail="all there")


def _ranges() -> HostCheck:
    try:
        idmap.check_ranges()
    except idmap.NoRangeError as none:
        return HostCheck("id ranges", ok=False, detail=none.detail, fix=none.next_step)
    detail = f"{idmap.COUNT} ids in /etc/subuid and /etc/subgid"
    if os.geteuid() == 0:
        detail = f"{idmap.NEEDED} ids from {idmap.pod_root()[0]} on"
    return HostCheck("id ranges", ok=True, detail=detail)


def user_namespaces(agent: tuple[str, ...]) -> HostCheck:
    if _lacks_newuidmap():
        return HostCheck("user namespaces", ok=False, detail="newuidmap is missing", fix="sudo apt install uidmap")
    done = proc.run([*agent, "mapped", "/", "true"], timeout=20)
    if done.ok:
        return HostCheck("user namespaces", ok=True, detail="allowed")
    return HostCheck("user namespaces", ok=False, detail=f"refused: {done.complaint}", fix=_userns_fix())


def _userns_fix() -> str:
    switches = [
        (APPARMOR, "1", "kernel.apparmor_restrict_unprivileged_userns=0"),
        (CLONE_SWITCH, "0", "kernel.unprivileged_userns_clone=1"),
        (MAX_NAMESPACES, "0", "user.max_user_namespaces=15000"),
    ]
    for path, bad, setting in switches:
        if path.exists() and path.read_text("ascii").strip() == bad:
            return f"echo {setting} | sudo tee /etc/sysctl.d/60-netlab-userns.conf && sudo sysctl --system"
    return "This host forbids user namespaces in another way (a container without them, perhaps): ask who runs it."


def _overlay(home: Path, agent: tuple[str, ...]) -> HostCheck:
    try:
        done = _try_overlay(home, agent)
    except OSError as refused:
        wrong = cannot_write(home, refused, "NETLAB_HOME")
        return HostCheck("overlay mounts", ok=False, detail=wrong.message.rstrip("."), fix=wrong.next_step)
    if done.ok:
        return HostCheck("overlay mounts", ok=True, detail=f"work in {home}")
    fix = _userns_fix() if APPARMOR.exists() and APPARMOR.read_text("ascii").strip() == "1" else ""
    return HostCheck(
        "overlay mounts",
        ok=False,
        detail=f"refused in {home}: {done.complaint}",
        fix=fix or "Set NETLAB_HOME to a folder on a local ext4, xfs or btrfs disk.",
    )


def _try_overlay(home: Path, agent: tuple[str, ...]) -> proc.Finished:
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".doctor-", dir=home) as folder:
        idmap.take_over(Path(folder))
        return proc.run([*agent, "try-overlay", folder], timeout=20)


def _filters() -> HostCheck:
    """What keeps nodes from what namespaces do not cover, see `forbidden`."""
    machine = os.uname().machine
    if machine not in MACHINES:
        fix = f"netlab runs labs on {', '.join(MACHINES)}."
        return HostCheck("system call filters", ok=False, detail=f"not known for {machine}", fix=fix)
    if not SECCOMP.exists():
        fix = "Use a kernel with CONFIG_SECCOMP_FILTER, as every Debian and Ubuntu kernel has."
        return HostCheck("system call filters", ok=False, detail="this kernel has none", fix=fix)
    return HostCheck("system call filters", ok=True, detail="there")


def tun() -> HostCheck:
    """Every user must be able to open it: inside a pod nobody is the host's root. Root's pods bring their own."""
    if os.geteuid() == 0 or (TUN.exists() and TUN.stat().st_mode & OPEN_TO_ALL == OPEN_TO_ALL):
        return HostCheck("/dev/net/tun", ok=True, detail="usable")
    detail = "not usable inside a pod; labs with managed switches or VPNs need it"
    return HostCheck("/dev/net/tun", ok=False, detail=detail, fix=TUN_FIX, needed=False)


def _limits() -> HostCheck:
    most = Limits()
    detail = f"a node is switched off when it takes more than {most.text}; watched once a second, without cgroups"
    return HostCheck("limits", ok=True, detail=detail, needed=False)


def first_problem(home: Path, agent: tuple[str, ...]) -> HostCheck | None:
    """The first thing that keeps this host from running a lab."""
    return next((one for one in checks(home, agent) if one.needed and not one.ok), None)
