"""What every runtime promises about the host: nodes are shut in, and nothing of them is left."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from contract import reaches, restart, sh
from harness import host_links, mounts_below, wait_for

from netlab.errors import RuntimeFailure
from netlab.processes import Process

CONNECT = (sys.executable, "-c", "import socket, sys; socket.create_connection(sys.argv[1:3], timeout=5)")


def test_root_of_a_node_is_not_root_of_the_host(runtime):
    pid = runtime.inspect()[0].pid
    ranges = [line.split() for line in Path(f"/proc/{pid}/uid_map").read_text().splitlines()]
    assert ranges[0][0] == "0"
    assert all(int(first_outside) > 0 for _, first_outside, _ in ranges)
    assert runtime.exec("pc1", ["id", "-u"]).stdout == "0\n"


def test_a_node_cannot_change_the_host_s_kernel_settings(runtime):
    assert not sh(runtime, "pc1", "echo 1 >/proc/sys/kernel/panic").ok
    assert not sh(runtime, "pc1", "mount -t tmpfs none /sys/fs/cgroup && mknod /dev/mem2 c 1 1").ok


def test_a_node_sees_its_own_processes_only(runtime):
    pids = sh(runtime, "pc1", "ls -d /proc/[0-9]*").stdout.split()
    assert len(pids) < 30
    assert "pytest" not in sh(runtime, "pc1", "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '").stdout


def test_the_management_network_joins_the_grader_and_each_node(runtime):
    for state in runtime.inspect():
        done = subprocess.run([*runtime.enter(), *CONNECT, state.mgmt, "22"], check=False, timeout=20)
        assert done.returncode == 0, state


def test_the_management_network_does_not_join_nodes(runtime):
    there = {state.name: state.mgmt for state in runtime.inspect()}
    assert not reaches(runtime, "pc1", there["pc2"], "-I", "eth0")
    assert not reaches(runtime, "pc1", there["r1"], "-I", "eth0")
    neighbours = sh(runtime, "pc1", f"ip neigh show {there['pc2']}").stdout
    assert "lladdr" not in neighbours


def test_a_node_reaches_neither_the_host_nor_the_world(runtime):
    with socket.create_server(("0.0.0.0", 0)) as listener:
        port = listener.getsockname()[1]
        own = subprocess.run(["hostname", "-I"], check=True, capture_output=True, text=True, timeout=10).stdout.split()
        addresses = ["127.0.0.1", *(address for address in own if ":" not in address)]
        for address in addresses:
            socket.create_connection((address, port), timeout=5).close()  # the host itself reaches it
        sh(runtime, "pc2", "ip route replace default via 172.20.20.1")  # as a curious learner would
        for address in [*addresses, "172.20.20.1"]:
            assert not sh(runtime, "pc2", f"nc -z -w 1 {address} {port}").ok, address
    assert not reaches(runtime, "pc2", "198.51.100.1")
    restart(runtime, "pc2")


def test_destroy_leaves_nothing_and_may_be_repeated(spare, tmp_path):
    links = host_links()
    spare.deploy(lambda _: None)
    pids = [state.pid for state in spare.inspect()]
    sh(
        spare,
        "pc1",
        "setsid sleep 4321 >/dev/null 2>&1 & mkdir -p /srv/locked; chmod 0 /srv/locked; chown 33:33 /srv/*",
    )
    assert host_links() == links
    spare.destroy()
    spare.destroy()
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]
    assert not (tmp_path / "pod").exists()
    assert not mounts_below(tmp_path)
    assert host_links() == links
    assert not [state for state in spare.inspect() if state.running]


def test_destroy_of_what_was_never_deployed(spare):
    spare.destroy()


def test_a_killed_node_is_down_and_boots_again(runtime):
    victim = next(state for state in runtime.inspect() if state.name == "pc2")
    os.kill(victim.pid, signal.SIGKILL)
    wait_for(lambda: not {state.name: state.running for state in runtime.inspect()}["pc2"], "pc2 is seen as down")
    with pytest.raises(RuntimeFailure, match="pc2 is not running"):
        runtime.exec("pc2", ["true"])
    restart(runtime, "pc2")
    assert reaches(runtime, "pc1", "192.0.2.140")


def test_a_network_that_is_gone_is_said_to_be_gone(spare, tmp_path):
    spare.deploy(lambda _: None)
    pod = Process.of(_parent(spare.inspect()[0].pid))
    pod.kill()
    assert pod.wait(20)  # the last of its processes to end
    assert not spare.alive()
    with pytest.raises(RuntimeFailure, match="gone"):
        spare.exec("pc1", ["true"])
    spare.destroy()
    assert not (tmp_path / "pod").exists()


def _parent(pid):
    """What adopted the orphan that a node's init is: the first process of the network."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[1])
