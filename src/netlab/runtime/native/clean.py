"""Run a program of the clean image inside a pod: a node's root may have replaced the node's own.

The program is nobody, has one right (CAP_NET_RAW: packet sockets) and can never get another, so that a packet made
to break a dissector breaks nothing else. setpriv(1) comes with util-linux, which every image has.
"""

from netlab.runtime.native.namespaces import IMAGE
from netlab.runtime.native.process import PATH

NOBODY = "65534"
# PR_SET_PDEATHSIG holds from when it is set: had the parent ended before, nobody would send the signal any more.
_UNLESS_ORPHANED = 'test "$PPID" = "$1" || exit; shift; exec "$@"'


def room(parent: int) -> list[str]:
    """The argv prefix, to be run in the pod's user and mount namespaces; ends when process `parent` ends."""
    rights = [f"--{kind}=-all,+net_raw" for kind in ("inh-caps", "ambient-caps", "bounding-set")]
    person = ["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "--no-new-privs", *rights]
    guard = ["--pdeathsig", "KILL", "sh", "-c", _UNLESS_ORPHANED, "sh", str(parent)]
    return ["env", "-i", f"PATH={PATH}", "LANG=C.UTF-8", "chroot", IMAGE, "setpriv", *person, *guard]
