"""The folders of a service (RuntimeDirectory= and so on) and conditions on files."""

import os
from collections.abc import Callable

from unitctl.unit import Host, Unit

DIRECTORIES = (
    ("Runtime", "/run"), ("State", "/var/lib"), ("Cache", "/var/cache"),
    ("Logs", "/var/log"), ("Configuration", "/etc"),
)  # fmt: skip
CONDITIONS: dict[str, Callable[[str], bool]] = {
    "PathExists": os.path.exists,
    "PathIsDirectory": os.path.isdir,
    "FileIsExecutable": lambda path: os.access(path, os.X_OK) and os.path.isfile(path),
    "FileNotEmpty": lambda path: os.path.isfile(path) and os.path.getsize(path) > 0,
}


def make(host: Host, unit: Unit, uid: int, gid: int) -> None:
    for kind, base in DIRECTORIES:
        mode = int(unit.get(f"Service.{kind}DirectoryMode", "755"), 8)
        for name in unit.words(f"Service.{kind}Directory"):
            path = host.at(f"{base}/{name.partition(':')[0]}")
            os.makedirs(path, exist_ok=True)
            os.chmod(path, mode)
            if kind != "Configuration" and (uid, gid) != (os.getuid(), os.getgid()):
                _give(path, uid, gid)


def remove(host: Host, unit: Unit, *, restarting: bool) -> None:
    """Remove the folders under /run when the service stops, unless they are to be kept."""
    kept = unit.get("Service.RuntimeDirectoryPreserve", "no")
    names = unit.words("Service.RuntimeDirectory")
    if not names or kept in ("yes", "true", "1") or (restarting and kept == "restart"):
        return
    for name in names:
        _remove_tree(host.at(f"/run/{name.partition(':')[0]}"))


def unmet_condition(host: Host, unit: Unit) -> str:
    """The first condition on files that does not hold, or nothing."""
    for key in unit.values:
        test = key.removeprefix("Unit.Condition")
        check = CONDITIONS.get(test)
        for value in unit.all(key) if check and test != key else []:
            path = host.at(value.lstrip("|!"))
            if check and check(path) == ("!" in value):
                return f"{key[5:]}={value}"
    return ""


def _give(path: str, uid: int, gid: int) -> None:
    """Hand a directory to the service's user, with all in it if the owner changes."""
    if os.stat(path).st_uid != uid:
        for folder, names, files in os.walk(path):
            for name in [*names, *files]:
                os.chown(f"{folder}/{name}", uid, gid, follow_symlinks=False)
    os.chown(path, uid, gid)


def _remove_tree(path: str) -> None:
    for folder, names, files in os.walk(path, topdown=False):
        for name in [*files, *(n for n in names if os.path.islink(f"{folder}/{n}"))]:
            os.unlink(f"{folder}/{name}")
        os.rmdir(folder)
