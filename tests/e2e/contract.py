"""The small network on which every runtime proves itself, and words to work with it."""

import io
import os
import signal
import tarfile
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from harness import wait_for

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


@contextmanager
def deployed(runtime, on_ready=lambda _: None):
    """The runtime with its network up, and ended again whatever happens, also if it came up only half-way."""
    try:
        runtime.deploy(on_ready)
        yield runtime
    finally:
        runtime.destroy()


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


@contextmanager
def opened(content):
    """The bytes as a file that is open for reading, as a child process takes it."""
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.seek(0)
        yield file


def kill_the_network(runtime):
    pids = [state.pid for state in runtime.inspect()]
    os.kill(parent(pids[0]), signal.SIGKILL)
    wait_for(lambda: not any(state.running for state in runtime.inspect()), "every node is seen as down")
    wait_for(lambda: not runtime.alive(), "the network is seen as gone")


def parent(pid):
    """What adopted the orphan that a node's init is: the first process of the network."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def agents():
    """The runtime's helpers that this test process has started."""
    mine = Path("/proc/self/task").glob("*/children")
    return [int(pid) for file in mine for pid in file.read_text().split()]
