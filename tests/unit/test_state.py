"""What running labs leave on disk."""

import fcntl
import json
import os
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from netlab.errors import HostError, WrongStateError
from netlab.processes import Process
from netlab.seed import Seed
from netlab.state import RUNNING, STARTING, Home, cache_dir

FACTS = {
    "learner": "ada",
    "attempt": 1,
    "seed": "ab" * 32,
    "runtime": "native",
    "catalog": "/catalogue",
    "image": "image-digest",
    "lab_digest": "lab-digest",
}

# What a `start` does first.
START = """
import json, pathlib, sys
from netlab.errors import WrongStateError
from netlab.state import Home
home = Home(pathlib.Path(sys.argv[1]))
try:
    home.begin("dhcp-basics", **json.loads(sys.argv[2]))
    word = "begun"
except WrongStateError:
    word = "refused"
print(word, home.local_key().hex())
"""


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "netlab")


@pytest.fixture
def ended():
    """A process that is no more."""
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as child:
        return Process.of(child.pid)


def test_a_run_is_read_back_as_it_was_begun(home):
    run = home.begin("dhcp-basics", **FACTS)
    assert run.status == STARTING
    assert list(home.runs()) == [run]
    assert home.run("dhcp-basics") == run
    assert run.parameter_seed() == Seed(bytes.fromhex("ab" * 32))


def test_a_lab_is_begun_once(home):
    first = home.begin("dhcp-basics", **FACTS)
    with pytest.raises(WrongStateError, match="dhcp-basics is already running") as refused:
        home.begin("dhcp-basics", **FACTS | {"learner": "alan"})
    assert "netlab stop dhcp-basics" in refused.value.next_step
    assert home.run("dhcp-basics") == first


def test_labs_run_beside_one_another(home):
    for slug in ("routing", "dhcp-basics"):
        home.begin(slug, **FACTS)
    assert [run.slug for run in home.runs()] == ["dhcp-basics", "routing"]
    assert home.run("vlans") is None


def test_a_change_of_status_is_seen_by_everyone(home):
    home.begin("dhcp-basics", **FACTS).now(RUNNING)
    assert home.run("dhcp-basics").status == RUNNING


def test_a_start_that_is_going_on_is_not_abandoned(home):
    assert not home.begin("dhcp-basics", **FACTS).abandoned


@pytest.mark.parametrize(("status", "abandoned"), [(STARTING, True), (RUNNING, False)])
def test_a_run_is_abandoned_when_its_start_was_cut_off(home, ended, status, abandoned):
    replace(home.begin("dhcp-basics", **FACTS), starter=ended.as_json(), status=status).save()
    assert home.run("dhcp-basics").abandoned is abandoned


@pytest.mark.parametrize("record", [None, "", "{", "[]", "null", '{"slug": "dhcp-basics"}', "\0"])
def test_a_run_without_a_readable_record_is_a_leftover(home, record):
    good = home.begin("routing", **FACTS)
    broken = home.runs_dir / "dhcp-basics"
    broken.mkdir()
    if record is not None:
        (broken / "run.json").write_text(record)
    assert list(home.runs()) == [good]
    assert home.leftovers() == [broken]


def test_only_the_draft_of_a_start_that_is_gone_is_a_leftover(home, ended):
    for pid in (os.getpid(), ended.pid):
        (home.runs_dir / f".starting-{pid}").mkdir(parents=True)
    assert home.leftovers() == [home.runs_dir / f".starting-{ended.pid}"]
    assert list(home.runs()) == []


def test_who_holds_a_run_and_has_not_said_how_yet_is_waited_for(home):
    run = home.begin("dhcp-basics", **FACTS)
    lock = (run.directory / ".lock").open("a+")
    fcntl.flock(lock, fcntl.LOCK_EX)
    threading.Timer(0.1, lock.close).start()
    with run.alone():
        assert lock.closed


def test_one_command_at_a_time_changes_or_grades_a_run(home):
    run = home.begin("dhcp-basics", **FACTS)
    with run.alone(), pytest.raises(WrongStateError, match="Another netlab command"), home.run("dhcp-basics").alone():
        pytest.fail("two commands had the same run")
    with run.alone():
        assert home.run("dhcp-basics") == run


def test_of_many_starts_at_once_one_begins_and_all_have_the_same_key(home):
    argv = [sys.executable, "-c", START, str(home.root), json.dumps(FACTS)]
    starts = [subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) for _ in range(6)]
    said = [start.communicate()[0].split() for start in starts]
    assert sorted(words[0] for words in said) == ["begun", *["refused"] * 5]
    assert {words[1] for words in said} == {home.local_key().hex()}
    assert home.leftovers() == []


def test_a_seed_is_for_its_owner_only(home):
    run = home.begin("dhcp-basics", **FACTS).now(RUNNING)
    modes = {path.name: path.stat().st_mode & 0o777 for path in run.directory.iterdir()}
    assert modes == {"run.json": 0o600}


def test_the_key_is_made_once_and_is_for_its_owner_only(home):
    key = home.local_key()
    assert len(key) == 32
    assert home.local_key() == key
    assert (home.root / "local.key").stat().st_mode & 0o777 == 0o600


def test_everyone_has_a_key_of_their_own(tmp_path):
    assert len({Home(tmp_path / name).local_key() for name in ("ada", "alan", "grace")}) == 3


def test_a_home_that_cannot_be_made_is_told_with_the_way_out(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(HostError, match="cannot be written") as told:
        Home(tmp_path / "file").begin("dhcp-basics", **FACTS)
    assert "NETLAB_HOME" in told.value.next_step


def test_the_environment_moves_home_and_cache(tmp_path):
    moved = {"NETLAB_HOME": str(tmp_path / "home"), "NETLAB_CACHE": str(tmp_path / "cache")}
    assert Home.of(moved) == Home(tmp_path / "home")
    assert cache_dir(moved) == tmp_path / "cache"


def test_home_and_cache_are_the_users_own_folders_otherwise():
    assert Home.of({}).root.is_relative_to(Path.home())
    assert cache_dir({}).is_relative_to(Path.home())
