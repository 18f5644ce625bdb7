"""kill -9 of whatever takes part in deploy, restart, revive and destroy, at many moments: what is left can be mended.

The moments are spread evenly over the time that each takes here, which no test could name in advance.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from harness import Netlab, assert_nothing_left, mounts_below, wait_for
from pair import do, pair, whole

from netlab.processes import Process

pytestmark = pytest.mark.native
PAIR = str(Path(__file__).with_name("pair.py"))
WORD = "word"
MOMENTS = {"deploy": 6, "restart": 4, "revive": 4, "destroy": 3}
AT_ONCE = 4  # scenes side by side: much of it is waiting
VICTIMS = ["command", "agent", "pod", "node"]


class Scene:
    """A pair in a folder of its own, and what is at work on it."""

    def __init__(self, rootfs, folder):
        self.rootfs, self.folder = rootfs, folder
        self.user = Netlab(folder)

    def runtime(self):
        return pair(self.rootfs, self.folder, WORD)

    def prepare(self, verb):
        """Everything that comes before the verb."""
        if verb == "deploy":
            self.runtime()
            return
        do(self.runtime(), "deploy")
        if verb == "revive":
            self.kill_all("pod")
            wait_for(lambda: not self.runtime().alive(), "the network is gone")

    def begin(self, verb):
        argv = [sys.executable, PAIR, verb, self.rootfs, str(self.folder), WORD]
        pipe, environment = subprocess.PIPE, self.user.environment()
        command = subprocess.Popen(argv, stdout=pipe, stderr=subprocess.DEVNULL, text=True, env=environment)
        assert command.stdout.readline() == "begins\n"
        return command

    def pids(self, victim, command=None):
        if victim == "command":
            return [command.pid] if command and command.poll() is None else []
        if victim == "agent":
            return agents(command.pid) if command else []
        return [one.pid for one in self._recorded("pod.json" if victim == "pod" else "nodes.json") if one.alive()]

    def _recorded(self, name):
        with contextlib.suppress(OSError, ValueError, KeyError):
            data = json.loads((self.folder / "pod" / name).read_text("ascii"))
            return [Process.from_json(one) for one in ([data] if "pid" in data else data.values())]
        return []

    def kill_all(self, victim, command=None):
        for pid in self.pids(victim, command):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def clear(self):
        pods = self._recorded("pod.json")
        do(self.runtime(), "destroy")
        assert not [pod for pod in pods if pod.alive()]
        assert_nothing_left(self.user)
        assert not (self.folder / "pod").exists()


@contextlib.contextmanager
def staged(image, folder):
    """A scene that is over in the end, however the play goes."""
    scene = Scene(image["path"], folder)
    try:
        yield scene
    finally:
        do(scene.runtime(), "destroy")


def agents(parent):
    with contextlib.suppress(OSError):
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        return [int(pid) for pid in children if b"native.agent" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    return []


@pytest.fixture(scope="module")
def durations(image, tmp_path_factory):
    """How long each verb takes here and now."""
    found = {}
    with staged(image, tmp_path_factory.mktemp("measured")) as scene:
        for verb in ("deploy", "restart", "revive", "destroy"):
            if verb == "revive":
                scene.kill_all("pod")
                wait_for(lambda: not scene.runtime().alive(), "the network is gone")
            command = scene.begin(verb)
            began = time.monotonic()
            assert command.wait(60) == 0
            found[verb] = time.monotonic() - began
    return found


@pytest.mark.parametrize("victim", VICTIMS)
@pytest.mark.parametrize("verb", MOMENTS)
def test_a_kill_at_any_moment_can_be_mended(image, tmp_path, durations, verb, victim):
    def play(number):
        with staged(image, tmp_path / str(number)) as scene:
            strike(scene, verb, victim, moment=(number + 0.3) / MOMENTS[verb])

    def strike(scene, verb, victim, moment):
        scene.prepare(verb)
        command = scene.begin(verb)
        pause(durations[verb] * moment)
        scene.kill_all(victim, command)
        if victim != "command":
            command.wait(60)  # it sees what happened, and says so or not
        mend(scene, verb)
        command.wait(60)
        scene.clear()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(play, range(MOMENTS[verb])))


def pause(seconds):
    """The moment at which to strike: not a wait for anything."""
    threading.Event().wait(seconds)


def mend(scene, verb):
    """What the next command does."""
    if verb in ("deploy", "destroy"):
        do(scene.runtime(), "destroy")
    else:
        do(scene.runtime(), "restart")
        whole(scene.runtime(), WORD)


@pytest.mark.parametrize("sign", ["pod.json", "nodes.json", "nodes/pc1/upper", "nodes/pc2/init", "nodes/pc2/boot.log"])
def test_a_command_killed_when_something_appears_leaves_no_pod_behind(image, tmp_path, sign):
    with staged(image, tmp_path / "it") as scene:
        scene.prepare("deploy")
        command = scene.begin("deploy")
        wait_for(lambda: (scene.folder / "pod" / sign).exists() or command.poll() is not None, sign)
        command.kill()
        command.wait(60)
        scene.clear()


@pytest.mark.parametrize("damage", ["", "{", '{"pc1": {"pid": 1}}', "\0\0\0\0", "[]"])
@pytest.mark.parametrize("file", ["pod.json", "nodes.json"])
def test_records_that_a_power_cut_damaged_do_not_keep_a_lab_from_coming_back(image, tmp_path, file, damage):
    with staged(image, tmp_path / "it") as scene:
        scene.prepare("revive")
        (scene.folder / "pod" / file).write_text(damage)
        mend(scene, "revive")
        scene.clear()


def test_pids_of_before_a_restart_of_the_computer_are_nobody_s(image, tmp_path):
    with staged(image, tmp_path / "it") as scene:
        scene.prepare("deploy")
        do(scene.runtime(), "deploy")
        scene.kill_all("pod")
        with subprocess.Popen(["sleep", "60"]) as bystander:
            record = Process.of(bystander.pid).as_json() | {"boot": 1}
            (scene.folder / "pod/pod.json").write_text(json.dumps(record))
            assert not scene.runtime().alive()
            mend(scene, "revive")
            assert bystander.poll() is None
            bystander.kill()
        scene.clear()


def test_the_lab_next_door_is_left_alone(image, tmp_path):
    with staged(image, tmp_path / "near") as near, staged(image, tmp_path / "far") as far:
        for scene in (near, far):
            do(scene.runtime(), "deploy")
        command = near.begin("restart")
        near.kill_all("agent", command)
        command.wait(60)
        near.clear()
        whole(far.runtime(), WORD)
        far.clear()
    assert not mounts_below(tmp_path)
