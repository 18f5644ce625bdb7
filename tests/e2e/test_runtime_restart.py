"""What every runtime promises of a power cycle: the kept files stay, all else is as delivered, cables are whole."""

import contextlib
import json
import os
import signal
import threading

import pytest
from contract import NODES, agents, kill_the_network, reaches, restart, sh
from harness import wait_for

from netlab.errors import RuntimeFailure
from netlab.port import Port
from netlab.topology import Endpoint


def test_kept_files_stay_and_others_go(runtime):
    sh(
        runtime,
        "pc1",
        "echo mine >/etc/kept/own; echo changed >/etc/kept/given; echo lost >/etc/lost; touch /root/lost",
    )
    restart(runtime, "pc1")
    assert sh(runtime, "pc1", "cat /etc/kept/own /etc/kept/given").stdout == "mine\nchanged\n"
    assert not sh(runtime, "pc1", "ls /etc/lost /root/lost 2>/dev/null").stdout


def test_a_deleted_kept_file_stays_deleted(runtime):
    sh(runtime, "pc1", "rm /etc/kept/given")
    restart(runtime, "pc1")
    restart(runtime, "pc1")
    assert sh(runtime, "pc1", "ls /etc/kept").stdout.split() in ([], ["own"])


def test_a_kept_file_has_its_mode_and_content_back(runtime):
    sh(runtime, "pc1", "printf 'a\\0b' >/etc/kept/odd; chmod 640 /etc/kept/odd; chown nobody:nogroup /etc/kept/odd")
    restart(runtime, "pc1")
    assert sh(runtime, "pc1", "stat -c '%a %U %G %s' /etc/kept/odd").stdout == "640 nobody nogroup 3\n"


def test_an_enabled_service_runs_again_and_another_does_not(runtime):
    sh(runtime, "pc1", "echo port=0 >/etc/dnsmasq.d/only.conf; systemctl enable --now dnsmasq; systemctl start chrony")
    restart(runtime, "pc1")
    assert sh(runtime, "pc1", "systemctl is-enabled dnsmasq; systemctl is-active dnsmasq").stdout.split() == [
        "enabled",
        "active",
    ]
    assert not sh(runtime, "pc1", "systemctl is-active chrony").ok


def test_what_ran_is_gone(runtime):
    sh(runtime, "pc1", "setsid sleep 4321 >/dev/null 2>&1 & touch /run/was-here")
    restart(runtime, "pc1")
    assert not sh(runtime, "pc1", "pgrep -f 'sleep 432[1]' || ls /run/was-here").ok


def test_neighbours_go_on_with_their_addresses_and_processes(runtime):
    ask = "ip -br -4 address; cat /proc/sys/kernel/random/boot_id; pgrep catatonit"
    before = {node: sh(runtime, node, ask).stdout for node in ("pc1", "pc2")}
    sh(runtime, "pc1", "touch /run/still-on")
    restart(runtime, "r1")
    assert {node: sh(runtime, node, ask).stdout for node in ("pc1", "pc2")} == before
    assert sh(runtime, "pc1", "ls /run/still-on").ok
    wait_for(lambda: reaches(runtime, "pc1", "192.0.2.140"), "pc1 reaches pc2 through the router")


MISCHIEF = {
    "deleted": "ip link del eth1",
    "renamed": "ip link set eth1 down; ip link set eth1 name wan0",
    "misconfigured": "ip addr flush dev eth1; ip link set eth1 address 02:00:00:00:00:99 mtu 1280 down",
    "bridged": "ip link add br0 type bridge; ip link set eth1 master br0; ip link add link eth1 name v7 type vlan id 7",
    "management-deleted": "ip link del eth0",
    "swapped": "ip link set eth0 down; ip link set eth1 down; ip link set eth1 name x; ip link set eth0 name eth1",
}


@pytest.mark.parametrize("mischief", MISCHIEF.values(), ids=MISCHIEF)
def test_a_restart_puts_every_interface_back(spare, mischief):
    spare.deploy(lambda _: None)
    before = interfaces(spare, "pc1"), interfaces(spare, "r1")
    sh(spare, "pc1", mischief)
    assert interfaces(spare, "pc1") != before[0]
    restart(spare, "pc1")
    assert interfaces(spare, "pc1") == before[0]
    assert interfaces(spare, "r1") == before[1], "the other ends of pc1's cables are as they were"
    restart(spare, *NODES)
    assert reaches(spare, "pc1", "192.0.2.140")


def interfaces(runtime, node):
    """Name, state, MAC address and MTU of each interface."""
    links = json.loads(runtime.exec(node, ["ip", "-json", "link"]).stdout)
    return sorted((link["ifname"], "UP" in link["flags"], link["address"], link["mtu"]) for link in links)


def test_a_network_that_is_gone_boots_again_with_its_kept_files(spare):
    """As after a restart of the computer: every process is gone, the files are there."""
    spare.deploy(lambda _: None)
    sh(spare, "pc1", "echo mine >/etc/kept/own; echo lost >/etc/lost")
    spare.set_ports({Endpoint("pc2", "eth1"): Port(mtu=1400)})
    kill_the_network(spare)
    assert not spare.alive()
    restart(spare, *NODES)
    assert spare.alive()
    assert sh(spare, "pc1", "cat /etc/kept/own; ls /etc/lost 2>/dev/null").stdout == "mine\n"
    assert "mtu 1400" in sh(spare, "pc2", "ip link show eth1").stdout
    assert reaches(spare, "pc1", "192.0.2.140")


@pytest.mark.parametrize("moment", ["the pod was made", "a node had no files", "a node had booted"])
def test_a_network_whose_return_was_cut_off_comes_back_all_the_same(spare, tmp_path, moment):
    spare.deploy(lambda _: None)
    sh(spare, "pc1", "echo mine >/etc/kept/own")
    kill_the_network(spare)
    signs = {
        "the pod was made": lambda: (tmp_path / "pod/pod.json").read_text() not in ("", pod),
        "a node had no files": lambda: list(tmp_path.glob("pod/nodes/*/loading")),
        "a node had booted": lambda: any(state.running for state in spare.inspect()),
    }
    pod = (tmp_path / "pod/pod.json").read_text()
    returning = threading.Thread(target=restart_if_possible, args=(spare,))
    returning.start()
    wait_for(signs[moment], moment)
    for agent in agents():
        with contextlib.suppress(ProcessLookupError):
            os.kill(agent, signal.SIGKILL)
    returning.join()
    restart(spare, *NODES)
    assert sh(spare, "pc1", "cat /etc/kept/own").stdout == "mine\n"
    assert reaches(spare, "pc1", "192.0.2.140")


def restart_if_possible(runtime):
    with contextlib.suppress(RuntimeFailure):
        runtime.restart(NODES, lambda _: None)


def test_restarting_a_stranger_is_an_error_not_a_hang(runtime):
    with pytest.raises((RuntimeFailure, KeyError)):
        restart(runtime, "stranger")
    assert all(state.running for state in runtime.inspect())
