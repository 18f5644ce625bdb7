"""Other people's topologies, as their owners meet them."""

import contextlib
import shutil
import signal
from pathlib import Path

import pytest
from harness import finish, pids, wait_for

pytestmark = pytest.mark.native
FILES = Path(__file__).parents[1] / "topologies"
TRIANGLE, EVERYTHING = FILES / "triangle/triangle.clab.yml", FILES / "everything/everything.clab.yml"
DONE, USAGE, BAD_FILE, WRONG_STATE, UNKNOWN, RUNTIME, INTERRUPTED = 0, 2, 6, 5, 4, 9, 130


def test_an_ospf_triangle_comes_up_by_bound_files_and_passes_traffic(spotless):
    up = spotless("topology", "up", TRIANGLE)
    assert up.code == DONE, up
    assert "netlab's node image for quay.io/frrouting/frr:10.3.0: r1 r2 r3" in up.out
    ping = ["exec", "pc1", "--", "ping", "-c", "1", "-W", "1", "198.51.100.74"]
    wait_for(lambda: spotless(*ping).code == 0, "OSPF has converged", 60)
    assert "192.0.2.242" in spotless("exec", "r1", "--", "vtysh", "-c", "show ip ospf neighbor").out
    assert spotless("restart", "r2", "pc2").code == DONE
    wait_for(lambda: spotless(*ping).code == 0, "OSPF has converged after a power cut", 60)
    assert spotless("topology", "down", TRIANGLE).code == DONE


@pytest.fixture(scope="module")
def everything(new_user):
    user = new_user()
    up = user("topology", "up", EVERYTHING, TEST_COLOUR="red")
    assert up.code == RUNTIME, up  # one command of its exec fails, as it should
    assert "h2: false (exit code 1)" in up.out
    return user


@pytest.mark.parametrize(
    ("node", "script", "said"),
    [
        pytest.param("h1", "cat /tmp/env", "group red", id="exec-with-the-environment"),
        pytest.param("h2", "cat /tmp/env /tmp/stage /tmp/cmd", "node red\nstaged\nstarted", id="stages-and-command"),
        pytest.param("h2", "echo $SECRET; echo $CLAB_LABEL_SITE_NAME", "not much\nhq", id="env-file-and-label"),
        pytest.param("h1", "cat /srv/own.txt; ls /srv/conf", "text of h1\nh1.txt\nh2.env", id="binds"),
        pytest.param("h1", "hostname", "first", id="hostname"),
        pytest.param("h1", "cat /etc/resolv.conf", "nameserver 192.0.2.53\nsearch lab.example", id="dns"),
        pytest.param("h1", "df --output=size -k /scratch /dev/shm | tail -n 2 | tr -d ' '", "1024\n1024", id="tmpfs"),
        pytest.param("h1", "cat /sys/class/net/lan/address", "02:00:00:00:00:01", id="a-fixed-mac"),
        pytest.param("h1", "cat /sys/class/net/eth1/mtu /sys/class/net/lan/mtu", "1400\n9500", id="mtu"),
        pytest.param(
            "h1", "ip -br addr show dum0 | cut -c 1-80 | tr -s ' ' | cut -d' ' -f 3", "198.51.100.1/32", id="dummy"
        ),
        pytest.param("h2", "cat /proc/sys/net/ipv4/ip_forward; ls -d /srv/data", "0\n/srv/data", id="sysctl-volume"),
        pytest.param(
            "lonely", "cat /proc/sys/net/ipv4/ip_forward; ls /sys/class/net | grep -c eth", "1\n1", id="unmanaged"
        ),
        pytest.param("h1", "ip route show default", "default via 203.0.113.30 dev eth0", id="gateway"),
    ],
)
def test_what_the_file_says_is_so(everything, node, script, said):
    assert everything.node(node, script).out.strip() == said


@pytest.mark.parametrize(
    ("node", "target"),
    [
        pytest.param("h1", "192.0.2.2", id="ipv4-of-a-link"),
        pytest.param("h1", "2001:db8::2", id="ipv6-of-a-link"),
        pytest.param("h1", "192.0.2.130", id="through-a-bridge"),
        pytest.param("h2", "first.example", id="by-an-alias"),
        pytest.param("h2", "everything-h1", id="by-its-long-name"),
    ],
)
def test_cables_and_names_lead_where_they_should(everything, node, target):
    assert everything.node(node, f"ping -c 1 -W 2 {target}").code == 0


def test_a_dummy_link_is_not_said_to_lose_or_limit_anything(everything):
    refused = everything("link", "h1:dum0", "loss", "5%")
    assert (refused.code, "h1:dum0 is a dummy" in refused.err) == (USAGE, True), refused
    assert everything("link", "h1:dum0", "down").out.rstrip().endswith("h1:dum0: down")
    assert everything("link", "h1:dum0", "clear").out.rstrip().endswith("as built")


def test_a_power_cut_leaves_disk_cables_and_addresses(everything):
    assert everything.node("h1", "echo mine >/root/own; ip link del lan").code == 0
    assert everything("restart", "h1", "lonely").code == DONE
    assert everything.node("h1", "cat /root/own").out == "mine\n"
    assert everything.node("h1", "ping -c 1 -W 2 192.0.2.130").code == 0


def test_it_is_a_run_of_its_own_without_a_task(everything, tmp_path):
    (tmp_path / "file").write_text("x")
    assert everything("cp", tmp_path / "file", "h1:/root/").code == DONE
    assert "everything" in everything("list").out
    (facts,) = everything("status", "--json").json
    assert [node["name"] for node in facts["nodes"]] == ["h1", "h2", "lonely"]
    for command in (["grade"], ["brief"], ["checkpoint", "one"], ["restore", "one"], ["reset", "--yes"]):
        refused = everything(*command)
        assert (refused.code, "topology without a lab" in refused.err) == (WRONG_STATE, True)
    again = everything("topology", "up", EVERYTHING)
    assert (again.code, "already running" in again.err) == (WRONG_STATE, True)


def test_it_can_be_ended_when_its_file_is_gone(spotless, tmp_path):
    folder = shutil.copytree(EVERYTHING.parent, tmp_path / "copy")
    path = folder / EVERYTHING.name
    for ending in (str(path), "everything"):
        assert spotless("topology", "up", path, "--json").json["failed"][0]["command"] == "false"
        text = path.read_text()
        path.unlink()
        assert spotless("topology", "down", ending).code == DONE
        path.write_text(text)
    assert spotless("topology", "down", path).code == WRONG_STATE
    assert spotless("topology", "down", "everything").code == UNKNOWN


def test_a_command_runs_as_its_user_on_the_node_image(spotless, tmp_path):
    path = tmp_path / "users.clab.yml"
    path.write_text(
        "name: users\ntopology:\n  nodes:\n"
        "    named: {kind: linux, user: nobody, cmd: 'sleep 61.5'}\n"
        "    number: {kind: linux, user: '1234:games', cmd: 'sleep 61.5'}\n"
        "    nobodys: {kind: linux, user: stranger, cmd: 'sleep 61.5'}\n"
    )
    up = spotless("topology", "up", path)
    assert up.code == RUNTIME, up
    assert "nobodys: sleep 61.5 (exit code 1)" in up.out
    assert "stranger" in up.out.partition("exit code 1")[2]
    seen = "ps -o uid=,gid= -p $(pgrep -x sleep)"
    wait_for(lambda: spotless.node("number", "pgrep -x sleep").code == 0, "the command runs")
    assert spotless.node("named", seen).out.split() == ["65534", "65534"]
    assert spotless.node("number", seen).out.split() == ["1234", "60"]
    assert spotless("stop").code == DONE


def test_what_its_commands_print_is_shown_short_under_the_name_of_the_node(spotless, tmp_path):
    path = tmp_path / "talk.clab.yml"
    path.write_text(
        "name: talk\ntopology:\n  nodes:\n    a:\n      kind: linux\n"
        "      exec: [uname, 'seq 12', 'true', \"printf 'one\\\\033[2Jtwo'\"]\n"
    )
    up = spotless("topology", "up", path)
    assert up.code == DONE, up
    rows = [line.split() for line in up.out.partition("ready in")[2].partition("\nNext")[0].splitlines()[1:]]
    assert rows[:2] == [["a", "uname"], ["Linux"]]
    assert rows[2:8] == [["a", "seq", "12"], ["1"], ["2"], ["3"], ["4"], ["5"]]
    assert "and 7 more lines" in up.out
    assert "true" not in up.out
    assert "\033" not in up.out
    assert spotless("stop").code == DONE
    up = spotless("topology", "up", path, "--json")
    assert (up.json["slug"], "Linux" in up.out) == ("talk", False)
    assert spotless("stop").code == DONE


def test_what_is_in_the_way_is_named_and_can_be_left_out(spotless, tmp_path):
    path = tmp_path / "out.clab.yml"
    path.write_text(
        "name: out\ntopology:\n  nodes:\n    a: {kind: linux, ports: ['80:80']}\n    b: {kind: nokia_srlinux}\n"
        "  links:\n    - endpoints: [a:eth1, host:x]\n    - endpoints: [a:eth2, b:e1]\n"
    )
    refused = spotless("topology", "up", path)
    assert refused.code == BAD_FILE
    assert [f"{path}:{line}: " in refused.err for line in (4, 5, 7, 8)] == [True] * 4
    up = spotless("topology", "up", path, "--skip-unsupported")
    assert up.code == DONE, up
    assert [f"line {line}, " in up.out for line in (4, 5, 7, 8)] == [True] * 4
    assert spotless.node("a", "ls /sys/class/net").out.split() == ["eth0", "lo"]
    assert spotless("stop").code == DONE


MOMENTS = {
    "its folder was claimed": lambda home: (home / "runs/slow").exists(),
    "its pod was made": lambda home: (home / "runs/slow/pod/pod.json").exists(),
    "a node was booting": lambda home: (home / "runs/slow/pod/nodes.json").exists(),
    "a command was running": lambda _: any(_argv(pid).startswith(b"sleep\x0061.25") for pid in pids()),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_interrupt_leaves_nothing(spotless, tmp_path, moment):
    path = tmp_path / "slow.clab.yml"
    path.write_text("name: slow\ntopology:\n  nodes:\n    a: {kind: linux, exec: ['sleep 61.25']}\n")
    process = spotless.begin("topology", "up", str(path))
    wait_for(lambda: MOMENTS[moment](spotless.home), moment)
    process.send_signal(signal.SIGINT)
    assert finish(process).code == INTERRUPTED


def test_the_next_command_says_what_was_cut_off(spotless, tmp_path):
    path = tmp_path / "slow.clab.yml"
    path.write_text("name: slow\ntopology:\n  nodes:\n    a: {kind: linux, exec: ['sleep 61.25']}\n")
    process = spotless.begin("topology", "up", str(path))
    wait_for(lambda: MOMENTS["a command was running"](spotless.home), "a command runs")
    process.kill()
    finish(process)
    after = spotless("status")
    assert "An earlier `netlab topology up` of slow was cut off" in after.out + after.err


def _argv(pid):
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""
