"""A running lab as everything else uses it: its run, its files, its parameters and its runtime."""

import json
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from netlab import templates
from netlab.catalog import LabFiles
from netlab.errors import UnknownNameError, WrongStateError
from netlab.faultbook import FaultBook
from netlab.image.store import ImageStore
from netlab.lab import Lab
from netlab.runtime.base import Deployment, Runtime
from netlab.runtime.select import runtime
from netlab.state import GONE, RUNNING, Run
from netlab.topology import Node, Topology, snapshot

SNAPSHOT = "topology.json"
WHOLE_DISK = ("/",)
# script(1), where there is one, gives the shell a terminal of the node's own.
_SHELL = """command -v bash >/dev/null || exec sh -l
command -v script >/dev/null && exec script -qec 'bash -l' /dev/null
exec bash -l"""


@dataclass(frozen=True)
class Bench:
    """One run put together again; cheap to make."""

    run: Run
    rootfs: Path

    @classmethod
    def of(cls, run: Run, store: ImageStore) -> "Bench":
        return cls(run, store.directory / run.image / "rootfs")

    @cached_property
    def files(self) -> LabFiles:
        """Raises WrongStateError for a topology that is no lab."""
        if not self.run.has_lab:
            name = self.run.slug
            step = f"Work on its nodes with `netlab connect NODE --lab {name}`; `netlab topology down {name}` ends it."
            raise WrongStateError(f"{name} is a topology without a lab: it has no task, and nothing to grade.", step)
        return LabFiles(Path(self.run.catalog), self.run.slug)

    @cached_property
    def fault_book(self) -> FaultBook:
        return FaultBook(self.files)

    @property
    def lab(self) -> Lab:
        return self.files.lab

    @cached_property
    def topology(self) -> Topology:
        if self.run.has_lab:
            return self.files.topology
        return snapshot.load(self._snapshot["topology"])

    @cached_property
    def _snapshot(self) -> dict[str, Any]:
        """A topology as it was started, and from which file; empty while its start has not come that far."""
        with suppress(FileNotFoundError):
            data: dict[str, Any] = json.loads((self.run.directory / SNAPSHOT).read_text("utf-8"))
            return data
        return {"file": "", "topology": snapshot.dump(Topology(self.run.slug, {}, ()))}

    @cached_property
    def values(self) -> dict[str, Any]:
        """The learner's parameters, and `node` facts for the templates."""
        return self.files.values(self.run.parameter_seed())

    @cached_property
    def runtime(self) -> Runtime:
        run, topology = self.run, self.topology
        keep = dict(self.lab.keep) if run.has_lab else {name: list(WHOLE_DISK) for name in topology.nodes}
        images = {node.rootfs: self.given_rootfs(node.rootfs) for node in topology.nodes.values() if node.rootfs}
        start = run.directory / "start"
        deployment = Deployment(run.slug, run.deployment_dir, topology, self.rootfs, start, keep, images=images)
        return runtime(run.runtime, deployment)

    @property
    def cache(self) -> Path:
        return self.rootfs.parents[2]

    def given_rootfs(self, digest: str) -> Path:
        """The root file system of an image that was given with --image."""
        from netlab.image.oci.store import GivenStore  # long to import, and seldom wanted

        return GivenStore(ImageStore(self.cache)).rootfs(digest)

    @property
    def about(self) -> str:
        """One line on this run, for `status`."""
        run = self.run
        if run.has_lab:
            return f"variant {run.attempt}, learner {run.learner}, started {run.created}"
        return f"a topology, started {run.created} from {self.source}"

    @property
    def source(self) -> str:
        """The file that a topology was started from, which may be gone by now."""
        return str(self._snapshot["file"])

    @property
    def status(self) -> str:
        """`starting`, `running`, or `gone` when the computer was restarted or the pod was killed."""
        return GONE if self.run.status == RUNNING and not self.runtime.alive() else self.run.status

    def node(self, name: str) -> Node:
        """Raises UnknownNameError with the names there are."""
        if name not in self.topology.nodes:
            raise UnknownNameError(
                f"{self.run.slug} has no node '{name}'.", f"Its nodes are: {', '.join(self.topology.nodes)}."
            )
        return self.topology.nodes[name]

    def brief(self) -> str:
        """The task, in Markdown, with this learner's own addresses."""
        return templates.render(self.files.brief, self.values)

    def login(self, node: str) -> list[str]:
        """The argv of a session on a node: by ssh where one answers, else a shell put there from outside."""
        one = self.node(node)
        if not one.rootfs and one.managed:
            return self.ssh(node)
        return [*self.runtime.attach(node), "sh", "-c", _SHELL]

    def ssh(self, node: str) -> list[str]:
        """The argv of an ssh session on a node, from this host."""
        keys = self.run.keys_dir
        options = {
            "IdentityFile": keys / "id",
            "IdentitiesOnly": "yes",
            "UserKnownHostsFile": keys / "known_hosts",
            "LogLevel": "ERROR",
        }
        words = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
        address = str(self.node(node).mgmt.ip)
        return [*self.runtime.enter(), "ssh", "-F", "none", *words, f"root@{address}"]
