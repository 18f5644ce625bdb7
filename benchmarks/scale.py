#!/usr/bin/env python3
"""How the native runtime grows, and how it compares: rings of nodes, from the first call until every node is ready.

    .venv/bin/python benchmarks/scale.py [-n NODES ...] [--runs R] [--against-bare]

`frr`: FRR (zebra, mgmtd, staticd, ospfd) and sshd on every node, ready when each has booted; also when each router has
a route to the farthest network. `bare`: no service but the shell's, which is what Mininet's hosts are. Mininet (Debian
package, root only) is measured in the same run where it is installed. CPU time is that of the whole machine's busy
time meanwhile, so run it on a quiet machine; memory is PSS, so that shared pages are counted once.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from netlab.image.recipe import digest
from netlab.image.store import ImageStore
from netlab.runtime.base import Deployment
from netlab.runtime.native.idmap import pod_root
from netlab.runtime.native.runtime import NativeRuntime
from netlab.state import cache_dir
from netlab.topology import Topology, TopologyFile

TICKS = os.sysconf("SC_CLK_TCK")
DAEMONS = 'ospfd=yes\nvtysh_enable=yes\nzebra_options="-A 127.0.0.1 -s 90000000"\nospfd_options="-A 127.0.0.1"\n'
PORT = " ip address {} \n ip ospf area 0\n ip ospf network point-to-point\n"
MININET = """
import sys, time
from mininet.net import Mininet
size, began = int(sys.argv[1]), time.monotonic()
net = Mininet(controller=None)
hosts = [net.addHost(f"h{number}") for number in range(size)]
for number in range(size):
    net.addLink(hosts[number], hosts[(number + 1) % size])
net.build()
net.start()
up = time.monotonic()
net.stop()
print(up - began, time.monotonic() - up)
"""


@dataclass
class Series:
    """The measurements of one kind of ring of one size; seconds, and KiB a node."""

    up: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    down: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    routed: list[float] = field(default_factory=list)


def ring(size: int) -> Topology:
    nodes = {f"r{number}": {"sysctls": {"net.ipv4.ip_forward": 1}} for number in range(size)}
    links = [{"endpoints": [f"r{number}:eth1", f"r{(number + 1) % size}:eth2"]} for number in range(size)]
    body = {"nodes": nodes, "links": links}
    file = {"name": "ring", "mgmt": {"ipv4-subnet": "172.20.0.0/16"}, "topology": body}
    return TopologyFile.model_validate(file).resolve()


def network(number: int) -> str:
    """The first three octets of the link to the right of a node."""
    return f"10.{number >> 8}.{number & 255}"


def write_start(folder: Path, size: int, *, frr: bool) -> None:
    """The start files of every node: one host key for all of them, and FRR's configuration."""
    key = folder / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    for number in range(size):
        etc = folder / f"start/r{number}/etc"
        (etc / "ssh").mkdir(parents=True)
        (etc / "ssh/ssh_host_ed25519_key").write_bytes(key.read_bytes())
        (etc / "ssh/ssh_host_ed25519_key").chmod(0o600)
        if frr:
            right, left = f"{network(number)}.1/30", f"{network((number - 1) % size)}.2/30"
            ports = f"interface eth1\n{PORT.format(right)}interface eth2\n{PORT.format(left)}"
            (etc / "frr").mkdir()
            (etc / "frr/daemons").write_text(DAEMONS)
            (etc / "frr/frr.conf").write_text(f"hostname r{number}\n{ports}router ospf\n")
            wants = etc / "systemd/system/multi-user.target.wants"
            wants.mkdir(parents=True)
            (wants / "frr.service").symlink_to("/lib/systemd/system/frr.service")


@contextmanager
def deployment(size: int, *, frr: bool) -> Iterator[NativeRuntime]:
    image = ImageStore(cache_dir(os.environ)).find(digest(), pod_root()[0])
    if image is None:
        sys.exit("There is no node image yet: run `netlab image build`.")
    rootfs = cache_dir(os.environ) / "images" / image.digest / "rootfs"
    with tempfile.TemporaryDirectory(dir=Path.home(), prefix=".netlab-benchmark-") as name:
        folder = Path(name)
        write_start(folder, size, frr=frr)
        runtime = NativeRuntime(Deployment("ring", folder / "pod", ring(size), rootfs, folder / "start"))
        try:
            yield runtime
        finally:
            runtime.destroy()


def measure_native(size: int, series: Series, *, frr: bool) -> None:
    with deployment(size, frr=frr) as runtime:
        busy, began = machine_busy(), time.monotonic()
        runtime.deploy(lambda _: None)
        series.up.append(time.monotonic() - began)
        series.cpu.append(machine_busy() - busy)
        if frr:
            far = f"{network(size // 2)}.1"
            wait_until(lambda: runtime.exec("r0", ["ip", "route", "get", far]).stdout.count(" via ") > 0)
            series.routed.append(time.monotonic() - began)
        series.memory.append(pod_memory(runtime) / size)
        began = time.monotonic()
        runtime.destroy()
        series.down.append(time.monotonic() - began)


def measure_mininet(size: int, series: Series) -> None:
    done = subprocess.run(["/usr/bin/python3", "-c", MININET, str(size)], capture_output=True, text=True, check=True)
    up, down = map(float, done.stdout.split())
    series.up.append(up)
    series.down.append(down)


def wait_until(condition: Callable[[], bool], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            sys.exit("The ring's routers did not find each other.")
        time.sleep(0.1)  # the interval of a poll that ends by the deadline above


def machine_busy() -> float:
    """CPU seconds that the whole machine has been busy since it started (proc_stat(5), without idle and iowait)."""
    user, nice, system, _, _, irq, softirq, *_ = map(int, Path("/proc/stat").read_text().split("\n")[0].split()[1:])
    return (user + nice + system + irq + softirq) / TICKS


def pod_memory(runtime: NativeRuntime) -> int:
    """KiB of every process of the nodes."""
    spaces = {Path(f"/proc/{state.pid}/ns/pid").readlink() for state in runtime.inspect()}
    total = 0
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if (path / "ns/pid").readlink() in spaces:
                total += int((path / "smaps_rollup").read_text().partition("\nPss:")[2].split()[0])
        except (OSError, IndexError):  # it has ended meanwhile, or is the kernel's
            continue
    return total


def row(kind: str, size: int, series: Series) -> str:
    def text(values: list[float], unit: str) -> str:
        return f"{statistics.median(values):.2f} {unit}" if values else "-"

    each = f"{statistics.median(series.up) / size * 1000:.0f} ms"
    memory = f"{statistics.median(series.memory) / 1024:.1f} MB" if series.memory else "-"
    cells = (
        text(series.up, "s"),
        each,
        text(series.cpu, "s"),
        text(series.routed, "s"),
        memory,
        text(series.down, "s"),
    )
    return f"{kind:<8}{size:>6}" + "".join(f"{cell:>11}" for cell in cells)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, nargs="+", default=[3, 100], help="sizes of the rings")
    parser.add_argument("--runs", type=int, default=1, help="how often; medians are shown")
    parser.add_argument("--bare", action="store_true", help="also without FRR, and against Mininet where it is")
    args = parser.parse_args()
    mininet = args.bare and os.geteuid() == 0 and Path("/usr/lib/python3/dist-packages/mininet").is_dir()
    kinds = ["frr", *(["bare"] if args.bare else []), *(["mininet"] if mininet else [])]
    table = {(kind, size): Series() for size in args.n for kind in kinds}
    for _ in range(args.runs):
        for (kind, size), series in table.items():
            if kind == "mininet":
                measure_mininet(size, series)
            else:
                measure_native(size, series, frr=kind == "frr")
    print("ring     nodes" + "".join(f"{head:>11}" for head in ("ready", "each", "CPU", "routed", "PSS/node", "down")))
    for (kind, size), series in table.items():
        print(row(kind, size, series))
    if mininet:
        for size in args.n:
            ratio = statistics.median(table["mininet", size].up) / statistics.median(table["bare", size].up)
            print(f"Mininet takes {ratio:.2f} times as long as netlab for {size} bare nodes.")


if __name__ == "__main__":
    main()
