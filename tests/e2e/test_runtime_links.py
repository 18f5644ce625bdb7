"""What every runtime promises of its links: shut, lossy, slow or short as asked, also after a power cycle."""

import json
import os
import re

import pytest
from contract import reaches, restart, sh
from harness import wait_for

from netlab.cable import Live
from netlab.errors import HostError, RuntimeFailure
from netlab.port import Port
from netlab.topology import Endpoint

PC1, R1, R1_FAR = Endpoint("pc1", "eth1"), Endpoint("r1", "eth1"), Endpoint("r1", "eth2")


@pytest.fixture(autouse=True)
def good_links(runtime):
    yield
    runtime.set_ports(dict.fromkeys(runtime.ports(), Port()))
    wait_for(lambda: reaches(runtime, "pc1", "192.0.2.140"), "the links are good again")


def test_a_port_that_is_shut_takes_the_carrier_from_the_other_end(runtime):
    runtime.set_ports({R1: Port(up=False)})
    assert "NO-CARRIER" in sh(runtime, "pc1", "ip link show eth1").stdout
    runtime.set_ports({R1: Port()})
    assert "LOWER_UP" in sh(runtime, "pc1", "ip link show eth1").stdout


def test_a_port_that_is_down_stays_dead_when_its_node_sets_it_up(runtime):
    """As FRR does when it boots, and anybody who is root there."""
    runtime.set_ports({R1: Port(up=False)})
    for node, undoing in (("r1", "ip link set eth1 up"), ("r1", "tc qdisc del dev eth1 clsact; ip link set eth1 up")):
        assert sh(runtime, node, undoing).ok
        assert "NO-CARRIER" in sh(runtime, "r1", "ip link show eth1").stdout
        wait_for(lambda: "NO-CARRIER" in sh(runtime, "pc1", "ip link show eth1").stdout, "pc1 sees a dead cable")
        assert not reaches(runtime, "pc1", "192.0.2.1")
    assert (runtime.seen()[R1], runtime.seen()[PC1]) == (Live(up=True, cut=False), Live(up=True, cut=True))
    runtime.set_ports({R1: Port(up=False)})
    assert "state DOWN" in sh(runtime, "r1", "ip link show eth1").stdout
    assert runtime.seen()[R1] == Live(up=False, cut=True)
    assert sh(runtime, "r1", "ip link set eth1 up").ok
    runtime.set_ports({R1: Port()})
    for node in ("r1", "pc1"):
        wait_for(lambda node=node: "state UP" in sh(runtime, node, "ip link show eth1").stdout, "the cable is good")


def test_a_lossy_link_loses_its_share_of_frames_and_the_sender_is_not_told(runtime):
    runtime.set_ports({PC1: Port(loss=30), R1: Port(loss=30)})
    told = runtime.exec("pc1", ["ping", "-f", "-c", "500", "-W", "1", "-i", "0.002", "192.0.2.1"])
    lost = float(re.search(r"([\d.]+)% packet loss", told.stdout)[1])
    assert 40 < lost < 62, "1 - 0.7 * 0.7 is 51 percent of the round trips"
    assert "sendmsg" not in told.stdout + told.stderr


def test_loss_is_nothing_that_flushing_a_firewall_takes_away(runtime):
    runtime.set_ports({PC1: Port(loss=100)})
    sh(runtime, "pc1", "nft flush ruleset")
    assert not reaches(runtime, "pc1", "192.0.2.1")


def test_a_slow_link_carries_no_more_than_its_rate(runtime):
    runtime.set_ports({PC1: Port(rate=4_000_000), R1: Port(rate=4_000_000)})
    sh(runtime, "r1", "iperf3 -s -D -1")
    wait_for(lambda: sh(runtime, "r1", "ss -ltn | grep -q :5201").ok, "iperf3 listens")
    told = json.loads(runtime.exec("pc1", ["iperf3", "-c", "192.0.2.1", "-t", "2", "-J"]).stdout)
    assert 2.5e6 < told["end"]["sum_received"]["bits_per_second"] < 4.1e6


def test_a_slow_link_still_takes_the_longest_frame(runtime):
    runtime.set_ports({PC1: Port(rate=2_000_000, mtu=9000), R1: Port(rate=2_000_000, mtu=9000)})
    assert reaches(runtime, "pc1", "192.0.2.1", "-M", "do", "-s", str(9000 - 28))


def test_links_are_set_for_people_without_sbin_in_their_path(runtime, monkeypatch):
    """As on Debian, where plain users have none, and tc(8) is nowhere else."""
    path = [folder for folder in os.environ["PATH"].split(":") if not folder.endswith("sbin")]
    monkeypatch.setenv("PATH", ":".join(path))
    runtime.set_ports({PC1: Port(rate=4_000_000)})
    assert runtime.ports() == {PC1: Port(rate=4_000_000)}


def test_a_short_mtu_is_of_one_end(runtime):
    runtime.set_ports({R1: Port(mtu=1400)})
    assert "mtu 1400" in sh(runtime, "r1", "ip link show eth1").stdout
    assert "mtu 1500" in sh(runtime, "pc1", "ip link show eth1").stdout
    runtime.set_ports({R1: Port()})
    assert "mtu 1500" in sh(runtime, "r1", "ip link show eth1").stdout


@pytest.mark.parametrize("node", ["pc1", "r1"])
def test_what_was_set_is_still_so_after_a_power_cycle_of_either_end(runtime, node):
    runtime.set_ports({PC1: Port(loss=100), R1: Port(mtu=1400), R1_FAR: Port(up=False)})
    restart(runtime, node)
    assert not reaches(runtime, "pc1", "192.0.2.1")
    assert "mtu 1400" in sh(runtime, "r1", "ip link show eth1").stdout
    assert "NO-CARRIER" in sh(runtime, "pc2", "ip link show eth1").stdout
    assert runtime.ports() == {PC1: Port(loss=100), R1: Port(mtu=1400), R1_FAR: Port(up=False)}


def test_a_learner_s_own_queue_is_theirs(runtime):
    sh(runtime, "pc1", "tc qdisc add dev eth1 root handle 7: htb")
    runtime.set_ports({PC1: Port(loss=1)})
    runtime.set_ports({PC1: Port()})
    assert "htb 7:" in sh(runtime, "pc1", "tc qdisc show dev eth1").stdout
    sh(runtime, "pc1", "tc qdisc del dev eth1 root")


def test_what_the_kernel_cannot_do_is_refused_and_not_remembered(runtime):
    if sh(runtime, "pc2", "tc qdisc add dev eth1 root netem delay 1ms && tc qdisc del dev eth1 root").ok:
        runtime.set_ports({PC1: Port(delay=60)})
        told = runtime.exec("pc1", ["ping", "-c", "1", "192.0.2.1"]).stdout
        assert float(re.search(r"time=([\d.]+) ms", told)[1]) >= 60
    else:
        with pytest.raises(HostError, match=r"^This computer's kernel has no netem"):
            runtime.set_ports({PC1: Port(delay=60)})
        assert runtime.ports() == {}


def test_an_interface_that_is_gone_is_named(runtime):
    sh(runtime, "pc1", "ip link del eth1")
    with pytest.raises(RuntimeFailure, match="eth1"):
        runtime.set_ports({PC1: Port(loss=5)})
    assert runtime.ports() == {}
    restart(runtime, "pc1", "r1")
