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


def off(process: Process | None) -> None:
    """Kill a node's init, and with it everything that runs there."""
    if process and process.alive():
        process.kill()
        if not process.wait(10):
            raise OSError(f"process {process.pid}, a node's init, does not end")


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
    wanted, there = ["eth0", *one["interfaces"]], _cables(old)
    wiring.ip([f"link set {there[name]} netns {new}" for name in wanted if name in there], "-n", old)
    _rename_interfaces(new, {there[name]: name for name in wanted if name in there and there[name] != name})
    _rename(new, old)
    _replace(plan, one, [name for name in wanted if name not in there])


def _bring_back(new: str, old: str) -> None:
    """Undo what a restart that was killed half-way had moved."""
    wiring.ip([f"link set {name} netns {old}" for name in _cables(new).values()], "-n", new)
    unmount(f"{NETNS_DIR}/{new}")
    os.unlink(f"{NETNS_DIR}/{new}")


def _cables(name: str) -> dict[str, str]:
    """A node's cabled interfaces: the name on the plan (kept as the alias), and the name they go by now."""
    argv = ["ip", "-n", name, "-json", "link"]
    done = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=10)
    marked = {entry["ifname"]: entry.get("ifalias", "") for entry in json.loads(done.stdout)}
    return {alias.removeprefix(wiring.ALIAS): now for now, alias in marked.items() if alias.startswith(wiring.ALIAS)}


def _rename_interfaces(name: str, changed: dict[str, str]) -> None:
    """By way of names nobody uses, so that two that were swapped do not meet."""
    interim = {f"netlab{number}": wanted for number, wanted in enumerate(changed.values())}
    lines = [f"link set {now} name {between}" for now, between in zip(changed, interim, strict=True)]
    wiring.ip(lines + [f"link set {between} name {wanted}" for between, wanted in interim.items()], "-n", name)


def _rename(new: str, old: str) -> None:
    unmount(f"{NETNS_DIR}/{old}")
    mount(f"{NETNS_DIR}/{new}", f"{NETNS_DIR}/{old}", flags=MS_BIND)
    unmount(f"{NETNS_DIR}/{new}")
    os.unlink(f"{NETNS_DIR}/{new}")


def _replace(plan: Plan, one: Plan, missing: list[str]) -> None:
    """New cables for interfaces that the learner deleted; a deleted end takes the other end with it."""
    ends = [[one["name"], interface] for interface in missing]
    links = [link for link in plan["links"] if link[0] in ends or link[1] in ends]
    lines = wiring.link_lines(links)
    if "eth0" in missing:
        lines += wiring.mgmt_lines(one["name"], one["number"])
    wiring.ip(lines)
    for far, interface in (end for link in links for end in link if end[0] != one["name"]):
        wiring.ip([wiring.factory_line(far, interface)], "-n", far)


def _in_child(work: Callable[[], None]) -> None:
    if os.waitstatus_to_exitcode(os.waitpid(child(work), 0)[1]):
        raise OSError("a node's kept files could not be handled")
