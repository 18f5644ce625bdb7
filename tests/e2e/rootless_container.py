"""Run a command as root of a user namespace like a rootless container's: root is who runs this, then 65535 ids."""

import os
import subprocess
import sys
from pathlib import Path

from netlab.runtime.native.idmap import NEEDED, sub_range
from netlab.runtime.native.namespaces import become_root, child
from netlab.runtime.native.syscalls import CLONE_NEWNS, CLONE_NEWUSER, unshare

FREE = 0x60000000


def main():
    """The command's exit code."""
    unshared, mapped = os.pipe(), os.pipe()

    def inside():
        os.close(mapped[1])
        unshare(CLONE_NEWUSER | CLONE_NEWNS)
        os.write(unshared[1], b"x")
        os.read(mapped[0], 1)
        become_root()
        os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606 - no shell, which is the purpose  # noqa: S606 - no shell, on purpose

    pid = child(inside)
    os.read(unshared[0], 1)
    for kind, own in (("uid", os.geteuid()), ("gid", os.getegid())):
        if os.geteuid() == 0:
            Path(f"/proc/{pid}/{kind}_map").write_text(f"0 0 1\n1 {FREE} {NEEDED}")
        else:
            first = sub_range(Path(f"/etc/sub{kind}"))
            rows = ["0", str(own), "1", "1", str(first), str(NEEDED)]
            subprocess.run([f"new{kind}map", str(pid), *rows], check=True, timeout=10)
    os.close(mapped[1])
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


if __name__ == "__main__":
    sys.exit(main())
