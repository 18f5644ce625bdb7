"""Small networks of real devices for the tests: a topology, a few files a node, and words to ask them."""

import json
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from contract import deployed
from harness import wait_for

from netlab.runtime.base import Deployment, Runtime
from netlab.topology import TopologyFile

WANTS = "etc/systemd/system/multi-user.target.wants"
UNITS = "/usr/lib/systemd/system"


@dataclass(frozen=True)
class Network:
    """A running network."""

    runtime: Runtime

    def sh(self, node, script, **options):
        """What a script prints; it has to end well."""
        done = self.runtime.exec(node, ["bash", "-c", script], **options)
        assert done.ok, f"{node}: {script}\nexit {done.code}\n{done.stdout}{done.stderr}"
        return done.stdout

    def ask(self, node, script, **options):
        """How a script ends, whichever way."""
        return self.runtime.exec(node, ["bash", "-c", script], **options)

    def json(self, node, script):
        return json.loads(self.sh(node, script))

    def until(self, node, script, what=None, timeout=20):
        """Poll until a script ends well; what it prints."""
        return wait_for(
            lambda: (done := self.ask(node, script)).ok and (done.stdout or "done"), what or script, timeout
        )

    def reaches(self, node, address, timeout=20):
        self.until(node, f"ping -c 1 -W 0.3 {address}", f"{node} reaches {address}", timeout)

    def restart(self, *nodes):
        self.runtime.restart(nodes, lambda _: None)


@contextmanager
def network(implementation, rootfs, folder, nodes, links):
    """A network of these nodes and cables, while the block lasts.

    `nodes`: for each its files by path; under "enable" the units that start at boot, under "keep" what is kept.
    """
    for name, files in nodes.items():
        _write_start(folder / "start" / name, files)
    text = {"nodes": {name: {} for name in nodes}, "links": [{"endpoints": link.split()} for link in links]}
    topology = TopologyFile.model_validate(yaml.safe_load(json.dumps({"name": "devices", "topology": text}))).resolve()
    kept = {name: files.get("keep", "").split() for name, files in nodes.items()}
    runtime = implementation(Deployment("devices", folder / "pod", topology, Path(rootfs), folder / "start", kept))
    with deployed(runtime):
        yield Network(runtime)


def _write_start(tree, files):
    tree.mkdir(parents=True)
    for path, text in files.items():
        if path in ("enable", "keep"):
            continue
        file = tree / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    for unit in files.get("enable", "").split():
        link = tree / WANTS / f"{unit}.service"
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(f"{UNITS}/{unit}.service")


def static(**addresses):
    """/etc/network/interfaces with these addresses: `static(eth1="192.0.2.1/24")`."""
    stanza = "auto {0}\niface {0} inet static\n    address {1}\n"
    return "".join(stanza.format(name.replace("_", "."), address) for name, address in addresses.items())


SWITCH = {
    "enable": "openvswitch-switch",
    "keep": "/etc/openvswitch/* /etc/network/** /etc/sysctl.d/*",
    "/etc/sysctl.d/90-forward.conf": "net.ipv4.ip_forward = 1\n",
}


def need_tun(network, switch):
    """Open vSwitch does; `netlab doctor` says how a host gives it to all. Root's pods always have it."""
    if not network.ask(switch, ": >/dev/net/tun").ok:
        pytest.skip("this host lets nobody but root open /dev/net/tun")


def speed(network, client, server, address, *options):
    """Bits per second that arrive in one second of iperf3."""
    network.sh(server, "pgrep -x iperf3 || iperf3 -s -D >/dev/null 2>&1 </dev/null")
    network.until(server, "ss -ltn | grep :5201")
    end = network.json(client, f"iperf3 -J -t 1 {' '.join(options)} -c {address}")["end"]
    return (end.get("sum_received") or end["sum"])["bits_per_second"]
