"""The part of the native runtime that works inside the namespaces, one short-lived process a request.

`python -m netlab.runtime.native.agent VERB` reads a JSON plan on stdin and prints one JSON event a line:
`up` makes a pod and boots its nodes (`revive`: those of a pod that is gone), `restart` power-cycles nodes,
`save` writes their kept files to `nodes/<node>/kept.tar`, `view` does so from what lies on the disk, without a pod,
`load` power-cycles nodes with the kept files in `nodes/<node>/incoming.tar`, `ports` sets the ends of cables, `look`
says how they are. Other verbs are tools: `mapped DIR ARGV…` runs a command under a pod's ids, `enclosed DIR ARGV…`
one that must leave nothing behind, `try-overlay DIR` tries an overlay mount, `unpack DIR` unpacks a layer of an image
from stdin. Only the standard library is imported, and all of it before a pod is entered.
"""

import codecs
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from netlab.processes import Process
from netlab.runtime.native import glance, impair, layers, netns, node, power, warden, wiring
from netlab.runtime.native.enclosure import run_enclosed
from netlab.runtime.native.namespaces import (
    IMAGE,
    IMAGES,
    NODES,
    PROC,
    create_pod,
    enter_pod,
    run_inside,
    run_mapped,
    run_without_pod,
    try_overlay,
    wait_until_prepared,
)
from netlab.runtime.native.record import Record, end_pod
from netlab.runtime.native.saying import say
from netlab.runtime.native.syscalls import CLONE_NEWNET, setns

Plan = dict[str, Any]
BOOT_DEADLINE = 20.0
POLL = 0.004
LAST_BYTES = 2000
OOM_FIRST = "500"  # when the host runs out of memory, a lab's processes are ended before its user's own
for _name in ("ascii", "utf-8", "latin-1"):
    codecs.lookup(_name)  # Python loads these when first used, by when its own files may be out of reach


def up(plan: Plan) -> None:
    """Make the pod, wire the nodes and boot them."""
    Path("/proc/self/oom_score_adj").write_text(OOM_FIRST, encoding="ascii")
    record = Record(plan["record"], plan["asked_by"])
    end_pod(Path(plan["pod_file"]))  # that of an agent which was quicker, or a broken one
    node.make_own_tun(plan["nodes_dir"])
    folders = {IMAGE: plan["image"], NODES: plan["nodes_dir"]}
    folders |= {f"{IMAGES}/{digest}": path for digest, path in plan["images"].items()}
    pod = create_pod(folders, lambda pid: _record(plan["pod_file"], pid))
    wait_until_prepared(pod)
    enter_pod(pod)
    lasting = {one["name"] for one in plan["nodes"] if one["keep"] == power.WHOLE_DISK}
    warden.start([one["name"] for one in plan["nodes"]], plan["limits"], lasting)
    for one in plan["nodes"]:
        netns.make_netns(one["name"], plan["pod_processes"])
        node.mount_root(one)
        if plan["revive"]:
            power.save(one)
            power.fresh_root(one)
        else:
            power.fill(one)
    for name in plan["passive"]:
        netns.make_netns(name, plan["pod_processes"])
    setns(f"/proc/{pod}/ns/net", CLONE_NEWNET)
    netns.forward_nothing(PROC)  # or nodes would reach each other by way of the management network's router
    lines = wiring.pod_lines(plan["mgmt"]) + wiring.link_lines(plan["links"])
    for one in plan["nodes"]:
        lines += wiring.mgmt_lines(one["name"], one["number"], one["mgmt"])
    wiring.ip(lines)
    for name, interfaces in plan["passive"].items():
        wiring.ip(wiring.passive_lines(name, interfaces, plan), "-n", name)
    boot(plan, record)


def restart(plan: Plan) -> None:
    """What a device does when its power is cut and comes back: only the kept files are still there."""
    _power_cycle(plan, power.save, lambda _: None)


def load(plan: Plan) -> None:
    """A power cycle that brings kept files from outside."""
    _power_cycle(plan, lambda _: None, power.take)


def _power_cycle(plan: Plan, before: Callable[[Plan], None], when_off: Callable[[Plan], None]) -> None:
    Path("/proc/self/oom_score_adj").write_text(OOM_FIRST, encoding="ascii")
    record = Record(plan["record"], plan["asked_by"])
    enter_pod(plan["pod"])
    for one in plan["nodes"]:
        before(one)
        power.off(record.process(one["name"]))
        when_off(one)
        power.move_cables(plan, one)
        power.fresh_root(one)
    setns(f"/proc/{plan['pod']}/ns/net", CLONE_NEWNET)
    boot(plan, record)


def save(plan: Plan) -> None:
    """Write each node's kept files to its `kept.tar`, once no other agent is at work on the nodes."""
    _record = Record(plan["record"], plan["asked_by"])
    enter_pod(plan["pod"])
    for one in plan["nodes"]:
        power.save(one)


def view(plan: Plan) -> None:
    """Write each node's kept files to `archive`, as they are in the `layers` of its root and in the image."""

    def look() -> None:
        for one in plan["nodes"]:
            node.mount_view(one["name"], plan["layers"])
            power.save(one, plan["archive"])

    _record = Record(plan["record"], plan["asked_by"])
    run_without_pod({IMAGE: plan["image"], NODES: plan["nodes_dir"]}, look)


def ports(plan: Plan) -> None:
    """Set the ends of cables."""
    enter_pod(plan["pod"])
    impair.apply(plan["ports"])


def look(plan: Plan) -> None:
    """Say how the ends of cables are now."""
    enter_pod(plan["pod"])
    say(event="seen", ports=glance.look(plan["ports"]))


def boot(plan: Plan, record: Record) -> None:
    """Start the nodes, wave by wave, then set the cables: booting sets every interface up, as out of the box."""
    nodes = plan["nodes"]
    for wave in sorted({one["wave"] for one in nodes}):
        _boot_wave([one for one in nodes if one["wave"] == wave], record)
    impair.apply(plan["ports"])


def _boot_wave(nodes: list[Plan], record: Record) -> None:
    """Start the nodes' inits, then poll until each is ready or the deadline has passed."""
    waiting = {}
    for one in nodes:
        waiting[one["name"]] = (one, _started(one))
        record.note(one["name"], waiting[one["name"]][1])
    deadline = time.monotonic() + BOOT_DEADLINE
    while waiting:
        for name, (one, process) in list(waiting.items()):
            if node.is_ready(process.pid, one):
                say(event="ready", name=name)
                del waiting[name]
            elif not process.alive() or time.monotonic() > deadline:
                raise OSError(f"node {name} did not come up: {_last_words(name)}")
        time.sleep(POLL)  # the interval of a poll that ends by the deadline above


def _started(one: Plan) -> Process:
    pid = node.boot(one)
    try:
        return Process.of(pid)
    except ProcessLookupError:
        raise OSError(f"node {one['name']} did not come up: {_last_words(one['name'])}") from None


def _last_words(name: str) -> str:
    """The end of what the node said while booting: it may have said any amount."""
    with open(f"{NODES}/{name}/{node.LOG}", "rb") as file:
        file.seek(max(0, os.fstat(file.fileno()).st_size - LAST_BYTES))
        lines = file.read(LAST_BYTES).decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing while booting"


def _record(pod_file: str, pid: int) -> None:
    """Before the pod may run on its own, so that a pod nobody knows of cannot exist."""
    record = Process.of(pid).as_json()
    Path(pod_file).write_text(json.dumps(record), encoding="ascii")
    say(event="pod", **record)


VERBS = {"up": up, "restart": restart, "save": save, "view": view, "load": load, "ports": ports, "look": look}


def unpack(directory: str) -> int:
    """The layer on stdin, into `directory`."""
    return run_inside(lambda: layers.unpack(sys.stdin.buffer), directory)


TOOLS = {"mapped": run_mapped, "enclosed": run_enclosed, "try-overlay": try_overlay, "unpack": unpack}


def main() -> int:
    """0 when done; 1 with an `error` event when not."""
    verb, *rest = sys.argv[1:]
    os.environ["PATH"] = (
        f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"  # Debian's users go without; tc is there
    )
    try:
        if verb in TOOLS:
            return TOOLS[verb](*rest)
        VERBS[verb](json.load(sys.stdin))
    except Exception as wrong:  # noqa: BLE001 - the process's last frame: the reason goes to the caller
        if verb in TOOLS:  # whose stdout is the program's
            sys.stderr.write(f"{wrong}\n")
        else:
            say(event="error", kind=type(wrong).__name__, reason=str(wrong))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
