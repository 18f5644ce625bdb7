"""What every runtime promises of a node that takes too much: its power is cut, it says why, the others go on."""

from dataclasses import replace

import pytest
from contract import deployed, deployment, reaches, restart
from harness import wait_for

from netlab.errors import RuntimeFailure
from netlab.runtime.base import Limits

THREADS = """
import _thread, time
for _ in range(400):
    _thread.start_new_thread(time.sleep, (60,))
time.sleep(60)
"""
GREEDY = {
    "processes": "while :; do sleep 60 & done",  # a bomb of shells dies by itself when no more can be forked
    "threads": f"python3 -c '{THREADS}'",
    "memory": "python3 -c 'held = [bytearray(1 << 20) for _ in range(700)]; import time; time.sleep(60)'",
    "memory file system": "mkdir /tmp/ram; mount -t tmpfs none /tmp/ram; head -c 700m /dev/zero >/tmp/ram/fill",
    "disk": "head -c 200m /dev/zero >/var/fill",
    "disk, by its init": "head -c 200m /dev/zero >/proc/1/fd/1",
    "files": "mkdir /var/f; cd /var/f; seq 1 40000 | xargs touch",
}


@pytest.fixture(scope="module")
def limited(implementation, image, tmp_path_factory):
    lab = deployment(image["path"], tmp_path_factory.mktemp("limited"))
    runtime = implementation(replace(lab, limits=Limits(processes=300, memory=600 << 20, disk=100 << 20)))
    with deployed(runtime):
        yield runtime


@pytest.mark.parametrize("greed", GREEDY.values(), ids=GREEDY)
def test_a_greedy_node_is_switched_off_and_the_others_go_on(limited, greed):
    limited.exec("pc1", ["sh", "-c", 'setsid sh -c "$0" >/dev/null 2>&1 &', greed])
    wait_for(lambda: not states(limited)["pc1"].running, "pc1 is off", 60)
    assert "more than" in states(limited)["pc1"].why
    with pytest.raises(RuntimeFailure, match=r"pc1 was switched off: it .* more than"):
        limited.exec("pc1", ["true"])
    assert states(limited)["r1"].running
    assert states(limited)["pc2"].running
    restart(limited, "pc1")
    assert states(limited)["pc1"].why == ""
    assert reaches(limited, "pc1", "192.0.2.140")


def test_a_modest_node_stays(limited):
    assert limited.exec(
        "pc2", ["sh", "-c", "head -c 70m /dev/zero >/var/some; head -c 100m /dev/zero | tail -c 50m >/dev/null"]
    ).ok
    assert states(limited)["pc2"].running


def states(runtime):
    return {state.name: state for state in runtime.inspect()}


def test_a_node_whose_whole_disk_is_kept_can_be_booted_and_cleared_up(implementation, image, tmp_path):
    lab = deployment(image["path"], tmp_path)
    full = implementation(
        replace(lab, limits=Limits(processes=300, memory=600 << 20, disk=100 << 20), keep={"pc1": ["/"]})
    )
    with deployed(full):
        full.exec("pc1", ["sh", "-c", "setsid head -c 200m /dev/zero >/var/fill 2>/dev/null &"])
        wait_for(lambda: not states(full)["pc1"].running, "pc1 is off", 60)
        restart(full, "pc1")
        assert full.exec("pc1", ["sh", "-c", "sleep 3; rm /var/fill"]).ok
        assert states(full)["pc1"].running
