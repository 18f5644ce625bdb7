"""A machine that cannot: one sentence, the exact fix, the right exit code, and nothing left.

Each fault is made for one command only, in namespaces of its own.
"""

import os
import re
import signal
import sys
from pathlib import Path

import pytest
from harness import LAB, finish, wait_for

from netlab.errors import ExitCode

pytestmark = pytest.mark.native
ROOTLESS_CONTAINER = Path(__file__).with_name("rootless_container.py")
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
ROOT_OF_LITTLE = ("unshare", "--user", "--map-root-user")
OWN_MOUNTS = ("unshare", "--mount") if os.geteuid() == 0 else (*ROOT_OF_LITTLE, "--mount")
# Who is not root mounts as root of a user namespace, and is back to normal in another one.
# There newuidmap(1) has no rights, so such a start gets as far as the disk lasts, but never to a pod.
MYSELF = "" if os.geteuid() == 0 else f"unshare --user --map-user={os.geteuid()} --map-group={os.getegid()} --"
SMALL_DISKS = ("4k", "8k", "16k", "28k", "48k", "80k", "120k", "200k", "256k")
FULL_WHEN_BOOTING = ("300k", "360k")


def small_disk(size):
    """NETLAB_HOME on a disk of that size; what is in its runs folder at the end goes to stderr."""
    script = f'mount -t tmpfs -o size={size},mode=700 none "$NETLAB_HOME"; code=0; {MYSELF} "$@" || code=$?; '
    return (*OWN_MOUNTS, "sh", "-ec", script + 'find "$NETLAB_HOME/runs" -mindepth 1 >&2; exit $code', "sh")


def test_a_user_without_id_ranges_is_told_the_command_to_run(netlab):
    for command in (["doctor"], ["start", LAB]):
        done = netlab(*command, under=AS_NOBODY)
        assert done.code == ExitCode.HOST, done
        assert "no range of 65536 ids in /etc/subuid" in done.out + done.err
        assert "sudo usermod --add-subuids" in done.out + done.err
        assert "Traceback" not in done.err
    assert netlab.run_folders() == []


def test_root_of_a_container_with_few_ids_is_told_what_to_do(netlab):
    for command in (["doctor"], ["start", LAB]):
        done = netlab(*command, under=ROOT_OF_LITTLE)
        assert done.code == ExitCode.HOST, done
        assert "root of this container has 1 uids, and would need 65535" in done.out + done.err
        assert "Run netlab as a plain user outside the container" in done.out + done.err
        assert "Traceback" not in done.err
    assert netlab.run_folders() == []


def test_root_of_a_container_with_other_ids_can_run_labs(netlab):
    """As podman or `unshare --map-auto` make it for a plain user: root is that user, then come ids from 1 to 65535."""
    done = netlab("doctor", "--json", under=(sys.executable, ROOTLESS_CONTAINER))
    checks = {check["name"]: check for check in done.json}
    assert checks["id ranges"]["detail"] == "65535 ids from 1 on", done
    assert all(checks[name]["ok"] for name in ("id ranges", "user namespaces", "overlay mounts")), done


def test_where_user_namespaces_are_forbidden_the_setting_is_named(netlab):
    for command in (["doctor"], ["start", LAB]):
        done = netlab(*command, under=WITHOUT_NAMESPACES)
        assert done.code == ExitCode.HOST, done
        assert "user.max_user_namespaces=" in done.out + done.err
        assert "Traceback" not in done.err
    assert netlab.run_folders() == []


def test_where_user_namespaces_are_forbidden_no_image_is_built(netlab, tmp_path):
    """The kernel says that it has no space left, and means namespaces."""
    done = netlab("image", "build", under=WITHOUT_NAMESPACES, NETLAB_CACHE=str(tmp_path))
    assert done.code == ExitCode.HOST, done
    assert "user.max_user_namespaces=" in done.err
    assert list(tmp_path.iterdir()) == []


def test_doctor_as_json_names_the_check_that_failed(netlab):
    checks = {check["name"]: check for check in netlab("doctor", "--json", under=WITHOUT_NAMESPACES).json}
    assert checks["id ranges"]["ok"]
    assert not checks["user namespaces"]["ok"]
    assert checks["user namespaces"]["fix"]


def test_a_good_machine_is_said_to_be_good(netlab):
    done = netlab("doctor", "--json")
    assert done.code == 0, done
    assert all(check["ok"] for check in done.json if check["needed"])


@pytest.mark.parametrize("size", SMALL_DISKS if os.geteuid() else (*SMALL_DISKS, *FULL_WHEN_BOOTING))
def test_a_full_disk_is_one_sentence(netlab, size):
    done = netlab("start", LAB, under=small_disk(size))
    assert done.code == ExitCode.HOST, done
    assert "No space left on device" in done.err
    message = done.err[done.err.index("netlab: ") :].splitlines()
    assert len(message) == 2, done  # what is wrong, the next step, and no file that was left
    assert message[0].startswith(f"netlab: {netlab.home}"), done
    assert message[1].strip() == "Free some disk space, or set NETLAB_HOME to a folder on another disk."


@pytest.mark.parametrize("variable", ["NETLAB_HOME", "NETLAB_CACHE"])
@pytest.mark.parametrize("place", ["/proc", "{file}", "{file}/below"])
def test_a_folder_that_cannot_be_written_is_named_with_its_variable(netlab, tmp_path, variable, place):
    (tmp_path / "file").touch()
    folder = place.format(file=tmp_path / "file")
    started = netlab("start", LAB, **{variable: folder})
    assert started.code == ExitCode.HOST, started
    message, next_step = started.err.splitlines()
    assert message.startswith(f"netlab: {folder}"), started
    assert "cannot be written: " in message
    assert next_step.strip() == f"Set {variable} to a folder that you may write in."
    assert netlab("list", **{variable: folder}).code == 0
    looked = netlab("doctor", **{variable: folder})
    assert (looked.code, looked.err) == (ExitCode.HOST, ""), looked
    assert f"fix:             Set {variable} to a folder" in looked.out or "Free 2 GiB, or set" in looked.out


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
    """A real build of the image, cut off by the caller once mmdebstrap is at work, in the build's own folder."""
    building = netlab.begin("image", "build", NETLAB_CACHE=str(cache), TMPDIR=str(cache))
    wait_for(lambda: list(cache.glob("images/.building-*/tmp/mmdebstrap.*")), "mmdebstrap has its own folder there")
    assert "Node image" in building.stderr.readline()
    assert [path.name for path in cache.iterdir()] == ["images"]
    return building


def test_an_interrupted_build_leaves_nothing(netlab, tmp_path):
    building = begin_build(netlab, tmp_path)
    building.send_signal(signal.SIGINT)
    assert finish(building).code == ExitCode.INTERRUPTED
    assert not netlab.processes()
    assert [path.name for path in (tmp_path / "images").iterdir()] == [".lock"]


def test_a_killed_build_takes_mmdebstrap_with_it_and_is_never_taken_for_an_image(netlab, tmp_path):
    building = begin_build(netlab, tmp_path)
    assert len(netlab.processes()) > 1
    building.kill()
    finish(building)
    assert netlab("image", "info", "--json", NETLAB_CACHE=str(tmp_path)).json == []
    cleaned = netlab("image", "clean", "--json", NETLAB_CACHE=str(tmp_path))
    assert len(cleaned.json["removed"]) == 1, cleaned
    wait_for(lambda: not netlab.processes(), "mmdebstrap has ended too", 10)
    assert [path.name for path in (tmp_path / "images").iterdir()] == [".lock"]
