"""The filter on a node's system calls, run here instruction by instruction as the kernel would."""

import errno
import struct

import pytest

from netlab.runtime.native.forbidden import ALLOW, MACHINES, REFUSE, program

X86_64, AARCH64 = "x86_64", "aarch64"
NEW_CGROUP, NEW_NET = 0x02000000, 0x40000000


def verdict(machine, call, *arguments, architecture=None):
    """What the filter returns for a call by name or number."""
    own, numbers = MACHINES[machine]
    number = numbers.get(call, call)
    data = struct.pack("<IIQ6Q", number, architecture or own, 0, *(*arguments, *[0] * (6 - len(arguments))))
    lines, place, value = program(machine), 0, 0
    while True:
        code, yes, no, operand = lines[place]
        if code == 0x06:
            return operand
        if code == 0x20:
            value = struct.unpack_from("<I", data, operand)[0]
            true = None
        else:
            true = {0x15: value == operand, 0x35: value >= operand, 0x45: bool(value & operand)}[code]
        place += 1 + (0 if true is None else yes if true else no)


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(
    ("call", "arguments", "expected"),
    [
        (0, (), ALLOW),
        (400, (), ALLOW),
        ("keyctl", (0,), REFUSE | errno.EPERM),
        ("bpf", (5,), REFUSE | errno.EPERM),
        ("io_uring_setup", (), REFUSE | errno.ENOSYS),
        ("clone3", (), REFUSE | errno.ENOSYS),
        ("clone", (NEW_NET,), ALLOW),
        ("clone", (NEW_NET | NEW_CGROUP,), REFUSE | errno.EPERM),
        ("unshare", (NEW_CGROUP,), REFUSE | errno.EPERM),
        ("unshare", (NEW_NET,), ALLOW),
        ("ioctl", (0, 0x5401), ALLOW),
        ("ioctl", (0, 0x5412), REFUSE | errno.EPERM),
        ("ioctl", (0, 0x541C), REFUSE | errno.EPERM),
        ("ioctl", (0, 0xFFFFFFFF00005412), REFUSE | errno.EPERM),
        *[("socket", (family,), ALLOW) for family in (1, 2, 10, 16, 17)],
        *[("socket", (family,), REFUSE | errno.EAFNOSUPPORT) for family in (31, 38, 40, 44)],
    ],
)
def test_what_the_filter_says(machine, call, arguments, expected):
    assert verdict(machine, call, *arguments) == expected


def test_calls_by_other_numberings_are_refused():
    assert verdict(X86_64, "keyctl", architecture=0x40000003) == REFUSE | errno.ENOSYS, "32-bit"
    assert verdict(X86_64, 250 + 0x40000000) == REFUSE | errno.ENOSYS, "x32"
    assert verdict(AARCH64, "socket", 2, architecture=MACHINES[X86_64][0]) == REFUSE | errno.ENOSYS
