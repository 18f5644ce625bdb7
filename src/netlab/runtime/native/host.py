"""Can this host carry rootless pods? Each answer is found by trying, and each no names its exact fix."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from netlab import proc
from netlab.runtime.native import idmap

APPARMOR = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
CLONE_SWITCH = Path("/proc/sys/kernel/unprivileged_userns_clone")
MAX_NAMESPACES = Path("/proc/sys/user/max_user_namespaces")
TUN = Path("/dev/net/tun")
TUN_FIX = (
    'echo \'KERNEL=="tun", MODE="0666"\' | sudo tee /etc/udev/rules.d/60-netlab-tun.rules'
    " && sudo modprobe tun; sudo chmod 0666 /dev/net/tun"
)
OPEN_TO_ALL = 0o006
PROGRAMS = {
    "newuidmap": "uidmap",
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
    if os.geteuid() != 0:
        yield _ranges()
    userns = _user_namespaces(agent)
    yield userns
    if userns.ok:
        yield _overlay(home, agent)
    yield _tun()


def _programs() -> HostCheck:
    missing = [
        name for name in PROGRAMS if not shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    ]
    packages = " ".join(sorted({PROGRAMS[name] for name in missing}))
    if missing:
        return HostCheck(
            "programs", ok=False, detail=f"missing: {', '.join(missing)}", fix=f"sudo apt install {packages}"
        )
    return HostCheck("programs", ok=True, detail="all there")


def _ranges() -> HostCheck:
    try:
        for path in ("/etc/subuid", "/etc/subgid"):
            idmap.sub_range(Path(path))
    except idmap.NoRangeError as none:
        return HostCheck(
            "id ranges",
            ok=False,
            detail=f"this user has no range of 65536 ids in {none}",
            fix='sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 "$USER"',
        )
    return HostCheck("id ranges", ok=True, detail="65536 ids in /etc/subuid and /etc/subgid")


def _user_namespaces(agent: tuple[str, ...]) -> HostCheck:
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
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".doctor-", dir=home) as folder:
        idmap.take_over(Path(folder))
        done = proc.run([*agent, "try-overlay", folder], timeout=20)
    if done.ok:
        return HostCheck("overlay mounts", ok=True, detail=f"work in {home}")
    fix = _userns_fix() if APPARMOR.exists() and APPARMOR.read_text("ascii").strip() == "1" else ""
    return HostCheck(
        "overlay mounts",
        ok=False,
        detail=f"refused in {home}: {done.complaint}",
        fix=fix or "Set NETLAB_HOME to a folder on a local ext4, xfs or btrfs disk.",
    )


def _tun() -> HostCheck:
    """Every user must be able to open it: inside a pod nobody is the host's root."""
    if TUN.exists() and TUN.stat().st_mode & OPEN_TO_ALL == OPEN_TO_ALL:
        return HostCheck("/dev/net/tun", ok=True, detail="usable")
    detail = "not usable inside a pod; labs with managed switches or VPNs need it"
    return HostCheck("/dev/net/tun", ok=False, detail=detail, fix=TUN_FIX, needed=False)


def first_problem(home: Path, agent: tuple[str, ...]) -> HostCheck | None:
    """The first thing that keeps this host from running a lab."""
    return next((one for one in checks(home, agent) if one.needed and not one.ok), None)
