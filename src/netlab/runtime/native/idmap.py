"""Who is who inside a pod: uid 0 of a pod is never the host's root.

A plain user becomes uid 0 and the rest come from /etc/subuid by newuidmap(1). Root instead gives the pod a
range of its own that no account uses (above systemd's container range, see systemd's UIDS-GIDS document).
Where root's own user namespace lacks that range (a rootless container), it is the last one that it has.
"""

import os
import pwd
import subprocess
from pathlib import Path

from netlab.errors import HostError

ROOT_BASE = 0x70000000
COUNT = 65536
NEEDED = 65535  # up to `nobody`, 65534; id 65535 is no account's
KINDS = ("uid", "gid")


class NoRangeError(HostError):
    """There are not enough ids for pods; `detail` says where."""

    def __init__(self, detail: str, fix: str) -> None:
        super().__init__(f"This machine cannot run labs yet: {detail}.", fix)
        self.detail = detail


def pod_root() -> tuple[int, int]:
    """The uid and gid that are root inside this user's pods. Raises NoRangeError."""
    if os.geteuid() == 0:
        return root_base("uid"), root_base("gid")
    return os.geteuid(), os.getegid()


def root_base(kind: str) -> int:
    """The first of the uids or gids that root's pods get, from /proc/self/uid_map (user_namespaces(7))."""
    text = Path(f"/proc/self/{kind}_map").read_text("ascii")
    return choose_base([(int(first), int(count)) for first, _, count in map(str.split, text.splitlines())], kind)


def choose_base(rows: list[tuple[int, int]], kind: str) -> int:
    """Ours where it is mapped, else the end of the last row that is long enough without id 0."""
    if any(first <= ROOT_BASE and first + count >= ROOT_BASE + NEEDED for first, count in rows):
        return ROOT_BASE
    found = [first + count - NEEDED for first, count in rows if first + count - NEEDED >= max(first, 1)]
    if not found:
        number = sum(count for _, count in rows)
        detail = f"root of this container has {number} {kind}s, and would need {NEEDED} for labs besides its own"
        fix = "Run netlab as a plain user outside the container, or give the container more ids (see subuid(5))."
        raise NoRangeError(detail, fix)
    return max(found)


def check_ranges() -> None:
    """Raises NoRangeError with what to do when there are not enough ids for pods."""
    if os.geteuid() == 0:
        pod_root()
        return
    for path in ("/etc/subuid", "/etc/subgid"):
        sub_range(Path(path))


def sub_range(path: Path) -> int:
    """The first id of the caller's own range in /etc/subuid or /etc/subgid."""
    names = {str(os.geteuid()), pwd.getpwuid(os.geteuid()).pw_name}
    for line in path.read_text().splitlines() if path.exists() else []:
        fields = (line.strip() + "::").split(":")
        if fields[0] in names and int(fields[2] or 0) >= COUNT - 1:
            return int(fields[1])
    fix = 'sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 "$USER"'
    raise NoRangeError(f"this user has no range of {COUNT} ids in {path}", fix)


def write_maps(pid: int) -> None:
    """Map the ids of the new user namespace that process `pid` is in."""
    if os.geteuid() == 0:
        for kind in KINDS:
            Path(f"/proc/{pid}/{kind}_map").write_text(f"0 {root_base(kind)} {NEEDED}")
        return
    for tool, own, ranges in (("newuidmap", os.geteuid(), "/etc/subuid"), ("newgidmap", os.getegid(), "/etc/subgid")):
        first = sub_range(Path(ranges))
        rows = ["0", str(own), "1", "1", str(first), str(COUNT - 1)]
        done = subprocess.run([tool, str(pid), *rows], check=False, capture_output=True, text=True, timeout=10)
        if done.returncode:
            raise PermissionError(done.stderr.strip() or f"{tool}: ended with {done.returncode}")


def write_same(pid: int) -> None:
    """Inside a pod: the user namespace that process `pid` is in has the pod's own ids.

    Line by line as the pod has them, because a line may not reach over two of its maker's.
    """
    for kind in KINDS:
        rows = [line.split() for line in Path(f"/proc/self/{kind}_map").read_text("ascii").splitlines()]
        text = "".join(f"{inside} {inside} {count}\n" for inside, _, count in rows)
        Path(f"/proc/{pid}/{kind}_map").write_text(text, encoding="ascii")


def take_over(directory: Path) -> None:
    """Make a folder and all in it belong to the pod's root. A plain user is that root already."""
    if os.geteuid() != 0:
        return
    uid, gid = pod_root()
    for folder, _, files in os.walk(directory):
        for path in (folder, *(os.path.join(folder, name) for name in files)):
            os.chown(path, uid, gid, follow_symlinks=False)
