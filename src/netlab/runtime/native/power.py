"""Cut a node's power and prepare it to boot again with nothing but its kept files."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from typing import Any

from netlab.processes import Process
from netlab.runtime.native import kept, node, wiring
from netlab.runtime.native.namespaces import NETNS_DIR, NODES, child
from netlab.runtime.native.syscalls import CLONE_NEWNET, MS_BIND, mount, setns, unmount

Plan = dict[str, Any]


def save(one: Plan) -> None:
    """Write the node's kept files, as they are now, to its `kept.tar`."""
    archive = f"{NODES}/{one['name']}/kept.tar"
    _in_child(lambda: kept.save(node.root_of(one["name"]), one["keep"], archive))
    os.replace(archive + ".new", archive)


def off(one: Plan) -> None:
    """Kill the node's init, and with it everything that runs there."""
    process = Process.from_json(one["process"]) if one["process"] else None
    if process and process.alive():
        process.kill()
        if not process.wait(10):
            raise OSError(f"node {one['name']} does not stop")


def fresh_root(one: Plan) -> None:
    """An empty upper layer with the kept files put back."""
    home = f"{NODES}/{one['name']}"
    node.unmount_root(one["name"])
    for part in ("upper", "work"):
        shutil.rmtree(f"{home}/{part}")
    node.mount_root(one["name"])
    _in_child(lambda: kept.load(node.root_of(one["name"]), one["keep"], f"{home}/kept.tar"))


def move_cables(plan: Plan, one: Plan) -> None:
    """Give the node a new network namespace and move its cables there: neighbours see the link go down and up."""
    old, new = one["name"], f"{one['name']}.new"
    if os.path.exists(f"{NETNS_DIR}/{new}"):
        _bring_back(new, old)
    node.make_netns(new)
    setns(f"/proc/{plan['pod']}/ns/net", CLONE_NEWNET)
    wanted = {"eth0", *one["interfaces"]}
    there = _interfaces(old)
    lines = [f"link set {name} netns {new}" for name in wanted & there.keys()]
    lines += [f"link del {name}" for name in there.keys() - wanted if there[name] == "veth"]
    wiring.ip(lines, "-n", old)
    _rename(new, old)
    _replace(plan, one, wanted - there.keys())


def _bring_back(new: str, old: str) -> None:
    """Undo what a restart that was killed half-way had moved."""
    wiring.ip([f"link set {name} netns {old}" for name, kind in _interfaces(new).items() if kind == "veth"], "-n", new)
    unmount(f"{NETNS_DIR}/{new}")
    os.unlink(f"{NETNS_DIR}/{new}")


def _interfaces(name: str) -> dict[str, str]:
    """Each interface of a node and its kind (`veth`, `bridge` …)."""
    argv = ["ip", "-n", name, "-details", "-json", "link"]
    done = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=10)
    return {entry["ifname"]: entry.get("linkinfo", {}).get("info_kind", "") for entry in json.loads(done.stdout)}


def _rename(new: str, old: str) -> None:
    unmount(f"{NETNS_DIR}/{old}")
    mount(f"{NETNS_DIR}/{new}", f"{NETNS_DIR}/{old}", flags=MS_BIND)
    unmount(f"{NETNS_DIR}/{new}")
    os.unlink(f"{NETNS_DIR}/{new}")


def _replace(plan: Plan, one: Plan, missing: set[str]) -> None:
    """New cables for interfaces that the learner renamed or deleted; a deleted end takes the other end with it."""
    ends = [[one["name"], interface] for interface in missing]
    lines = wiring.link_lines([link for link in plan["links"] if link[0] in ends or link[1] in ends])
    if "eth0" in missing:
        lines += wiring.mgmt_lines(one["name"], one["number"])
    if lines:
        wiring.ip(lines)


def _in_child(work: Callable[[], None]) -> None:
    if os.waitstatus_to_exitcode(os.waitpid(child(work), 0)[1]):
        raise OSError("a node's kept files could not be handled")
