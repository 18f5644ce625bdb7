"""Who is who inside a pod: uid 0 of a pod is never the host's root.

A plain user becomes uid 0 and the rest come from /etc/subuid by newuidmap(1). Root instead gives the pod a
range of its own that no account uses (above systemd's container range, see systemd's UIDS-GIDS document).
"""

import os
import pwd
import subprocess
from pathlib import Path

ROOT_BASE = 0x70000000
COUNT = 65536


class NoRangeError(Exception):
    """The user has no (or too small) range in /etc/subuid or /etc/subgid."""


def pod_root() -> int:
    """The host's uid and gid that is root inside this user's pods."""
    return ROOT_BASE if os.geteuid() == 0 else os.geteuid()


def sub_range(path: Path) -> int:
    """The first id of the caller's own range in /etc/subuid or /etc/subgid."""
    names = {str(os.geteuid()), pwd.getpwuid(os.geteuid()).pw_name}
    for line in path.read_text().splitlines() if path.exists() else []:
        fields = (line.strip() + "::").split(":")
        if fields[0] in names and int(fields[2] or 0) >= COUNT - 1:
            return int(fields[1])
    raise NoRangeError(str(path))


def write_maps(pid: int) -> None:
    """Map the ids of the new user namespace that process `pid` is in."""
    if os.geteuid() == 0:
        for kind in ("uid", "gid"):
            Path(f"/proc/{pid}/{kind}_map").write_text(f"0 {ROOT_BASE} {COUNT}")
        return
    for tool, own, ranges in (("newuidmap", os.geteuid(), "/etc/subuid"), ("newgidmap", os.getegid(), "/etc/subgid")):
        first = sub_range(Path(ranges))
        rows = ["0", str(own), "1", "1", str(first), str(COUNT - 1)]
        subprocess.run([tool, str(pid), *rows], check=True, capture_output=True, timeout=10)


def take_over(directory: Path) -> None:
    """Make a folder and all in it belong to the pod's root. A plain user is that root already."""
    if os.geteuid() != 0:
        return
    for folder, _, files in os.walk(directory):
        for path in (folder, *(os.path.join(folder, name) for name in files)):
            os.chown(path, ROOT_BASE, ROOT_BASE, follow_symlinks=False)
