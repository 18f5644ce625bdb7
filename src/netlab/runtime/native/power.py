"""Cut a node's power and prepare it to boot again with nothing but its kept files."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from netlab.processes import Process
from netlab.runtime.native import kept, netns, node, wiring
from netlab.runtime.native.namespaces import NETNS_DIR, NODES, child
from netlab.runtime.native.saying import say
from netlab.runtime.native.syscalls import CLONE_NEWNET, MS_BIND, mount, setns, unmount

Plan = dict[str, Any]
KEPT, DELIVERED, INCOMING = "kept.tar", "delivered.tar", "incoming.tar"
_LOADING = "loading"
WHOLE_DISK = ["/"]


def save(one: Plan, name: str = KEPT) -> None:
    """Write the node's kept files, as they are now, to an archive beside its root.

    Not while the node lacks them: when a power cycle was cut off before it had put them back, the tar is all there is.
    """
    if one["keep"] == WHOLE_DISK or (name == KEPT and os.path.exists(f"{NODES}/{one['name']}/{_LOADING}")):
        return
    archive = f"{NODES}/{one['name']}/{name}"
    in_child(one["name"], lambda: kept.save(node.root_of(one["name"]), one["keep"], archive))
    os.replace(archive + ".new", archive)


def take(one: Plan) -> None:
    """What came from outside is from now on what the node has kept."""
    home = f"{NODES}/{one['name']}"
    os.replace(f"{home}/{INCOMING}", f"{home}/{KEPT}")
    Path(f"{home}/{_LOADING}").touch()


def off(process: Process | None) -> None:
    """Kill a node's init, and with it everything that runs there."""
    if process:
        process.kill()
        if not process.wait(10):
            raise OSError(f"process {process.pid}, a node's init, does not end")


def fresh_root(one: Plan) -> None:
    """An empty upper layer with the kept files put back; as it is where the whole disk is kept."""
    if one["keep"] == WHOLE_DISK:
        return
    home = f"{NODES}/{one['name']}"
    Path(f"{home}/{_LOADING}").touch()
    node.unmount_root(one["name"])
    # rm(1): Python's own calls itself for every level, and how deep that goes is up to the node
    subprocess.run(["rm", "-rf", "--", f"{home}/upper", f"{home}/work"], check=True, timeout=60)
    node.mount_root(one)
    in_child(one["name"], lambda: kept.load(node.root_of(one["name"]), one["keep"], f"{home}/{KEPT}"))
    os.unlink(f"{home}/{_LOADING}")


def fill(one: Plan) -> None:
    """Unpack `start.tar`, if the node has one, into its root: once, before it first boots."""
    archive = f"{NODES}/{one['name']}/start.tar"
    if os.path.exists(archive):
        in_child(one["name"], lambda: kept.fill(node.root_of(one["name"]), archive))


def move_cables(plan: Plan, one: Plan) -> None:
    """Give the node a new network namespace and move its cables there: neighbours see the link go down and up."""
    old, new = one["name"], f"{one['name']}.new"
    if os.path.exists(f"{NETNS_DIR}/{new}"):
        _settle(new, old)
    netns.make_netns(new, one["pod_processes"])
    setns(f"/proc/{plan['pod']}/ns/net", CLONE_NEWNET)
    wanted, there = one["cables"], wiring.cables(old)
    wiring.ip([f"link set {there[name]} netns {new}" for name in wanted if name in there], "-n", old)
    _rename_interfaces(new, {there[name]: name for name in wanted if name in there and there[name] != name})
    _rename(new, old)
    _replace(plan, one, [name for name in wanted if name not in there])


def _settle(new: str, old: str) -> None:
    """Undo what a restart that was killed half-way had moved; finish it if only the name was still to be changed."""
    made, target = f"{NETNS_DIR}/{new}", f"{NETNS_DIR}/{old}"
    if os.path.ismount(made):
        if os.path.ismount(target):
            wiring.ip([f"link set {name} netns {old}" for name in wiring.cables(new).values()], "-n", new)
        else:
            mount(made, target, flags=MS_BIND)
        unmount(made)
    os.unlink(made)


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
    if one["mgmt"] and "eth0" in missing:
        lines += wiring.mgmt_lines(one["name"], one["number"], one["mgmt"])
    wiring.ip(lines)
    for far, interface in (end for link in links for end in link if end[0] != one["name"]):
        made = wiring.factory_line(far, interface, plan["factory"][far][interface])
        wiring.ip(wiring.passive_port_lines(far, interface, plan) if far in plan["passive"] else [made], "-n", far)


def in_child(name: str, work: Callable[[], None]) -> None:
    """Let a child do it that ends afterwards: it may leave this root, and memory."""

    def told() -> None:
        try:
            work()
        except kept.TooMuchError as much:
            say(event="too-much", name=name, reason=str(much))
            raise

    if os.waitstatus_to_exitcode(os.waitpid(child(told), 0)[1]):
        raise OSError(f"the kept files of {name} could not be handled")
