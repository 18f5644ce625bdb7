"""Make the ends of cables behave as asked: `ip` for up, down and MTU; `tc` for loss, rate and delay.

Loss is a classic BPF program in the egress hook (tc-bpf(8); `ld rand` in the kernel's networking/filter.rst), so it
works without netem, holds for Open vSwitch too (which takes what arrives before the ingress hook sees it), and a
learner's `nft flush ruleset` leaves it alone. Rate is tbf(8); delay is netem(8), which not every kernel has.

A port that is down cuts its cable at both ends: neither sends a frame, and both are in mode dormant (ip-link(8)). A
node that sets its port up again, as FRR does when it boots, sees NO-CARRIER there, and its far end lies out of reach.
"""

import subprocess
from typing import Any

from netlab.runtime.native.wiring import cables, ip

Plan = dict[str, Any]
_RANDOM = 0xFFFFF038  # SKF_AD_OFF + SKF_AD_RANDOM: where classic BPF finds a random 32-bit number
_GO_ON, _LOSE = 0xFFFFFFFF, 4  # TC_ACT_UNSPEC; TC_ACT_STOLEN: the sender is told nothing, as on a real cable
_MIN_BURST = 6000  # bytes: four frames of the usual MTU
_HEADER = 64  # bytes: Ethernet's with VLAN tags, and room for the kernel's rounding; tbf drops what exceeds its burst
CUT = 2  # the filter's place that says a cable is cut; loss has the first
_HUNDREDTH = 800  # bits to bytes, and a hundredth of a second's worth


class NoNetemError(OSError):
    """This kernel cannot delay frames."""


def apply(ports: list[Plan]) -> None:
    """Each plan is one of `netlab.runtime.native.ports.PortBook.plan`. Raises OSError."""
    for one in ports:
        name = cables(one["node"]).get(one["interface"])
        if name is None:
            raise OSError(f"{one['node']} has no {one['interface']} any more; `netlab restart` puts it back")
        _tc(one["node"], clear_lines(name, one), force=True)
        _tc(one["node"], shape_lines(name, one))
        ip(link_lines(name, one), "-n", one["node"])


def link_lines(name: str, one: Plan) -> list[str]:
    """The `ip -batch` lines of a port's MTU and state. What is asked for is set whatever the node did meanwhile."""
    old, new = one["old"], one["new"]
    mtu = new["mtu"] or (one["built_mtu"] if old["mtu"] else None)
    healed = one["was_cut"] and not one["cut"]
    settings = [
        f"mtu {mtu}" if mtu else "",
        "mode dormant" if one["cut"] else "mode default" if healed else "",
        "down" if not new["up"] else "up" if not old["up"] else "",
        "state up" if healed else "",  # of no effect without a carrier
    ]
    return [f"link set dev {name} {setting}" for setting in settings if setting]


def clear_lines(name: str, one: Plan) -> list[str]:
    """Take away only what we put there: a learner's own queues are theirs."""
    old = one["old"]
    lines = [f"filter del dev {name} egress pref 1"] if old["loss"] else []
    lines += [f"filter del dev {name} egress pref {CUT}"] if one["was_cut"] and not one["cut"] else []
    return lines + ([f"qdisc del dev {name} root"] if old["rate"] or old["delay"] else [])


def shape_lines(name: str, one: Plan) -> list[str]:
    """The `tc -batch` lines of a port's loss, rate and delay, and of a cable that is cut."""
    new = one["new"]
    programs = {1: loss_program(new["loss"])} if new["loss"] else {}
    programs |= {CUT: f"'1,6 0 0 {_LOSE}'"} if one["cut"] else {}
    lines = [f"qdisc replace dev {name} clsact"] if programs else []
    for pref, program in programs.items():
        where = f"dev {name} egress pref {pref} protocol all handle 1"
        lines.append(f"filter replace {where} bpf da bytecode {program}")
    parent = "root handle 1:"
    if new["rate"]:
        burst = max(_MIN_BURST, (new["mtu"] or one["built_mtu"]) + _HEADER, new["rate"] // _HUNDREDTH)
        lines.append(f"qdisc replace dev {name} {parent} tbf rate {new['rate']}bit burst {burst} latency 50ms")
        parent = "parent 1:1 handle 10:"
    if new["delay"]:
        lines.append(f"qdisc replace dev {name} {parent} netem limit 10000 delay {new['delay']}ms")
    return lines


def loss_program(percent: float) -> str:
    """Load a random number; go on when it is at least the share to lose, lose the frame otherwise."""
    share = min(round(percent / 100 * (1 << 32)), (1 << 32) - 1)
    return f"'4,32 0 0 {_RANDOM},53 0 1 {share},6 0 0 {_GO_ON},6 0 0 {_LOSE}'"


def _tc(node: str, lines: list[str], *, force: bool = False) -> None:
    if not lines:
        return
    argv = ["tc", "-n", node, *(["-force"] if force else []), "-batch", "-"]
    done = subprocess.run(argv, input="\n".join(lines), text=True, capture_output=True, check=False, timeout=20)
    if done.returncode and not force:
        complaint = done.stderr.strip()
        if "qdisc kind is unknown" in complaint and any("netem" in line for line in lines):
            raise NoNetemError("This computer's kernel has no netem, so links cannot be delayed; loss and rate work")
        raise OSError(f"tc: {complaint}")
