"""What every runtime promises (netlab.runtime.base.Runtime): nodes, commands, files."""

import tarfile

import pytest
from contract import NODES, archive, opened, reaches, sh
from harness import wait_for

from netlab.errors import RuntimeFailure


def test_inspect_names_the_nodes_in_order_with_role_and_address(runtime):
    states = runtime.inspect()
    assert [state.name for state in states] == NODES
    assert [state.role for state in states] == ["router", "pc", "pc"]
    assert all(state.running for state in states)
    assert [state.mgmt for state in states] == ["172.20.20.2", "172.20.20.3", "172.20.20.4"]


def test_nodes_reach_each_other_with_the_addresses_of_their_start_files(runtime):
    assert reaches(runtime, "pc1", "192.0.2.1")
    assert reaches(runtime, "pc1", "192.0.2.140"), "through the router, whose sysctl turns forwarding on"


def test_every_cabled_interface_is_up(runtime):
    up = sh(runtime, "r1", "ip -br link show up | cut -d@ -f1").stdout.split()
    assert {"eth0", "eth1", "eth2"} <= set(up)


def test_a_node_bears_its_name(runtime):
    assert runtime.exec("pc2", ["hostname"]).stdout == "pc2\n"


def test_a_node_s_first_process_has_the_environment_of_the_topology(runtime):
    assert "GREETING=hello" in sh(runtime, "r1", "tr '\\0' '\\n' </proc/1/environ").stdout.split()


@pytest.mark.parametrize("code", [0, 1, 42])
def test_exec_gives_the_exit_code_and_both_outputs(runtime, code):
    done = sh(runtime, "pc1", f"echo to-stdout; echo to-stderr >&2; exit {code}")
    assert (done.code, done.stdout, done.stderr) == (code, "to-stdout\n", "to-stderr\n")


def test_exec_passes_stdin_on(runtime):
    with opened(b"shout\n") as stdin:
        assert runtime.exec("pc1", ["tr", "a-z", "A-Z"], stdin=stdin).stdout == "SHOUT\n"


def test_exec_ends_what_prints_without_end(runtime):
    with pytest.raises(RuntimeFailure, match="cat on pc1 printed more than 16 MiB"):
        runtime.exec("pc1", ["cat", "/dev/zero"])
    wait_for(
        lambda: not runtime.exec("pc1", ["pgrep", "-f", "cat /dev/zer[o]"]).ok, "the command is gone from the node"
    )


def test_exec_ends_what_takes_too_long(runtime):
    with pytest.raises(TimeoutError):
        runtime.exec("pc1", ["sleep", "4321"], timeout=0.5)
    wait_for(lambda: not runtime.exec("pc1", ["pgrep", "-f", "sleep 432[1]"]).ok, "the command is gone from the node")


def test_what_is_copied_in_comes_out_again(runtime):
    with opened(archive(one="1\n", two="2\n")) as tar:
        runtime.copy_in("pc1", tar, "/srv")
    with runtime.copy_out("pc1", "/srv") as stream, tarfile.open(fileobj=stream, mode="r|") as tar:
        files = {member.name: tar.extractfile(member).read() for member in tar if member.isreg()}
    assert files == {"./srv/one": b"1\n", "./srv/two": b"2\n"}


def test_copying_from_or_to_nowhere_is_a_sentence(runtime):
    with pytest.raises(RuntimeFailure, match="pc1:/no/such"), runtime.copy_out("pc1", "/no/such") as stream:
        stream.read()
    with pytest.raises(RuntimeFailure, match="pc1:/no/such"), opened(archive(one="1\n")) as tar:
        runtime.copy_in("pc1", tar, "/no/such")
    with pytest.raises(RuntimeFailure, match="stranger"):
        runtime.exec("stranger", ["true"])
