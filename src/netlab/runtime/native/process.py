"""Become a node's first process: its name, kernel settings, environment, user and command."""

import os
import resource
import socket
from contextlib import suppress
from typing import Any

from netlab.runtime.native.confinement import close_files
from netlab.runtime.native.forbidden import forbid
from netlab.runtime.native.netns import forward_nothing

Plan = dict[str, Any]
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
ENVIRONMENT = {"PATH": PATH, "HOME": "/root", "LANG": "C.UTF-8"}
INIT = "/run/netlab/init"
_TMPFS_OPTIONS = ("size", "mode", "uid", "gid", "nr_inodes")
_FIELDS = 3


def become_init(plan: Plan, log: int) -> None:
    """The node's root is entered. Raises OSError; otherwise this process is the node's init from here on."""
    socket.sethostname(plan["hostname"])
    forward_nothing("/proc")
    _set_sysctls(plan["sysctls"])
    resource.setrlimit(resource.RLIMIT_NPROC, (plan["pod_processes"],) * 2)
    stdin = os.open("/dev/null", os.O_RDONLY) if plan["boots"] else _endless_input()
    for descriptor, target in ((stdin, 0), (log, 1), (log, 2)):
        os.dup2(descriptor, target)
    close_files()
    os.umask(0o022)
    environment = ENVIRONMENT | {"container": "netlab"} | plan["env"]
    environment |= {"NETLAB_NODE": plan["name"]} if plan["boots"] else {}
    os.makedirs(plan["directory"], exist_ok=True)
    os.chdir(plan["directory"])
    argv = plan["argv"] if plan["boots"] else [INIT, "--", *plan["argv"]]
    forbid()
    if plan["user"] and not plan["boots"]:
        environment |= {"HOME": _become_user(plan["user"])} if "HOME" not in plan["env"] else {}
    os.execvpe(argv[0], argv, environment)


def _set_sysctls(settings: dict[str, str]) -> None:
    for name, value in settings.items():
        try:
            with open(f"/proc/sys/{name.replace('.', '/')}", "w", encoding="utf-8") as setting:
                setting.write(value)
        except (FileNotFoundError, IsADirectoryError) as missing:
            raise OSError(f"its sysctl {name} does not exist") from missing
        except PermissionError as refused:
            raise OSError(f"its sysctl {name} is not a node's own to set on this computer") from refused
        except OSError as refused:
            raise OSError(f"its sysctl {name} cannot be '{value}': {refused.strerror}") from refused


def _endless_input() -> int:
    """An input on which nothing ever comes and that never ends, so that a shell as a node's command stays."""
    reader, _ = os.pipe()
    return os.open(f"/proc/self/fd/{reader}", os.O_RDWR)


def _become_user(text: str) -> str:
    """`user`, `user:group`, or numbers, looked up in the node's own files; returns the home folder."""
    user, _, group = text.partition(":")
    entry = _look_up("/etc/passwd", user)
    if entry is None and not user.isdecimal():
        raise OSError(f"the node has no user '{user}'")
    uid = int(entry[2]) if entry else int(user)
    gid = int(entry[3]) if entry else 0
    if group:
        found = _look_up("/etc/group", group)
        if found is None and not group.isdecimal():
            raise OSError(f"the node has no group '{group}'")
        gid = int(found[2]) if found else int(group)
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    return entry[5] if entry else "/"


def _look_up(path: str, wanted: str) -> list[str] | None:
    """The line of a passwd(5) or group(5) file by name or number; read here, because NSS would load the node's code."""
    with suppress(FileNotFoundError), open(path, encoding="utf-8", errors="replace") as file:
        rows = [line.rstrip("\n").split(":") for line in file]
        return next((row for row in rows if len(row) > _FIELDS and wanted in (row[0], row[2])), None)
    return None


def tmpfs_options(text: str) -> str:
    """Of Docker's mount options those that are the tmpfs's own; the node is confined whatever the others say."""
    words = [word for word in text.split(",") if word.partition("=")[0] in _TMPFS_OPTIONS]
    return ",".join(words) or "mode=1777"


def runs_a_command(init: int) -> bool:
    """Has the init of a given image's node a child, and has that become the command?"""
    with suppress(OSError):
        with open(f"/proc/{init}/task/{init}/children", encoding="ascii") as file:
            children = file.read().split()
        own = os.readlink(f"/proc/{init}/exe")
        return any(os.readlink(f"/proc/{child}/exe") != own for child in children)
    return False
