"""When a node takes too much, and what its user is told."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from netlab.runtime.native import warden
from netlab.runtime.native.warden import SMALLEST, Mercy, Use, excess, written

LIMITS = {"processes": 500, "memory": 1 << 30, "disk": 1 << 30}


@pytest.mark.parametrize(
    ("use", "said"),
    [
        (Use(), ""),
        (Use(500, 1 << 30, 1 << 30), ""),
        (Use(processes=501), "it ran more than 500 processes"),
        (Use(memory=(1 << 30) + 1), "it used more than 1024 MiB of memory"),
        (Use(disk=(1 << 30) + 1), "it wrote more than 1024 MiB to its disk"),
    ],
)
def test_a_node_within_its_limits_stays(use, said):
    assert excess(use, LIMITS) == said


def test_what_is_written_counts_by_the_room_it_takes(tmp_path):
    upper = tmp_path / "upper"
    (upper / "folder").mkdir(parents=True)
    (upper / "folder/empty").touch()
    (upper / "sparse").open("w").truncate(1 << 30)
    (upper / "link").symlink_to("/etc")
    assert written(str(tmp_path)) == 4 * SMALLEST
    (upper / "real").write_bytes(b"x" * 100_000)
    assert written(str(tmp_path)) > 4 * SMALLEST + 100_000
    assert written(str(tmp_path / "not-there")) == 0


def test_what_its_init_has_said_counts_too(tmp_path):
    (tmp_path / "boot.log").write_bytes(b"x" * 1_000_000)
    assert written(str(tmp_path)) >= 1_000_000


def test_folders_a_thousand_deep_count_too(tmp_path):
    upper = tmp_path / "upper"
    upper.mkdir()
    script = "import os\nfor _ in range(1500):\n    os.mkdir('d')\n    os.chdir('d')"
    subprocess.run([sys.executable, "-c", script], cwd=upper, check=True)
    assert written(str(tmp_path)) == 1500 * SMALLEST
    subprocess.run(["rm", "-rf", upper / "d"], check=True)  # pytest's own clearing cannot


@pytest.fixture
def nodes(tmp_path, monkeypatch):
    monkeypatch.setattr(warden, "NODES", str(tmp_path))
    monkeypatch.setattr(warden, "PROC", "/proc")
    for name in ("pc1", "booting", "off"):
        (tmp_path / name).mkdir()
    (tmp_path / "pc1/init").write_text(str(os.getpid()))
    (tmp_path / "booting/init").touch()
    return tmp_path


def test_nodes_that_are_off_or_about_to_boot_do_not_disturb_the_count(nodes):
    counted = warden.uses([path.name for path in nodes.iterdir()], {"pc1": 7})
    assert [(init, name) for init, (name, _) in counted.items()] == [(os.getpid(), "pc1")]
    use = counted[os.getpid()][1]
    assert (use.processes >= 1, use.memory > 0, use.disk) == (True, True, 7)


def test_a_node_is_switched_off_also_when_there_is_no_room_left_to_say_why(nodes):
    (nodes / "pc1/off").symlink_to("/dev/full")
    with subprocess.Popen(["sleep", "60"]) as greedy:
        warden.switch_off("pc1", greedy.pid, "it ran more than 500 processes")
        assert greedy.wait(10) == -9


def test_a_node_that_was_switched_off_for_its_disk_has_time_to_make_room_when_it_boots(nodes):
    full = replace(Use(), disk=2 << 30)
    (nodes / "pc1/boot.log").write_bytes(b"x" * 1_000_000)
    mercy = Mercy()
    assert mercy.spare("pc1", 1, full, 0) == full, "as long as it was never switched off"
    mercy.switched_off("pc1", 1)
    assert mercy.spare("pc1", 1, full, 1) == full, "what was killed is not spared"
    assert mercy.spare("pc1", 2, full, 2).disk == 0
    assert mercy.spare("pc1", 2, Use(disk=1_100_000), 100).disk == 0
    assert mercy.spare("pc1", 2, Use(disk=1_100_000), 130).disk == 1_100_000, "the time is over"
    assert mercy.spare("pc1", 2, full, 3) == full, "it has written much more than lay there when it booted"
    assert mercy.spare("pc2", 3, full, 3) == full, "another node"
