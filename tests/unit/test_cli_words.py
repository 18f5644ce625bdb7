"""What the command says of itself: help without a word said, names of arguments, what Tab offers."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from netlab.actions.events import ImageReady, ImageStage
from netlab.cli import learn
from netlab.cli.begin import _Clock
from netlab.state import RUNNING, Home

NETLAB = str(Path(sys.executable).with_name("netlab"))


@pytest.fixture
def netlab(tmp_path):
    def run(*args, **env):
        environment = os.environ | {"NETLAB_HOME": str(tmp_path / "home"), "COLUMNS": "80"} | env
        return subprocess.run(
            [NETLAB, *args], capture_output=True, text=True, check=False, cwd=tmp_path, env=environment
        )

    return run


@pytest.mark.parametrize("words", [[], ["author"], ["author", "apply"], ["image"]])
def test_a_command_without_a_word_shows_its_help_and_no_error(netlab, words):
    done = netlab(*words)
    assert (done.returncode, done.stderr) == (2, "")
    assert done.stdout.startswith(" ".join(["Usage: netlab", *words, "[OPTIONS] COMMAND"]))
    assert done.stdout == netlab(*words, "--help").stdout


@pytest.mark.parametrize(
    ("words", "usage"),
    [
        ("restart", "[NODE…]"),
        ("stop", "[LAB]"),
        ("exec", "NODE -- COMMAND…"),
        ("cp", "SRC DST"),
        ("author apply mistake", "NAME"),
        ("author check", "[LAB…]"),
    ],
)
def test_arguments_are_called_by_name_and_not_by_a_type(netlab, words, usage):
    text = netlab(*words.split(), "--help").stdout
    assert text.splitlines()[0] == f"Usage: netlab {words} [OPTIONS] {usage}"
    assert "<" not in text


def test_every_command_is_described_in_a_whole_sentence(netlab):
    rows = netlab().stdout.partition("Commands:")[2].strip().splitlines()
    assert all(row.endswith(".") and not row.endswith("...") for row in rows), rows


@pytest.mark.parametrize(
    ("typed", "offered"), [("", ["labs/", "notes.txt"]), ("n", ["notes.txt"]), ("labs/", ["labs/a.yml"])]
)
def test_tab_offers_local_files_to_cp(netlab, tmp_path, typed, offered):
    (tmp_path / "labs").mkdir()
    (tmp_path / "labs/a.yml").touch()
    (tmp_path / "notes.txt").touch()
    words = {"COMP_WORDS": f"netlab cp {typed}", "COMP_CWORD": "2", "_NETLAB_COMPLETE": "complete_bash"}
    assert netlab(**words).stdout.split() == offered


def test_the_seconds_of_a_start_begin_when_the_image_is_there():
    heard = []
    clock = _Clock(SimpleNamespace(event=heard.append))
    long_ago = clock.begun = clock.begun - 40
    clock.event(ImageStage("downloading packages"))
    assert clock.begun == long_ago
    clock.event(ImageReady(None))
    assert clock.begun >= long_ago + 40
    assert len(heard) == 2


@pytest.fixture
def broken_neighbour(checkout, tmp_path):
    """A catalogue with a good lab, `good`, and a broken one, `bad`."""
    for slug, minutes in (("good", 45), ("bad", "[45")):
        text = (checkout / "labs/dhcp-basics/lab.yml").read_text("utf-8")
        text = text.replace("slug: dhcp-basics", f"slug: {slug}").replace("minutes: 45", f"minutes: {minutes}")
        folder = tmp_path / "mine/labs" / slug
        shutil.copytree(checkout / "labs/dhcp-basics", folder)
        (folder / "lab.yml").write_text(text, "utf-8")
    shutil.copytree(checkout / "topologies", tmp_path / "mine/topologies")
    return tmp_path / "mine"


def test_a_broken_lab_is_left_out_of_the_list_and_named_in_one_line(netlab, broken_neighbour):
    for words in (["list"], ["list", "--json"]):
        done = netlab(*words, "--catalog", str(broken_neighbour))
        assert done.returncode == 0
        assert "good" in done.stdout
        assert "bad" not in done.stdout
        (line,) = done.stderr.splitlines()
        assert re.match(rf"netlab: bad is left out: {broken_neighbour}/labs/bad/lab\.yml:\d+: ", line)
    assert {lab["slug"] for lab in json.loads(done.stdout)} >= {"good", "dhcp-basics"}


def test_other_labs_do_not_mind_a_broken_neighbour(netlab, broken_neighbour):
    catalog = ("--catalog", str(broken_neighbour))
    assert netlab("info", "good", *catalog).returncode == 0
    assert netlab("info", "bad", *catalog).returncode == 6
    checks = {check["name"]: check for check in json.loads(netlab("doctor", "--json", *catalog).stdout)}
    assert checks["lab good"]["ok"]
    assert "labs/bad/lab.yml" in checks["lab bad"]["detail"]
    assert not checks["lab bad"]["needed"]


@pytest.mark.parametrize("closed", [">&-", "<&-", ">&- 2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("words", ["list", "list --json", "status", "--version"])
def test_a_closed_stream_is_no_fault(netlab, tmp_path, words, closed):
    environment = os.environ | {"NETLAB_HOME": str(tmp_path / "home")}
    script = f'"$0" {words} {closed}'
    argv = ["sh", "-c", script, NETLAB]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, env=environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert bool(done.stdout) == (">&-" not in closed)


@pytest.fixture
def two_runs(tmp_path):
    for slug in ("dhcp-basics", "other"):
        Home(tmp_path / "home").begin(
            slug, learner="ada", attempt=1, seed="00", runtime="native", catalog="", image="x", lab_digest="x"
        ).now(RUNNING)


def test_with_two_labs_each_command_says_how_it_is_told_which(netlab, two_runs):
    done = netlab("stop")
    assert done.returncode == 2
    assert "for example `netlab stop dhcp-basics` or `netlab stop --all`." in done.stderr
    assert "for example `--lab dhcp-basics`." in netlab("brief").stderr


@pytest.mark.parametrize("mirror", ["garbage", "deb.debian.org/debian", "-"])
def test_a_mirror_that_is_no_address_is_refused_before_anything_is_built(netlab, tmp_path, mirror):
    done = netlab("image", "build", NETLAB_MIRROR=mirror, NETLAB_CACHE=str(tmp_path / "cache"))
    assert done.returncode == 2
    assert f"NETLAB_MIRROR is not the address of a Debian mirror: '{mirror}'" in done.stderr
    assert "http://deb.debian.org/debian, or unset it" in done.stderr
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("start dhcp-basics --attempt 0", "Invalid value for '--attempt': it must be 1 or more"),
        ("start dhcp-basics --attempt x", "Invalid value for '--attempt': it must be a whole number"),
        ("start dhcp-basics --learner", "Option '--learner' requires an argument."),
    ],
)
def test_a_wrong_word_is_told_in_plain_words_and_with_the_help_that_helps(netlab, words, said):
    done = netlab(*words.split())
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"netlab: {said}\n        See `netlab start --help`.\n"


def test_an_older_result_stays_until_there_is_a_new_one(tmp_path):
    older = tmp_path / "result.xml"
    older.write_bytes(b"older")
    learn._write(older, None)
    assert older.read_bytes() == b"older"
    learn._write(older, b"new")
    assert older.read_bytes() == b"new"
