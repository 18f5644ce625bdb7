"""The system calls that no process of a node may make, as a seccomp filter (seccomp(2), filter.rst of the kernel).

Namespaces do not cover everything. What is left out here either has no namespace at all (kernel keyrings,
vsock, the kernel's log), would get round this filter (io_uring opens sockets on its own), or is no business of a
network node (kernel modules, BPF programs, typing into a terminal: TIOCSTI). Container engines leave out the
same. A new cgroup namespace is refused because with one a node could mount the cgroup tree, in which a plain
user's own cgroups, those of the learner's session among them, belong to the node's root.
"""

import ctypes
import errno
import os
from collections.abc import Sequence
from typing import Final

from netlab.runtime.native.syscalls import prctl

ALLOW: Final = 0x7FFF0000
REFUSE: Final = 0x00050000  # | errno
_PR_SET_SECCOMP, _MODE_FILTER = 22, 2
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # classic BPF, <linux/bpf_common.h>
_NUMBER, _ARCHITECTURE, _ARGUMENT_0, _ARGUMENT_1 = 0, 4, 16, 24  # in struct seccomp_data, little endian
_X32: Final = 0x40000000  # the x86-64 kernel's second set of numbers

CLONE_NEWCGROUP: Final = 0x02000000
TERMINAL_INJECTION: Final = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX
FAMILIES: Final = (0, 1, 2, 10, 15, 16, 17)  # UNSPEC, UNIX, INET, INET6, KEY, NETLINK, PACKET: all have namespaces

_SAME_EVERYWHERE: Final = {"io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427, "clone3": 435}
_GENERIC: Final = _SAME_EVERYWHERE | {
    "ioctl": 29,
    "unshare": 97,
    "kexec_load": 104,
    "init_module": 105,
    "delete_module": 106,
    "syslog": 116,
    "socket": 198,
    "add_key": 217,
    "request_key": 218,
    "keyctl": 219,
    "clone": 220,
    "perf_event_open": 241,
    "open_by_handle_at": 265,
    "finit_module": 273,
    "bpf": 280,
    "userfaultfd": 282,
    "kexec_file_load": 294,
}
_X86_64: Final = _SAME_EVERYWHERE | {
    "ioctl": 16,
    "socket": 41,
    "clone": 56,
    "syslog": 103,
    "init_module": 175,
    "delete_module": 176,
    "kexec_load": 246,
    "add_key": 248,
    "request_key": 249,
    "keyctl": 250,
    "unshare": 272,
    "perf_event_open": 298,
    "open_by_handle_at": 304,
    "finit_module": 313,
    "kexec_file_load": 320,
    "bpf": 321,
    "userfaultfd": 323,
}
MACHINES: Final = {
    "x86_64": (0xC000003E, _X86_64),
    "aarch64": (0xC00000B7, _GENERIC),
    "riscv64": (0xC00000F3, _GENERIC),
}
_ABSENT: Final = ("clone3", "io_uring_setup", "io_uring_enter", "io_uring_register")  # libraries then do without
_BY_ARGUMENT: Final = ("clone", "unshare", "ioctl", "socket")

Instruction = tuple[int, int, int, int]


def program(machine: str) -> list[Instruction]:
    """The filter as (code, jump if true, jump if false, operand)."""
    architecture, numbers = MACHINES[machine]
    lines = [(_LOAD, 0, 0, _ARCHITECTURE), (_EQUAL, 1, 0, architecture), _refuse(errno.ENOSYS)]
    lines += [(_LOAD, 0, 0, _NUMBER), (_AT_LEAST, 0, 1, _X32), _refuse(errno.ENOSYS)]
    for name, number in numbers.items():
        if name not in _BY_ARGUMENT:
            lines += [(_EQUAL, 0, 1, number), _refuse(errno.ENOSYS if name in _ABSENT else errno.EPERM)]
    for name in ("clone", "unshare"):
        lines += _when(numbers[name], [(_LOAD, 0, 0, _ARGUMENT_0), (_ANY_BIT, 0, 1, CLONE_NEWCGROUP)], errno.EPERM)
    lines += _when(numbers["ioctl"], [(_LOAD, 0, 0, _ARGUMENT_1), *_one_of(TERMINAL_INJECTION)], errno.EPERM)
    lines += _when(numbers["socket"], [(_LOAD, 0, 0, _ARGUMENT_0), *_none_of(FAMILIES)], errno.EAFNOSUPPORT)
    return [*lines, (_RETURN, 0, 0, ALLOW)]


def _refuse(number: int) -> Instruction:
    return _RETURN, 0, 0, REFUSE | number


def _when(number: int, test: Sequence[Instruction], error: int) -> list[Instruction]:
    """For this call: refuse when the test runs through, allow when it jumps over one instruction."""
    block = [*test, _refuse(error), (_RETURN, 0, 0, ALLOW)]
    return [(_EQUAL, 0, len(block), number), *block]


def _one_of(values: Sequence[int]) -> list[Instruction]:
    last = len(values) - 1
    return [(_EQUAL, last - place, 0 if place < last else 1, value) for place, value in enumerate(values)]


def _none_of(values: Sequence[int]) -> list[Instruction]:
    return [(_EQUAL, len(values) - place, 0, value) for place, value in enumerate(values)]


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def forbid() -> None:
    """From now on, for this process and all that it starts. Needs the rights of a user namespace's root."""
    packed = b"".join(
        code.to_bytes(2, "little") + bytes([yes, no]) + operand.to_bytes(4, "little")
        for code, yes, no, operand in program(os.uname().machine)
    )
    memory = ctypes.create_string_buffer(packed, len(packed))
    description = _Program(len(packed) // 8, ctypes.addressof(memory))
    prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.addressof(description))
