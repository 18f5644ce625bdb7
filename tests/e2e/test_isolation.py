"""docs/security.md, tried: root on a node does its best to get out. Each attack is proven on the host first."""

import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from contract import deployed, deployment, reaches, sh
from harness import LAB, NETLAB, finish, host_links, wait_for
from test_terminal import on_a_terminal

from netlab.runtime.native.runtime import NativeRuntime

pytestmark = pytest.mark.native

ATTACKS = Path(__file__).with_name("attacks.py")
CANARY = "netlab-canary"
AF_VSOCK, AF_ALG = 40, 38


@pytest.fixture(scope="module")
def pod(image, tmp_path_factory):
    runtime = NativeRuntime(deployment(image["path"], tmp_path_factory.mktemp("isolated")))
    with deployed(runtime):
        yield runtime


def on_host(*attack, prefix=(), **options):
    """The attack made by the host's own user, who may do all this."""
    argv = [*prefix, sys.executable, str(ATTACKS), *map(str, attack)]
    return subprocess.run(argv, capture_output=True, text=True, timeout=20, check=True, **options).stdout


def on_node(pod, *attack, prefix=(), **options):
    """The attack made by root on pc1."""
    argv = [*prefix, *pod.attach("pc1"), "python3", "-c", ATTACKS.read_text(), *map(str, attack)]
    return subprocess.run(argv, capture_output=True, text=True, timeout=20, check=False, **options).stdout


def is_shut(pod, *attack, **options):
    """It works on the host (where this kernel has it at all), and not on a node."""
    control = on_host(*attack, **options)
    if control.startswith("refused"):
        pytest.skip(f"not even the host's own user can: {control}")
    answer = on_node(pod, *attack, **options)
    assert answer.splitlines()[-1].startswith("refused: "), answer


def greet(listener):
    """Say the word to everyone who calls."""

    def serve():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.sendall(CANARY.encode())

    listener.listen()
    threading.Thread(target=serve, daemon=True).start()


def test_no_address_of_the_host_is_reached(pod):
    with socket.create_server(("0.0.0.0", 0)) as listener:
        greet(listener)
        own = subprocess.run(["hostname", "-I"], check=True, capture_output=True, text=True, timeout=10).stdout.split()
        sh(pod, "pc1", "ip route replace default via 172.20.20.1")
        for address in ["127.0.0.1", *(one for one in own if ":" not in one)]:
            is_shut(pod, "tcp", address, listener.getsockname()[1])


def test_no_socket_of_the_host_is_reached_by_name(pod):
    with socket.socket(socket.AF_UNIX) as listener:
        name = f"{CANARY}-{os.getpid()}"
        listener.bind("\0" + name)
        greet(listener)
        is_shut(pod, "abstract", name)


@pytest.mark.parametrize("number", [AF_VSOCK, AF_ALG], ids=["vsock", "alg"])
def test_socket_families_without_namespaces_cannot_be_opened(pod, number):
    answer = on_node(pod, "family", number)
    assert "Address family not supported" in answer
    assert on_node(pod, "family", int(socket.AF_INET)).startswith("reached")


def test_no_interface_leads_out(pod):
    before = host_links()
    assert sh(pod, "pc1", "ls /sys/class/net").stdout.split() == ["eth0", "eth1", "lo"]
    assert sh(pod, "pc1", "ip link add out0 type veth peer name out1; ip link set out0 netns 1").ok
    assert host_links() == before
    assert not reaches(pod, "pc1", "198.51.100.1")


def test_the_network_at_the_other_end_of_a_cable_is_not_a_node_s_to_change(pod):
    own = """unshare -n sleep 60 >/dev/null 2>&1 &
    until [ "$(readlink /proc/$!/ns/net)" != "$(readlink /proc/$$/ns/net)" ]; do :; done
    ip link add own0 type veth peer name own1 netns $!"""
    assert sh(pod, "pc1", own).ok
    assert on_node(pod, "interfaces_of", "own0").startswith("reached"), "its own can be listed that way"
    for cable in ("eth0", "eth1"):
        assert on_node(pod, "interfaces_of", cable).startswith("refused"), cable


def test_management_ports_stay_apart_even_if_the_host_is_a_router(pod):
    there = {state.name: state.mgmt for state in pod.inspect()}
    sh(pod, "pc1", f"ip route replace {there['pc2']}/32 via 172.20.20.1")
    attack = f"nc -z -w 1 {there['pc2']} 22"
    assert not sh(pod, "pc1", attack).ok
    forward = "echo {} >/proc/sys/net/ipv4/ip_forward"
    subprocess.run([*pod.enter(), "sh", "-c", forward.format(1)], check=True, timeout=10)
    sh(pod, "pc2", f"ip route replace {there['pc1']}/32 via 172.20.20.1")
    assert sh(pod, "pc1", attack).ok, "the way there is open when the management network forwards"
    subprocess.run([*pod.enter(), "sh", "-c", forward.format(0)], check=True, timeout=10)


def test_no_file_of_the_host_is_reached(pod, tmp_path):
    (tmp_path / CANARY).write_text("secret")
    is_shut(pod, "file", tmp_path / CANARY)


def test_no_open_file_of_the_host_comes_along(pod, tmp_path):
    (tmp_path / CANARY).write_text("secret")
    folder = os.open(tmp_path, os.O_RDONLY)
    for number in (folder, os.dup2(folder, 300)):
        is_shut(pod, "file", f"/nowhere/{CANARY}", pass_fds=(number,))
        os.close(number)


def test_a_file_given_to_exec_cannot_be_written_to(learner, tmp_path):
    given = tmp_path / "given"
    given.write_text("mine")
    with given.open() as stdin:
        on_host("rewrite_stdin", "theirs", stdin=stdin)
    assert given.read_text() == "theirs"
    with given.open() as stdin:
        learner.run("exec", "pc1", "--", "python3", "-c", ATTACKS.read_text(), "rewrite_stdin", "again", stdin=stdin)
    assert given.read_text() == "theirs"


def test_the_environment_of_whoever_asks_stays_outside(learner):
    watch = [sys.executable, str(ATTACKS), "environments", "CANARY_WORD", "3"]
    watcher = subprocess.Popen(watch, stdout=subprocess.PIPE, text=True)
    assert learner.node("pc1", "sleep 0.2", CANARY="CANARY_WORD").code == 0
    assert "reached" in watcher.communicate(timeout=20)[0]
    inside = learner.begin("exec", "pc1", "--", "python3", "-c", ATTACKS.read_text(), *watch[2:])
    assert inside.stdout.readline() == "watching\n"
    for _ in range(4):
        assert learner.node("pc1", "true", CANARY="CANARY_WORD").code == 0
    assert "refused" in finish(inside).out


@pytest.mark.parametrize("command", ["exec pc1 -- true", "cp pc1:/etc/hostname {}"])
def test_nobody_types_into_the_user_s_terminal(learner, tmp_path, command):
    attack = f"python3 /root/attacks.py type_into_terminal {CANARY}"
    assert learner("cp", ATTACKS, "pc1:/root/attacks.py").code == 0
    learner.node("pc1", "for i in true tar; do test -e /usr/bin/$i.real || mv /usr/bin/$i /usr/bin/$i.real; done")
    wrapper = f'#!/bin/sh\\n{attack} >/root/answer 2>&1\\nexec $0.real "$@"\\n'
    learner.node("pc1", f"for i in true tar; do printf '{wrapper}' >/usr/bin/$i; chmod +x /usr/bin/$i; done")
    listen = "; read -t 1 line; echo got=$line"
    host = f"{sys.executable} {ATTACKS} type_into_terminal {CANARY}"
    seen, _ = on_its_terminal(host + listen, learner)
    if f"got={CANARY}" not in seen:
        pytest.skip(f"this kernel lets nobody type into a terminal: {seen}")
    seen, _ = on_its_terminal(f"{NETLAB} {command.format(tmp_path / 'copy')}{listen}", learner)
    assert "got=\r\n" in seen, seen
    assert "refused" in learner.node("pc1", "cat /root/answer").out


def on_its_terminal(script, user):
    return on_a_terminal(["setsid", "--ctty", "--wait", "bash", "-c", script], user.environment())


def test_keys_of_the_user_s_session_are_out_of_reach(pod):
    is_shut(pod, "key", CANARY, prefix=[sys.executable, str(ATTACKS), "with_key", CANARY])


@pytest.mark.parametrize("attack", ["cgroups", "io_uring", "kernel_log"])
def test_what_namespaces_do_not_cover_is_refused(pod, attack):
    is_shut(pod, attack)


@pytest.mark.parametrize(
    "call", ["bpf", "perf", "userfaultfd", "handle", "module", "add_key", "set_clock", "block_device"]
)
def test_calls_that_change_or_watch_the_whole_machine_are_refused(pod, call):
    assert "Operation not permitted" in on_node(pod, call)


def test_every_process_of_a_node_has_the_filter(pod):
    answer = sh(pod, "pc1", "grep -h ^Seccomp: /proc/[0-9]*/status | sort -u").stdout
    assert answer.split() == ["Seccomp:", "2"]


def test_processes_of_the_host_can_neither_be_seen_nor_signalled(pod):
    with subprocess.Popen(["sleep", "60"]) as bystander:
        on_node(pod, "signal", bystander.pid)
        sh(pod, "pc2", f"kill -9 {bystander.pid}; kill -9 -{os.getpgrp()}")
        assert bystander.poll() is None
        on_host("signal", bystander.pid)
        assert bystander.wait(10) == -signal.SIGKILL


SETTINGS = ["kernel/core_pattern", "kernel/panic", "kernel/pid_max", "vm/swappiness", "fs/file-max", "kernel/hostname"]


@pytest.mark.parametrize("setting", SETTINGS)
def test_kernel_settings_of_the_host_stay_as_they_are(pod, setting):
    path = Path("/proc/sys") / setting
    before = path.read_text()
    other = "netlab-canary" if not before.strip().isdigit() else str(int(before) + 1)
    sh(pod, "pc1", f"mount -o remount,rw /proc; echo {other} >/proc/sys/{setting}; hostname {other}")
    assert path.read_text() == before
    assert sh(pod, "pc1", "echo 1 >/proc/sys/net/ipv4/ip_forward").ok, "its own it can set"


def test_sys_and_proc_are_no_way_to_the_host(pod):
    script = "mount -o remount,rw /sys; echo 1 >/sys/module/printk/parameters/time || echo refused"
    assert "refused" in sh(pod, "pc1", script).stdout
    assert not sh(pod, "pc1", "echo h >/proc/sysrq-trigger").ok


def test_the_image_is_the_same_for_all_and_for_ever(pod, image):
    victim = Path(image["path"]) / "usr/bin/uptime"
    before = victim.read_bytes()
    sh(pod, "pc1", "ln /usr/bin/uptime /root/link; echo evil >>/root/link; echo evil >/usr/bin/uptime")
    assert sh(pod, "pc1", "cat /usr/bin/uptime").stdout == "evil\n"
    assert victim.read_bytes() == before
    assert sh(pod, "pc2", "cksum </usr/bin/uptime").stdout == sh(pod, "r1", "cksum </usr/bin/uptime").stdout


def test_a_setuid_file_of_a_node_is_for_no_other_user_of_the_host(learner):
    learner.node("pc2", "cp /bin/true /setuid; chmod 4755 /setuid")
    run = learner.home / "runs" / LAB
    assert (run / "pod/nodes/pc2/upper/setuid").stat().st_mode & stat.S_ISUID, "there it is"
    assert stat.S_IMODE(run.stat().st_mode) == stat.S_IMODE((run / "pod/nodes").stat().st_mode) == 0o700


def test_errors_quote_a_node_without_its_control_characters(learner, tmp_path):
    (tmp_path / "file").touch()
    learner.node("prn1", r"printf '#!/bin/sh\nprintf \"\\033[2J\\302\\233evil\" >&2; exit 1\n' >/usr/bin/tar")
    failed = learner("cp", tmp_path / "file", "prn1:/root/")
    assert "evil" in failed.err
    assert "\x1b" not in failed.err
    assert "\x9b" not in failed.err


def test_folders_nested_too_deep_keep_a_lab_neither_from_restarting_nor_from_ending(netlab):
    assert netlab("start", LAB).code == 0
    script = "import os, sys\nfor _ in range(int(sys.argv[2])):\n    os.mkdir(sys.argv[1])\n    os.chdir(sys.argv[1])"
    for name in (
        "d 1100",
        "deep" * 10 + " 150",
    ):  # one that Python's walk and one that the kernel's paths are too short for
        assert netlab("exec", "srv1", "--", "sh", "-c", f'cd /root; exec python3 -c "$0" {name}', script).code == 0
    assert netlab("restart", "srv1").code == 0
    assert netlab.node("srv1", "ls /root/deep*").code != 0
    assert netlab("stop").code == 0
    assert netlab.run_folders() == []


def test_kept_files_that_lead_in_circles_do_not_hold_up_a_power_cycle(learner):
    learner.node("srv1", "cd /root; ln -s . a; ln -s . b; mkfifo pipe; mkdir -p deep/er; touch deep/er/kept")
    assert learner("restart", "srv1", timeout=40).code == 0
    assert wait_for(lambda: learner.node("srv1", "ls /root/deep/er").out, "the file is there") == "kept\n"
