"""The small network on which every runtime proves itself, and words to work with it."""

import io
import tarfile
from pathlib import Path

import pytest
import yaml

from netlab.runtime.base import Deployment
from netlab.runtime.native.runtime import NativeRuntime
from netlab.topology import TopologyFile

# A new runtime is one more line here.
IMPLEMENTATIONS = [pytest.param(NativeRuntime, id="native", marks=pytest.mark.native)]

NODES = ["r1", "pc1", "pc2"]
TOPOLOGY = """
name: contract
topology:
  nodes:
    r1: {labels: {netlab.role: router}, sysctls: {net.ipv4.ip_forward: 1}, env: {GREETING: hello}}
    pc1: {}
    pc2: {}
  links:
    - endpoints: ["pc1:eth1", "r1:eth1"]
    - endpoints: ["pc2:eth1", "r1:eth2"]
"""
STATIC = "auto {0}\niface {0} inet static\n    address {1}\n"
INTERFACES = {
    "r1": STATIC.format("eth1", "192.0.2.1/25") + STATIC.format("eth2", "192.0.2.129/25"),
    "pc1": STATIC.format("eth1", "192.0.2.10/25") + "    gateway 192.0.2.1\n",
    "pc2": STATIC.format("eth1", "192.0.2.140/25") + "    gateway 192.0.2.129\n",
}
KEEP = {"pc1": ["/etc/kept/*", "/etc/dnsmasq.d/*"]}


def deployment(rootfs, folder):
    """The network, with its start files, to be deployed into `folder/pod`."""
    for node, text in INTERFACES.items():
        file = folder / "start" / node / "etc/network/interfaces"
        file.parent.mkdir(parents=True)
        file.write_text(text)
    kept = folder / "start/pc1/etc/kept"
    kept.mkdir()
    (kept / "given").write_text("as delivered\n")
    topology = TopologyFile.model_validate(yaml.safe_load(TOPOLOGY)).resolve()
    return Deployment("contract", folder / "pod", topology, Path(rootfs), folder / "start", KEEP)


def sh(runtime, node, script, **options):
    return runtime.exec(node, ["sh", "-c", script], **options)


def reaches(runtime, node, address, *options):
    return runtime.exec(node, ["ping", "-c", "1", "-W", "2", *options, address]).ok


def restart(runtime, *nodes):
    heard = []
    runtime.restart(nodes, heard.append)
    assert sorted(heard) == sorted(nodes)


def archive(**files):
    """A tar of small text files."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text.encode()))
    return buffer.getvalue()
