"""A machine that cannot: one sentence, the exact fix, the right exit code, and nothing left.

Each fault is made for one command only, in namespaces of its own.
"""

import contextlib
import os
import re
import signal
from pathlib import Path

import pytest
from harness import LAB, finish, pids, wait_for

from netlab.errors import ExitCode

pytestmark = pytest.mark.native
NOBODY = "65534"
# Under the name of `nobody`, who has no range in /etc/subuid, but with the rights of whoever runs the tests.
AS_NOBODY = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}")
THEN = 'exec setpriv --ambient-caps=-all --inh-caps=-all -- "$@"'
NO_NAMESPACES = f"""
echo nobody:100000:65536 >"$NETLAB_HOME/ranges"
mount --bind "$NETLAB_HOME/ranges" /etc/subuid
mount --bind "$NETLAB_HOME/ranges" /etc/subgid
echo 0 >/proc/sys/user/max_user_namespaces
{THEN}
"""
WITHOUT_NAMESPACES = (*AS_NOBODY, "--mount", "--keep-caps", "sh", "-ec", NO_NAMESPACES, "sh")
OWN_MOUNTS = ("unshare", "--mount") if os.geteuid() == 0 else ("unshare", "--user", "--map-root-user", "--mount")


def small_disk(size):
    """NETLAB_HOME on a disk of that size; what is in its runs folder at the end goes to stderr."""
    script = f'mount -t tmpfs -o size={size},mode=700 none "$NETLAB_HOME"; code=0; "$@" || code=$?; '
    return (*OWN_MOUNTS, "sh", "-ec", script + 'find "$NETLAB_HOME/runs" -mindepth 1 >&2; exit $code', "sh")


def test_a_user_without_id_ranges_is_told_the_command_to_run(netlab):
    for command in (["doctor"], ["start", LAB]):
        done = netlab(*command, under=AS_NOBODY)
        assert done.code == ExitCode.HOST, done
        assert "no range of 65536 ids in /etc/subuid" in done.out + done.err
        assert "sudo usermod --add-subuids" in done.out + done.err
        assert "Traceback" not in done.err
    assert netlab.run_folders() == []


def test_where_user_namespaces_are_forbidden_the_setting_is_named(netlab):
    for command in (["doctor"], ["start", LAB]):
        done = netlab(*command, under=WITHOUT_NAMESPACES)
        assert done.code == ExitCode.HOST, done
        assert "user.max_user_namespaces=" in done.out + done.err
        assert "Traceback" not in done.err
    assert netlab.run_folders() == []


def test_doctor_as_json_names_the_check_that_failed(netlab):
    checks = {check["name"]: check for check in netlab("doctor", "--json", under=WITHOUT_NAMESPACES).json}
    assert checks["id ranges"]["ok"]
    assert not checks["user namespaces"]["ok"]
    assert checks["user namespaces"]["fix"]


def test_a_good_machine_is_said_to_be_good(netlab):
    done = netlab("doctor", "--json")
    assert done.code == 0, done
    assert all(check["ok"] for check in done.json if check["needed"])


@pytest.mark.parametrize("size", ["4k", "8k", "16k", "28k", "48k", "80k", "120k"])
def test_a_full_disk_is_one_sentence(netlab, size):
    done = netlab("start", LAB, under=small_disk(size))
    assert done.code == ExitCode.HOST, done
    assert "No space left on device" in done.err
    message = done.err[done.err.index("netlab: ") :].splitlines()
    assert len(message) == 2, done  # what is wrong, the next step, and no file that was left
    assert "NETLAB_HOME" in message[1]


def test_a_home_that_cannot_be_made(netlab, tmp_path):
    (tmp_path / "file").write_text("")
    done = netlab("start", LAB, NETLAB_HOME=str(tmp_path / "file/home"))
    assert done.code == ExitCode.HOST, done
    assert str(tmp_path / "file/home") in done.err


def test_without_mmdebstrap_the_package_is_named(netlab, tmp_path):
    done = netlab("start", LAB, NETLAB_CACHE=str(tmp_path), PATH="/no/such")
    assert done.code == ExitCode.HOST, done
    assert "sudo apt install mmdebstrap" in done.err
    assert netlab.run_folders() == []


def test_a_missing_program_is_named_and_so_is_its_package(netlab):
    started = netlab("start", LAB, PATH="/no/such")
    assert started.code == ExitCode.HOST, started
    assert "ssh-keygen is not installed" in started.err
    assert netlab.run_folders() == []
    programs = next(one for one in netlab("doctor", "--json", PATH="/no/such").json if one["name"] == "programs")
    assert not programs["ok"]
    assert re.search("sudo apt install .*openssh-client", programs["fix"])


def test_without_a_network_the_image_is_not_built(netlab, tmp_path):
    done = netlab("start", LAB, NETLAB_CACHE=str(tmp_path), NETLAB_MIRROR="http://127.0.0.1:9/debian", timeout=120)
    assert done.code == ExitCode.IMAGE, done
    assert "could not be downloaded" in done.err
    assert "NETLAB_MIRROR" in done.err
    assert [path.name for path in (tmp_path / "images").iterdir()] == [".lock"]
    assert netlab.run_folders() == []


def begin_build(netlab, cache):
    """A real build of the image, cut off by the caller once it is at work."""
    building = netlab.begin("image", "build", NETLAB_CACHE=str(cache))
    wait_for(lambda: list(cache.glob("images/.building-*/rootfs")), "the build has a folder")
    assert "Node image" in building.stderr.readline()
    return building


def test_an_interrupted_build_leaves_nothing(netlab, tmp_path):
    building = begin_build(netlab, tmp_path)
    building.send_signal(signal.SIGINT)
    assert finish(building).code == ExitCode.INTERRUPTED
    wait_for(lambda: not netlab.processes(), "mmdebstrap has ended too", 10)
    assert [path.name for path in (tmp_path / "images").iterdir()] == [".lock"]


def test_a_killed_build_is_never_taken_for_an_image(netlab, tmp_path):
    building = begin_build(netlab, tmp_path)
    (session,) = {session_of(pid) for pid in children_of(building.pid)} - {os.getsid(0)}
    building.kill()
    finish(building)
    assert netlab("image", "info", "--json", NETLAB_CACHE=str(tmp_path)).json == []
    cleaned = netlab("image", "clean", "--json", NETLAB_CACHE=str(tmp_path))
    assert len(cleaned.json["removed"]) == 1, cleaned
    end_session(session)
    assert [path.name for path in (tmp_path / "images").iterdir()] == [".lock"]


def end_session(session):
    """Nobody was there to end mmdebstrap, and it would go on until it notices that nobody reads its archive."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(session, signal.SIGINT)
    wait_for(lambda: session not in map(session_of, pids()), "mmdebstrap has cleared up after itself", 90)


def children_of(pid):
    return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


def session_of(pid):
    """None for a process that has ended: see proc_pid_stat(5)."""
    with contextlib.suppress(OSError):
        state, _, _, session = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:4]
        return int(session) if state not in "ZX" else None
    return None
