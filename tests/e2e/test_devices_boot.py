"""The short cuts of a boot give way to systemctl where a learner's files hold anything unusual."""

import pytest
from contract import IMPLEMENTATIONS
from devices import SWITCH, need_tun, network

pytestmark = pytest.mark.native

NICE = "[Service]\nEnvironment=MINE=yes\n"
CONFIG = {"enable": "frr", "/etc/frr/frr.conf": "hostname r\n", "/etc/frr/daemons": "ospfd=yes\n"}
ROUTERS = {
    "plain": CONFIG,
    "dropin": CONFIG | {"/etc/systemd/system/frr.service.d/mine.conf": NICE},
    "bash": CONFIG | {"/etc/frr/daemons": "ospfd=yes\nunused=(only bash reads this)\n"},
    "instances": CONFIG | {"/etc/frr/daemons": "ospfd=yes\nospfd_instances=1,2\n"},
    "own": CONFIG | {"/etc/frr/daemons": "ospfd=yes\nospfd_options='--no-such-option'\n"},
    "switch": SWITCH | {"/etc/systemd/system/ovs-vswitchd.service.d/mine.conf": NICE},
}


@pytest.fixture(scope="module", params=IMPLEMENTATIONS)
def nodes(request, image, tmp_path_factory):
    with network(request.param, image["path"], tmp_path_factory.mktemp("boot"), ROUTERS, []) as made:
        yield made


@pytest.mark.parametrize("node", ["plain", "dropin", "bash", "instances"])
def test_frr_runs_whatever_its_files_look_like(nodes, node):
    assert nodes.sh(node, "systemctl is-active frr") == "active\n"
    for daemon in ("zebra", "mgmtd", "staticd", "ospfd", "watchfrr"):
        nodes.until(node, f"pgrep -x {daemon}")
    assert "zebra" in nodes.sh(node, "systemctl status frr")


def test_a_drop_in_is_honoured_at_boot(nodes):
    assert "MINE=yes" in nodes.sh("dropin", "tr '\\0' '\\n' </proc/$(pgrep -x watchfrr)/environ")


def test_instances_each_run(nodes):
    nodes.until("instances", "[ $(pgrep -cx ospfd) = 2 ]", "both instances run")


def test_a_daemon_that_refuses_its_options_leaves_the_others(nodes):
    for daemon in ("zebra", "mgmtd", "staticd", "watchfrr"):
        nodes.until("own", f"pgrep -x {daemon}")
    assert "no-such-option" in nodes.sh("own", "journalctl -u frr")


def test_open_vswitch_with_a_drop_in(nodes):
    need_tun(nodes, "switch")
    assert nodes.sh("switch", "systemctl is-active openvswitch-switch ovs-vswitchd ovsdb-server") == "active\n" * 3
    assert "MINE=yes" in nodes.sh("switch", "tr '\\0' '\\n' </proc/$(pgrep -x ovs-vswitchd)/environ")
    assert "true" in nodes.sh("switch", "ovs-vsctl get Open_vSwitch . other_config:userspace-tso-enable")
