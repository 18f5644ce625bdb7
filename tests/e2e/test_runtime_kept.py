"""What every runtime promises of kept files: taken from the disk as they are, put back by a power cycle."""

import contextlib
import io
import os
import signal
import subprocess
import tarfile
import threading

import pytest
from contract import NODES, agents, archive, kill_the_network, reaches, sh
from harness import wait_for

from netlab.errors import RuntimeFailure, TooMuchToKeep


def texts(kept):
    """The small text files in a node's archive, by path."""
    with tarfile.open(fileobj=io.BytesIO(kept)) as tar:
        return {entry.name: tar.extractfile(entry).read().decode() for entry in tar if entry.isreg()}


def load(runtime, kept):
    heard = []
    runtime.load(kept, heard.append)
    assert sorted(heard) == sorted(kept)


def test_the_kept_files_are_taken_as_they_are_now_without_a_restart(runtime):
    sh(runtime, "pc1", "touch /run/still-on; echo one >/etc/kept/own; echo x >/etc/not-kept")
    kept = runtime.save(NODES)
    assert list(kept) == NODES
    assert texts(kept["pc1"])["etc/kept/own"] == "one\n"
    assert "etc/not-kept" not in texts(kept["pc1"])
    assert runtime.save(NODES) == kept, "the same files give the same bytes"
    assert sh(runtime, "pc1", "ls /run/still-on").ok


def test_as_delivered_stays_as_delivered(runtime):
    sh(runtime, "pc1", "echo changed >/etc/kept/given; echo mine >/etc/kept/own")
    assert texts(runtime.delivered(["pc1"])["pc1"])["etc/kept/given"] == "as delivered\n"
    assert "etc/kept/own" not in texts(runtime.delivered(["pc1"])["pc1"])


def test_an_untouched_node_has_what_was_delivered(spare):
    spare.deploy(lambda _: None)
    assert spare.save(NODES) == spare.delivered(NODES)


def test_loading_puts_back_exactly_what_was_saved_and_nothing_that_ran(runtime):
    sh(runtime, "pc1", "echo before >/etc/kept/own; chmod 640 /etc/kept/own; chown nobody /etc/kept/own")
    kept = runtime.save(["pc1"])
    sh(runtime, "pc1", "echo after >/etc/kept/own; echo new >/etc/kept/later; touch /run/was-here; touch /etc/lost")
    load(runtime, kept)
    assert sh(runtime, "pc1", "cat /etc/kept/own; stat -c %a:%U /etc/kept/own").stdout == "before\n640:nobody\n"
    assert not sh(runtime, "pc1", "ls /etc/kept/later /run/was-here /etc/lost 2>/dev/null").stdout
    assert runtime.save(["pc1"]) == kept
    assert reaches(runtime, "pc1", "192.0.2.140")


def test_what_was_delivered_can_be_loaded(runtime):
    sh(runtime, "pc1", "echo changed >/etc/kept/given; systemctl enable dnsmasq")
    load(runtime, runtime.delivered(["pc1"]))
    assert sh(runtime, "pc1", "cat /etc/kept/given").stdout == "as delivered\n"
    assert not sh(runtime, "pc1", "systemctl is-enabled dnsmasq").ok


def test_too_much_to_keep_is_said_with_the_file(runtime):
    sh(runtime, "pc1", "truncate -s 20M /etc/kept/large")
    with pytest.raises(TooMuchToKeep, match=r"pc1 .*/etc/kept/large"):
        runtime.save(NODES)
    sh(runtime, "pc1", "rm /etc/kept/large")
    assert runtime.save(NODES)


def test_a_node_that_is_down_and_a_network_that_is_gone_still_have_their_files(spare):
    spare.deploy(lambda _: None)
    sh(spare, "pc1", "rm /etc/kept/given; echo mine >/etc/kept/own")
    kept = spare.save(NODES)
    os.kill(spare.inspect()[1].pid, signal.SIGKILL)
    wait_for(lambda: not spare.inspect()[1].running, "pc1 is down")
    assert spare.save(NODES) == kept
    kill_the_network(spare)
    assert spare.save(NODES) == kept
    load(spare, spare.delivered(NODES))
    assert sh(spare, "pc1", "ls /etc/kept").stdout == "given\n"
    load(spare, kept)
    assert sh(spare, "pc1", "ls /etc/kept").stdout == "own\n"


@pytest.mark.parametrize("moment", ["laid in", "loading", "taken"])
def test_after_a_load_that_was_killed_the_files_are_the_old_or_the_new_ones(spare, tmp_path, moment):
    spare.deploy(lambda _: None)
    sh(spare, "pc1", "echo old >/etc/kept/own")
    old = spare.save(["pc1"])
    new = {"pc1": archive(**{"etc/kept/own": "new\n"})}
    home = tmp_path / "pod/nodes/pc1"
    signs = {
        "laid in": (home / "incoming.tar").exists,
        "loading": (home / "loading").exists,
        "taken": lambda: (home / "kept.tar").read_bytes() == new["pc1"],
    }
    loading = threading.Thread(target=_load_if_possible, args=(spare, new))
    loading.start()
    wait_for(lambda: signs[moment]() or not loading.is_alive(), moment)
    for agent in agents():
        with contextlib.suppress(ProcessLookupError):
            os.kill(agent, signal.SIGKILL)
    loading.join()
    assert texts(spare.save(["pc1"])["pc1"]) in (texts(old["pc1"]), texts(new["pc1"]))
    spare.restart(["pc1"], lambda _: None)
    assert sh(spare, "pc1", "cat /etc/kept/own").stdout in ("old\n", "new\n")
    load(spare, new)
    assert sh(spare, "pc1", "ls /etc/kept; cat /etc/kept/own").stdout == "own\nnew\n"


def _load_if_possible(runtime, kept):
    with contextlib.suppress(RuntimeFailure):
        runtime.load(kept, lambda _: None)


def test_a_tool_is_the_image_s_own_in_the_node_s_network(runtime):
    sh(runtime, "pc1", "printf '#!/bin/sh\\necho forged\\n' >/usr/local/sbin/ip; chmod +x /usr/local/sbin/ip")
    done = subprocess.run([*runtime.tool("pc1"), "ip", "-br", "link"], capture_output=True, text=True, check=True)
    assert {line.partition("@")[0].split()[0] for line in done.stdout.splitlines()} == {"lo", "eth0", "eth1"}


@pytest.mark.parametrize(
    "deed", ["ip link set eth1 down", "mount -t tmpfs none /mnt", "touch /usr/bin/forged", "chroot ."]
)
def test_a_tool_looks_and_does_nothing_else(runtime, deed):
    assert subprocess.run([*runtime.tool("pc1"), *deed.split()], capture_output=True, check=False).returncode


def test_a_tool_of_a_node_that_is_not_there_is_a_sentence(runtime):
    with pytest.raises(RuntimeFailure, match="stranger"):
        runtime.tool("stranger")
