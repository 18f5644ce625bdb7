"""The part of the native runtime that works inside the namespaces, one short-lived process a request.

`python -m netlab.runtime.native.agent VERB` reads a JSON plan on stdin and prints one JSON event a line:
`up` makes a pod and boots its nodes, `restart` power-cycles nodes, `save` writes their kept files to
`nodes/<node>/kept.tar`, `load` restarts nodes with such a tar, `mapped DIR ARGV…` runs a command under a
pod's ids. Only the standard library is imported, and all of it before a pod is entered.
"""

import codecs
import json
import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from netlab.processes import Process
from netlab.runtime.native import node, power, wiring
from netlab.runtime.native.namespaces import NODES, create_pod, enter_pod, run_mapped, try_overlay, wait_until_prepared
from netlab.runtime.native.record import Record
from netlab.runtime.native.syscalls import CLONE_NEWNET, setns

Plan = dict[str, Any]
BOOT_DEADLINE = 20.0
POLL = 0.004
for _name in ("ascii", "utf-8", "latin-1"):
    codecs.lookup(_name)  # Python loads these when first used, by when its own files may be out of reach


def up(plan: Plan) -> None:
    """Make the pod, wire the nodes and boot them."""
    record = Record(plan["record"])
    pod = create_pod(plan["image"], plan["nodes_dir"], lambda pid: _record(plan["pod_file"], pid))
    wait_until_prepared(pod)
    enter_pod(pod)
    names = [one["name"] for one in plan["nodes"]]
    for name in names:
        node.make_netns(name)
        node.mount_root(name)
    setns(f"/proc/{pod}/ns/net", CLONE_NEWNET)
    lines = wiring.pod_lines(plan["subnet"]) + wiring.link_lines(plan["links"])
    for number, name in enumerate(names):
        lines += wiring.mgmt_lines(name, number)
    wiring.ip(lines)
    boot(plan["nodes"], record)


def restart(plan: Plan) -> None:
    """What a device does when its power is cut and comes back: only the kept files are still there."""
    record = Record(plan["record"])
    enter_pod(plan["pod"])
    for one in plan["nodes"]:
        power.save(one)
        power.off(record.process(one["name"]))
        power.move_cables(plan, one)
        power.fresh_root(one)
    boot(plan["nodes"], record)


def save(plan: Plan) -> None:
    """Write each node's kept files to its `kept.tar`."""
    enter_pod(plan["pod"])
    for one in plan["nodes"]:
        power.save(one)


def boot(nodes: list[Plan], record: Record) -> None:
    """Start the nodes' inits, then poll until each says it is ready or the deadline has passed."""
    waiting = {}
    for one in nodes:
        waiting[one["name"]] = _started(one)
        record.note(one["name"], waiting[one["name"]])
    deadline = time.monotonic() + BOOT_DEADLINE
    while waiting:
        for name, process in list(waiting.items()):
            if os.path.exists(f"/proc/{process.pid}/root/run/netlab/ready"):
                _say(event="ready", name=name)
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
    lines = Path(f"{NODES}/{name}/boot.log").read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing while booting"


def _record(pod_file: str, pid: int) -> None:
    """Before the pod may run on its own, so that a pod nobody knows of cannot exist."""
    record = Process.of(pid).as_json()
    Path(pod_file).write_text(json.dumps(record), encoding="ascii")
    _say(event="pod", **record)


def _say(**event: Any) -> None:
    with suppress(BrokenPipeError):  # nobody listens any more: the work is finished all the same
        sys.stdout.write(json.dumps(event) + "\n")
        sys.stdout.flush()


def main() -> int:
    """0 when done; 1 with an `error` event when not."""
    verb, *rest = sys.argv[1:]
    try:
        if verb == "mapped":
            return run_mapped(rest[1:], rest[0])
        if verb == "try-overlay":
            return try_overlay(rest[0])
        {"up": up, "restart": restart, "save": save}[verb](json.load(sys.stdin))
    except Exception as wrong:  # noqa: BLE001 - the process's last frame: the reason goes to the caller
        _say(event="error", kind=type(wrong).__name__, reason=str(wrong))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
