"""The native runtime, seen from the host: rootless pods, one for each running lab."""

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from netlab.errors import RuntimeFailure
from netlab.interrupts import finish_first
from netlab.proc import Finished
from netlab.processes import Process
from netlab.runtime.base import Deployment, NodeState, OnNode
from netlab.runtime.native import client, idmap
from netlab.runtime.native.node import PATH

GRACE = 5
KILLED = (137, -9)  # how timeout(1) ends after --signal=KILL, directly or handed on by nsenter


class NativeRuntime:
    """See `netlab.runtime.base.Runtime`. Facts that outlive this process are in `<directory>/*.json`."""

    def __init__(self, deployment: Deployment) -> None:
        self._lab = deployment
        self._pod_file = deployment.directory / "pod.json"
        self._nodes_file = deployment.directory / "nodes.json"
        self._nodes_dir = deployment.directory / "nodes"

    def deploy(self, on_ready: OnNode) -> None:
        self._lay_out()
        plan = self._plan(list(self._lab.topology.nodes)) | {
            "image": str(self._lab.image),
            "nodes_dir": str(self._nodes_dir),
            "pod_file": str(self._pod_file),
            "subnet": str(self._lab.topology.mgmt),
        }
        self._ask("up", plan, on_ready)

    def destroy(self) -> None:
        pod = self._read(self._pod_file)
        if pod is not None:
            process = Process.from_json(pod)
            process.kill()
            if not process.wait(20):
                raise RuntimeFailure(f"The pod of {self._lab.name} (process {process.pid}) does not end.", "Try again.")
        client.remove_tree(self._lab.directory)

    def inspect(self) -> list[NodeState]:
        nodes = self._lab.topology.nodes.values()
        found = {node.name: self._process(node.name) for node in nodes}
        return [
            NodeState(node.name, node.role, str(node.mgmt.ip), process.pid if process else None)
            for node in nodes
            for process in [found[node.name]]
        ]

    def exec(self, node: str, argv: Sequence[str], *, stdin: bytes = b"", timeout: float = 60) -> Finished:
        # The node's own timeout ends what runs there; ours would only end nsenter.
        bounded = ["timeout", "--signal=KILL", f"{timeout}", *argv]
        try:
            done = subprocess.run(
                [*self.attach(node), *bounded], input=stdin, capture_output=True, timeout=timeout + GRACE, check=False
            )
        except subprocess.TimeoutExpired as slow:
            raise TimeoutError(f"{argv[0]} on {node} did not end within {timeout:g} s") from slow
        if done.returncode in KILLED:
            raise TimeoutError(f"{argv[0]} on {node} did not end within {timeout:g} s")
        out, err = (text.decode(errors="replace") for text in (done.stdout, done.stderr))
        return Finished(tuple(argv), done.returncode, out, err)

    def copy_in(self, node: str, archive: bytes, directory: str = "/") -> None:
        argv = ["tar", "-x", "--no-same-owner", "-C", directory, "-f", "-"]
        done = self.exec(node, argv, stdin=archive)
        if not done.ok:
            raise RuntimeFailure(f"Copying to {node}:{directory} failed: {done.complaint}.", "Does that folder exist?")

    def copy_out(self, node: str, path: str) -> bytes:
        argv = ["tar", "-c", "-C", os.path.dirname(path) or "/", "-f", "-", os.path.basename(path) or "."]
        done = subprocess.run([*self.attach(node), *argv], capture_output=True, timeout=60, check=False)
        if done.returncode:
            raise RuntimeFailure(f"{node}:{path} cannot be copied.", f"Look with `netlab exec {node} -- ls -l {path}`.")
        return done.stdout

    def restart(self, nodes: Sequence[str], on_ready: OnNode) -> None:
        with finish_first():
            self._ask("restart", self._plan(nodes) | {"pod": self._pod().pid}, on_ready)

    def enter(self, node: str | None = None) -> list[str]:
        pod = self._pod().pid
        where = pod if node is None else self._running(node).pid
        # Root stays outside the pod's user namespace: it would be nobody there, and lose its rights at exec.
        ids = [] if os.geteuid() == 0 else ["-t", str(pod), "-U", "--preserve-credentials"]
        return ["nsenter", *ids, f"--net=/proc/{where}/ns/net", "--"]

    def attach(self, node: str) -> list[str]:
        pid = str(self._running(node).pid)
        clean = ["env", "-i", f"PATH={PATH}", "HOME=/root", "LANG=C.UTF-8", f"TERM={os.environ.get('TERM', 'dumb')}"]
        return ["nsenter", "-t", pid, "-U", "-m", "-u", "-i", "-n", "-p", "--", *clean]

    def _lay_out(self) -> None:
        """One folder a node, owned by the pod's root, holding the start files that go over the image."""
        for name in self._lab.topology.nodes:
            home = self._nodes_dir / name
            home.mkdir(parents=True)
            source = self._lab.start / name
            if source.is_dir():
                shutil.copytree(source, home / "start", symlinks=True)
            else:
                (home / "start").mkdir()
        idmap.take_over(self._nodes_dir)

    def _plan(self, names: Sequence[str]) -> dict[str, Any]:
        topology = self._lab.topology
        links = [[[end.node, end.interface] for end in link] for link in topology.links]
        nodes = [self._node_plan(name) for name in names]
        return {"links": links, "nodes": nodes, "record": str(self._nodes_file)}

    def _node_plan(self, name: str) -> dict[str, Any]:
        node = self._lab.topology.nodes[name]
        return {
            "name": name,
            "number": list(self._lab.topology.nodes).index(name),
            "mgmt": str(node.mgmt),
            "interfaces": self._lab.topology.interfaces(name),
            "env": dict(node.env),
            "sysctls": dict(node.sysctls),
            "command": node.command,
            "keep": list(self._lab.keep.get(name, ())),
        }

    def _ask(self, verb: str, plan: dict[str, Any], on_ready: OnNode) -> None:
        for event in client.ask(verb, plan, self._lab.directory.parent):
            if event["event"] == "ready":
                on_ready(event["name"])

    def _process(self, name: str) -> Process | None:
        data = (self._read(self._nodes_file) or {}).get(name)
        process = Process.from_json(data) if data else None
        return process if process and process.alive() else None

    def _running(self, name: str) -> Process:
        process = self._process(name)
        if process is None:
            self._pod()  # if all of it is gone, say that instead
            raise RuntimeFailure(f"{name} is not running.", f"Boot it with `netlab restart {name}`.")
        return process

    def _pod(self) -> Process:
        data = self._read(self._pod_file)
        process = Process.from_json(data) if data else None
        if process is None or not process.alive():
            raise RuntimeFailure(
                f"The network of {self._lab.name} is gone (was the computer restarted?).",
                f"Clear it with `netlab stop {self._lab.name}`, then start it again.",
            )
        return process

    @staticmethod
    def _read(path: Path) -> dict[str, Any] | None:
        with suppress(FileNotFoundError, ValueError):
            data: dict[str, Any] = json.loads(path.read_text(encoding="ascii"))
            return data
        return None
