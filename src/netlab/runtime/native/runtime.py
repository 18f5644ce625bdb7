"""The native runtime, seen from the host: rootless pods, one for each running lab."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import asdict
from typing import IO, Any

from netlab.cable import Live
from netlab.errors import NetlabError, RuntimeFailure, TooMuchToKeep
from netlab.interrupts import finish_first
from netlab.port import Port
from netlab.proc import Finished
from netlab.processes import Process
from netlab.runtime.base import Deployment, NodeState, OnNode, bring_back
from netlab.runtime.native import clean, client, commands, idmap, plan, record
from netlab.runtime.native.node import OFF
from netlab.runtime.native.ports import PortBook
from netlab.runtime.native.power import DELIVERED, KEPT
from netlab.runtime.native.shelf import Shelf
from netlab.topology import Endpoint, Node

SPARE_PROCESSES = 200  # a node: what a lab may run in all, before one node has used up its own limit
ATTACH = (sys.executable, "-I", "-m", "netlab.runtime.native.attach")


class NativeRuntime:
    """See `netlab.runtime.base.Runtime`. Facts that outlive this process are in `<directory>/*.json`."""

    def __init__(self, deployment: Deployment) -> None:
        self._lab = deployment
        self._pod_file = deployment.directory / "pod.json"
        self._nodes_file = deployment.directory / "nodes.json"
        self._ports = PortBook(deployment.directory / "ports.json", deployment.topology)
        self._reviving = deployment.directory / "reviving"
        self._nodes_dir = deployment.directory / "nodes"
        self._shelf = Shelf(self._nodes_dir)

    def deploy(self, on_ready: OnNode) -> None:
        self._lay_out()
        self._up(on_ready)

    def destroy(self) -> None:
        with record.held(self._nodes_file):  # until the end, or an agent might still make a pod
            try:
                record.end_pod(self._pod_file)
            except OSError as stuck:
                raise RuntimeFailure(f"The network of {self._lab.name} does not end: {stuck}.", "Try again.") from stuck
            client.remove_tree(self._lab.directory)

    def inspect(self) -> list[NodeState]:
        return [self._state(node) for node in self._lab.topology.nodes.values()]

    def _state(self, node: Node) -> NodeState:
        process = self._process(node.name)
        why = "" if process else self._why_off(node.name)
        mgmt = str(node.mgmt.ip) if node.managed else ""
        return NodeState(node.name, node.role, mgmt, process.pid if process else None, why)

    def alive(self) -> bool:
        pod = Process.from_record(record.read(self._pod_file))
        records_whole = not self._reviving.exists() and bool(record.read(self._nodes_file))
        return records_whole and pod is not None and pod.alive()

    def exec(
        self, node: str, argv: Sequence[str], *, stdin: IO[bytes] | int = subprocess.DEVNULL, timeout: float = 60
    ) -> Finished:
        return commands.run(self.attach(node), node, argv, stdin, timeout)

    def copy_in(self, node: str, archive: IO[bytes], directory: str = "/") -> None:
        commands.unpack(self.attach(node), node, archive, directory)

    def copy_out(self, node: str, path: str) -> AbstractContextManager[IO[bytes]]:
        return commands.packed(self.attach(node), node, path)

    def restart(self, nodes: Sequence[str], on_ready: OnNode) -> None:
        if not self.alive():
            self._revive(on_ready)
            return
        with finish_first():
            self._power_cycle("restart", nodes, on_ready)

    def save(self, nodes: Sequence[str]) -> dict[str, bytes]:
        if not self._saved_in_pod(nodes):
            self._view(nodes, ["upper", "start"], KEPT)
        return self._shelf.read(nodes, KEPT)

    def _saved_in_pod(self, nodes: Sequence[str]) -> bool:
        """False when there is no pod (any more) in which the nodes' files could be read."""
        try:
            self._ask("save", self._plan(nodes) | {"pod": self._pod().pid}, lambda _: None)
        except TooMuchToKeep:
            raise
        except RuntimeFailure:
            if self.alive():
                raise
            return False
        return True

    def delivered(self, nodes: Sequence[str]) -> dict[str, bytes]:
        unknown = [name for name in nodes if not self._shelf.has(name, DELIVERED)]
        if unknown:  # it never changes, so it is looked at once
            self._view(unknown, ["start"], DELIVERED)
        return self._shelf.read(nodes, DELIVERED)

    def _view(self, nodes: Sequence[str], layers: list[str], archive: str) -> None:
        where = {"image": str(self._lab.image), "nodes_dir": str(self._nodes_dir)}
        self._ask("view", self._plan(nodes) | where | {"layers": layers, "archive": archive}, lambda _: None)

    def load(self, kept: Mapping[str, bytes], on_ready: OnNode) -> None:
        if not self.alive():
            self._revive(lambda _: None)
        with finish_first():
            self._shelf.lay_in(kept)
            self._power_cycle("load", list(kept), on_ready)

    def _power_cycle(self, verb: str, nodes: Sequence[str], on_ready: OnNode) -> None:
        more = {"pod": self._pod().pid, "ports": self._ports.after_restart(nodes)}
        self._ask(verb, self._plan(nodes) | more, on_ready)

    def ports(self) -> Mapping[Endpoint, Port]:
        return self._ports.read()

    def set_ports(self, ports: Mapping[Endpoint, Port]) -> None:
        if not ports:
            return
        before, pod = self._ports.read(), self._pod().pid
        with finish_first():
            self._ports.write(before | dict(ports))
            try:
                self._ask("ports", {"pod": pod, "ports": self._ports.plan(ports, before)}, lambda _: None)
            except NetlabError:
                self._ports.write(before)
                raise

    def seen(self) -> Mapping[Endpoint, Live]:
        asked = {"pod": self._pod().pid, "ports": self._ports.asked()}
        (event,) = client.ask("look", asked, self._lab.directory.parent)
        return {Endpoint(one["node"], one["interface"]): Live(one["up"], one["cut"]) for one in event["ports"]}

    def enter(self, node: str | None = None) -> list[str]:
        pod = self._pod().pid
        where = pod if node is None else self._running(node).pid
        # Root stays outside the pod's user namespace: it would be nobody there, and lose its rights at exec.
        ids = [] if os.geteuid() == 0 else ["-t", str(pod), "-U", "--preserve-credentials"]
        return ["nsenter", *ids, f"--net=/proc/{where}/ns/net", "--"]

    def tool(self, node: str) -> list[str]:
        where = ["-t", str(self._pod().pid), "-U", "-m", f"--net=/proc/{self._running(node).pid}/ns/net"]
        return ["nsenter", *where, "--", *clean.room(os.getpid())]

    def attach(self, node: str) -> list[str]:
        pid = self._running(node).pid
        environment = {"TERM": os.environ.get("TERM", "dumb")} | dict(self._lab.topology.nodes[node].env)
        return [*ATTACH, str(pid), json.dumps(environment)]

    def _revive(self, on_ready: OnNode) -> None:
        """Boot all of a lab whose pod is gone, or was being made when that was cut off."""
        self._reviving.touch()
        self._up(on_ready, revive=True)
        self._reviving.unlink()

    def _up(self, on_ready: OnNode, *, revive: bool = False) -> None:
        everything = self._plan(list(self._lab.topology.nodes)) | {
            "image": str(self._lab.image),
            "nodes_dir": str(self._nodes_dir),
            "pod_file": str(self._pod_file),
            "ports": self._ports.after_restart(self._lab.topology.nodes),
            "revive": revive,
            "limits": asdict(self._lab.limits),
        }
        self._nodes_file.touch(mode=0o600)
        self._ask("up", everything, on_ready)

    def _lay_out(self) -> None:
        """One folder a node, owned by the pod's root, holding the start files that go over the image.

        Nobody else may pass: what a node's root makes setuid there is, for a plain user, setuid to that user.
        """
        self._nodes_dir.mkdir(mode=0o700, parents=True)
        for name in self._lab.topology.nodes:
            home = self._nodes_dir / name
            home.mkdir()
            source = self._lab.start / name
            if source.is_dir():
                shutil.copytree(source, home / "start", symlinks=True)
            else:
                (home / "start").mkdir()
            if (archive := self._lab.start / f"{name}.tar").is_file():
                shutil.copyfile(archive, home / "start.tar")
        idmap.take_over(self._nodes_dir)

    def _plan(self, names: Sequence[str]) -> dict[str, Any]:
        topology = self._lab.topology
        processes = self._lab.limits.processes + SPARE_PROCESSES * len(topology.nodes)
        images = {digest: str(path) for digest, path in self._lab.images.items()}
        everywhere = {"pod_processes": processes, "record": str(self._nodes_file)}
        wired = plan.wiring(topology, images)
        nodes = [plan.node(topology, name, self._lab.keep.get(name, ()), wired["factory"][name]) for name in names]
        return wired | everywhere | {"nodes": [one | everywhere for one in nodes]}

    def _ask(self, verb: str, wanted: dict[str, Any], on_ready: OnNode) -> None:
        for event in client.ask(verb, wanted, self._lab.directory.parent):
            if event["event"] == "ready":
                on_ready(event["name"])

    def _process(self, name: str) -> Process | None:
        process = Process.from_record(record.read(self._nodes_file).get(name))
        return process if process and process.alive() else None

    def _running(self, name: str) -> Process:
        process = self._process(name)
        if process is None:
            self._pod()  # if all of it is gone, say that instead
            why = self._why_off(name)
            message = f"{name} was switched off: {why}." if why else f"{name} is not running."
            raise RuntimeFailure(message, f"Boot it with `netlab restart {name}`.")
        return process

    def _why_off(self, name: str) -> str:
        with suppress(FileNotFoundError):
            return (self._nodes_dir / name / OFF).read_text(encoding="utf-8")
        return ""

    def _pod(self) -> Process:
        process = Process.from_record(record.read(self._pod_file))
        if process is None or not process.alive():
            message = f"The network of {self._lab.name} is gone (was the computer restarted?)."
            raise RuntimeFailure(message, bring_back(self._lab.name))
        return process
