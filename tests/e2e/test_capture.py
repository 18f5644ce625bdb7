"""capture: text, a file, a stream; every way to end it; nothing of it is left behind."""

import json
import os
import re
import signal
import struct
import subprocess
from pathlib import Path

import pytest
from harness import LAB, finish, pids, wait_for
from test_terminal import on_a_terminal

pytestmark = pytest.mark.native


@pytest.fixture(autouse=True)
def _nothing_is_left(learner):
    yield
    wait_for(lambda: not tcpdumps(learner), "no tcpdump is left", 5)


def tcpdumps(netlab):
    """The capturing processes of this user's labs: in the network of one of their nodes, and not ended."""
    states = json.loads((netlab.home / "runs" / LAB / "pod/nodes.json").read_text("ascii"))
    networks = {_link(f"/proc/{one['pid']}/ns/net") for one in states.values()} - {None}
    return [pid for pid in pids() if _comm(pid) == "tcpdump" and (_link(f"/proc/{pid}/ns/net") in networks)]


def _link(path):
    try:
        return Path(path).readlink()
    except OSError:
        return None


def _comm(pid):
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def begin(netlab, *args):
    """Begin a capture and wait until it captures."""
    capturing = netlab.begin("capture", *args)
    line = capturing.stderr.readline()
    assert "Capturing on" in line, line
    return capturing


def ping(netlab, count=3):
    assert netlab.node("pc1", f"ping -c{count} -i0.05 -q 127.0.0.1").code == 0


def packets(data):
    """The packets of a pcap file, which must not end within one."""
    assert struct.unpack_from("=I", data)[0] in (0xA1B2C3D4, 0xA1B23C4D)
    found, place = 0, 24
    while place < len(data):
        place += 16 + struct.unpack_from("=I", data, place + 8)[0]
        found += 1
    assert place == len(data)
    return found


def test_packets_are_read_along_as_they_come(learner):
    capturing = begin(learner, "pc1", "lo", "icmp")
    ping(learner, 1)
    line = capturing.stdout.readline()
    assert re.search(r"IP 127\.0\.0\.1 > 127\.0\.0\.1: ICMP echo request", line)
    capturing.send_signal(signal.SIGINT)
    done = finish(capturing)
    assert (done.code, "2 packets captured." in done.err, "Interrupted" in done.err) == (0, True, False), done


def test_a_count_ends_it(learner):
    capturing = begin(learner, "pc1", "lo", "--count", "3", "icmp")
    ping(learner)
    done = finish(capturing)
    assert (done.code, len(done.out.splitlines())) == (0, 3), done


def test_a_file_is_the_user_s_own(learner, tmp_path):
    target = tmp_path / "r1.pcap"
    capturing = begin(learner, "pc1", "lo", "-w", str(target), "--json", "icmp", "or", "port", "67")
    ping(learner)
    wait_for(lambda: target.exists() and packets(target.read_bytes()) == 6, "six packets are in the file")
    capturing.send_signal(signal.SIGTERM)
    done = finish(capturing)
    assert done.code == 0, done
    assert done.json == {"node": "pc1", "interface": "lo", "file": str(target), "packets": 6, "lost": 0}
    assert target.stat().st_uid == os.geteuid()


def test_a_stream_is_pcap_and_nothing_else(learner):
    with subprocess.Popen(
        [*learner.command, "capture", "pc1", "lo", "-w", "-", "-c", "4"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=learner.environment(),
    ) as capturing:
        assert b"Capturing" in capturing.stderr.readline()
        ping(learner)
        out, err = capturing.communicate(timeout=30)
    assert (capturing.returncode, packets(out), err) == (0, 4, b"4 packets captured.\n")


@pytest.mark.parametrize("form", [[], ["-w", "-"]], ids=["text", "pcap"])
def test_a_reader_that_goes_away_is_a_good_end(learner, form):
    """As `| head` and a closed Wireshark; also when no packet comes any more."""
    capturing = begin(learner, "pc1", "lo", *form)
    capturing.stdout.close()
    assert capturing.wait(timeout=20) == 0
    assert "0 packets captured." in capturing.stderr.read()
    capturing.stderr.close()


def test_a_reader_that_is_slow_gets_all_that_was_captured(learner):
    capturing = begin(learner, "pc1", "lo", "icmp")
    assert learner.node("pc1", "ping -f -c 2000 -q 127.0.0.1").code == 0
    capturing.send_signal(signal.SIGINT)
    done = finish(capturing)
    assert done.code == 0, done
    assert re.match(rf"{done.out.count('ICMP echo')} packets captured", done.err), done.err


@pytest.mark.parametrize("after", ["at-once", "tcpdump-runs", "captures"])
def test_killed_it_leaves_no_tcpdump(learner, after):
    capturing = learner.begin("capture", "pc1", "lo") if after != "captures" else begin(learner, "pc1", "lo")
    if after == "tcpdump-runs":
        wait_for(lambda: tcpdumps(learner), "tcpdump has been started")
    capturing.kill()
    finish(capturing)
    wait_for(lambda: not tcpdumps(learner), "tcpdump has ended", 5)


def test_a_restart_of_the_node_ends_it_and_keeps_what_was_captured(learner, tmp_path):
    target = tmp_path / "cut.pcap"
    capturing = begin(learner, "pc1", "lo", "-w", str(target))
    ping(learner)
    assert learner("restart", "pc1").code == 0
    done = finish(capturing)
    assert (done.code, "pc1 was switched off or restarted: the capture ended after 6 packets." in done.err) == (9, True)
    assert packets(target.read_bytes()) == 6


def test_an_interface_that_is_deleted_ends_it(learner):
    assert learner.node("pc1", "ip link add veth7 type veth peer name veth8; ip link set veth7 up").code == 0
    capturing = begin(learner, "pc1", "veth7")
    learner.node("pc1", "ip link del veth7")
    done = finish(capturing)
    assert (done.code, "pc1 veth7 is gone: the capture ended." in done.err) == (9, True), done


def test_the_node_s_own_tcpdump_is_not_asked(learner):
    forged = "printf '#!/bin/sh\\necho forged\\n' >/usr/bin/tcpdump; chmod +x /usr/bin/tcpdump"
    assert learner.node("pc1", forged).code == 0
    capturing = begin(learner, "pc1", "lo", "-c", "1", "icmp")
    ping(learner, 1)
    assert "forged" not in finish(capturing).out


WRONG = {
    "node": (["stranger", "eth1"], 4, "no node 'stranger'"),
    "interface": (["pc1", "eth9"], 4, "pc1 has no interface 'eth9'."),
    "filter": (["pc1", "eth1", "not", "a", "filter"], 2, "tcpdump does not take the filter 'not a filter'"),
    "option": (["pc1", "eth1", "--", "-z", "sh"], 2, "tcpdump does not take the filter"),
    "no-folder": (["pc1", "eth1", "-w", "/no/such/x.pcap"], 7, "there is no folder /no/such"),
    "folder": (["pc1", "eth1", "-w", "/tmp"], 2, "/tmp is a folder."),
    "json": (["pc1", "eth1", "--json"], 2, "need a file"),
    "count": (["pc1", "eth1", "--count", "0"], 2, "--count"),
}


@pytest.mark.parametrize(("args", "code", "words"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said_in_a_sentence(learner, args, code, words):
    done = learner("capture", *args)
    assert (done.code, done.out, words in done.err) == (code, "", True), done
    assert len(done.err.splitlines()) <= 2


def test_an_interface_that_is_down_is_called_so_and_not_the_filter_wrong(learner):
    assert learner.node("pc2", "ip link set eth1 down").code == 0
    done = learner("capture", "pc2", "eth1", "icmp")
    assert (done.code, "eth1 of pc2 is down: no packets pass there." in done.err) == (5, True), done
    assert "`netlab exec pc2 -- ip link set eth1 up` brings it up" in done.err
    assert learner.node("pc2", "ip link set eth1 up").code == 0


def test_a_file_that_is_there_is_not_overwritten_unasked(learner, tmp_path):
    target = tmp_path / "mine.pcap"
    target.write_text("mine")
    refused = learner("capture", "pc1", "eth1", "-w", target)
    assert (refused.code, "--force" in refused.err) == (2, True), refused
    wrong = learner("capture", "pc1", "eth1", "-w", target, "--force", "not a filter")
    assert (wrong.code, target.read_text()) == (2, "mine"), wrong
    capturing = begin(learner, "pc1", "lo", "-w", str(target), "--force", "-c", "2")
    ping(learner)
    assert finish(capturing).code == 0
    assert packets(target.read_bytes()) == 2


def test_raw_packets_do_not_go_to_a_terminal(learner):
    seen, code = on_a_terminal([*learner.command, "capture", "pc1", "lo", "-w", "-"], learner.environment())
    assert (code, "wireshark" in seen) == (2, True), seen


def test_ctrl_c_on_a_terminal(learner, tmp_path):
    argv = [*learner.command, "capture", "pc1", "lo", "-w", str(tmp_path / "x.pcap"), "-c", "6"]
    pinging = learner.begin("exec", "pc1", "--", "sh", "-c", "sleep 2; ping -c9 -i0.3 -q 127.0.0.1")
    seen, code = on_a_terminal(argv, learner.environment(TERM="xterm"))
    finish(pinging)
    assert code == 0, seen
    assert re.search(r"[1-9] packets", seen), "it counts along"
    assert "Wrote 6 packets to" in seen


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("capture pc", {"pc1", "pc2"}), ("capture pc1 e", {"eth0", "eth1"}), ("restore la", {"last"})],
)
def test_tab_completes(learner, typed, offered):
    env = {"_NETLAB_COMPLETE": "complete_bash", "COMP_WORDS": f"netlab {typed}", "COMP_CWORD": str(len(typed.split()))}
    assert offered <= set(learner(**env).out.split())
