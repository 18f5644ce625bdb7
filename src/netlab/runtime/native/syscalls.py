"""The Linux calls that Python's standard library lacks before 3.12: see namespaces(7), mount(2), pivot_root(2)."""

import ctypes
import os
import signal
from typing import Final

CLONE_NEWNS: Final = 0x00020000
CLONE_NEWUTS: Final = 0x04000000
CLONE_NEWIPC: Final = 0x08000000
CLONE_NEWUSER: Final = 0x10000000
CLONE_NEWPID: Final = 0x20000000
CLONE_NEWNET: Final = 0x40000000

MS_RDONLY: Final = 0x1
MS_NOSUID: Final = 0x2
MS_NODEV: Final = 0x4
MS_NOEXEC: Final = 0x8
MS_BIND: Final = 0x1000
MS_REC: Final = 0x4000
MS_PRIVATE: Final = 0x40000
MNT_DETACH: Final = 0x2

_PIVOT_ROOT_NUMBERS: Final = {"x86_64": 155, "aarch64": 41, "riscv64": 41}
_KEYCTL_NUMBERS: Final = {"x86_64": 250, "aarch64": 219, "riscv64": 219}
_KEYCTL_JOIN_SESSION_KEYRING: Final = 1
_PR_SET_PDEATHSIG: Final = 1
_libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def unshare(flags: int) -> None:
    """Move this process into new namespaces."""
    _check(_libc.unshare(flags), "unshare")


def setns(where: str | int, flags: int) -> None:
    """Move this thread into the namespace behind a /proc/PID/ns or bind-mounted file, or into those of a pidfd."""
    if isinstance(where, int):
        _check(_libc.setns(where, flags), "setns")
        return
    descriptor = os.open(where, os.O_RDONLY | os.O_CLOEXEC)
    try:
        _check(_libc.setns(descriptor, flags), f"setns {where}")
    finally:
        os.close(descriptor)


def mount(source: str, target: str, kind: str = "", flags: int = 0, options: str = "") -> None:
    """Mount a file system; `options` is its own option string."""
    arguments = (source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), options.encode())
    _check(_libc.mount(*arguments), f"mount {kind or source} on {target}")


def unmount(target: str) -> None:
    """Detach a mount now, even if it is busy."""
    _check(_libc.umount2(target.encode(), MNT_DETACH), f"unmount {target}")


def pivot_root(new_root: str, put_old: str) -> None:
    """Make `new_root` this mount namespace's root and put the old one at `put_old`."""
    number = _PIVOT_ROOT_NUMBERS[os.uname().machine]
    _check(_libc.syscall(number, new_root.encode(), put_old.encode()), "pivot_root")


def prctl(option: int, one: int, two: int = 0) -> None:
    """Change an attribute of this process; its manual page lists the options."""
    arguments = (ctypes.c_ulong(one), ctypes.c_ulong(two), ctypes.c_ulong(0), ctypes.c_ulong(0))
    _check(_libc.prctl(option, *arguments), f"prctl {option}")


def die_with_parent(by: signal.Signals = signal.SIGKILL) -> None:
    """A signal for this process when the one (the thread, prctl(2)) that started it ends. Changes of user undo it."""
    prctl(_PR_SET_PDEATHSIG, by)


def join_new_session_keyring() -> None:
    """A session keyring of this thread's own, empty, in place of the one it inherited."""
    serial = _libc.syscall(_KEYCTL_NUMBERS[os.uname().machine], _KEYCTL_JOIN_SESSION_KEYRING, None)
    _check(0 if serial > 0 else -1, "keyctl")
