"""A running lab as everything else uses it: its run, its files, its parameters and its runtime."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from netlab import templates
from netlab.catalog import LabFiles
from netlab.errors import UnknownNameError
from netlab.image.store import Image, ImageStore
from netlab.lab import Lab
from netlab.runtime.base import Deployment, Runtime
from netlab.runtime.select import runtime
from netlab.state import Run
from netlab.topology import Node, Topology


@dataclass(frozen=True)
class Bench:
    """One run put together again; cheap to make."""

    run: Run
    files: LabFiles
    rootfs: Path

    @classmethod
    def of(cls, run: Run, store: ImageStore) -> "Bench":
        files = LabFiles(Path(run.catalog), run.slug)
        return cls(run, files, store.directory / run.image / "rootfs")

    @property
    def lab(self) -> Lab:
        return self.files.lab

    @property
    def topology(self) -> Topology:
        return self.files.topology

    @cached_property
    def values(self) -> dict[str, Any]:
        """The learner's parameters, and `node` facts for the templates."""
        return self.files.values(self.run.parameter_seed())

    @cached_property
    def runtime(self) -> Runtime:
        start = self.run.directory / "start"
        run = self.run
        deployment = Deployment(run.slug, run.deployment_dir, self.topology, self.rootfs, start, dict(self.lab.keep))
        return runtime(run.runtime, deployment)

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


def image_of(run: Run, store: ImageStore) -> Image | None:
    """The record of the image a run was started on."""
    return next((image for image in store.images() if image.digest == run.image), None)
