"""What a person is told when the node image cannot be built."""

import io
import json
import os
from dataclasses import asdict, replace

import pytest

from netlab.actions.images import clean
from netlab.errors import ExitCode
from netlab.image import recipe
from netlab.image.listener import STAGES, Listener, explain, stage, unpack_error
from netlab.image.store import Image, ImageStore
from netlab.state import Home

RESOLVE = "Err:1 http://deb.example/debian trixie InRelease\n  Temporary failure resolving 'deb.example'"
FETCH = "E: Failed to fetch http://deb.example/debian/dists/trixie/InRelease  Could not connect"


@pytest.mark.parametrize(
    ("said", "message", "next_step"),
    [
        pytest.param(["I: running", RESOLVE, "E: apt-get update failed"], "could not be downloaded: E: apt-get update",
                     "NETLAB_MIRROR", id="name-not-resolved"),
        pytest.param([FETCH, "E: mmdebstrap failed to run"], "could not be downloaded: E: Failed to fetch",
                     "network connection", id="mirror-not-reached"),
        pytest.param(["dpkg: error: No space left on device", "E: setup failed"], "No space left on the disk",
                     "Free 2 GiB, or set NETLAB_CACHE to a folder", id="disk-full"),
        pytest.param(["E: unable to locate package nosuch", "E: setup failed"],
                     "could not build the node image: E: unable to locate package nosuch", "netlab doctor",
                     id="the-first-error-of-many"),
        pytest.param(["some last words"], "could not build the node image: some last words", "netlab doctor",
                     id="last-words"),
        pytest.param([], "no reason given", "netlab doctor", id="no-word-at-all"),
    ],
)  # fmt: skip
def test_what_mmdebstrap_says_is_explained(said, message, next_step):
    error = explain("\n".join(said).splitlines())
    assert message in error.message
    assert next_step in error.next_step
    assert error.exit_code is ExitCode.IMAGE


@pytest.mark.parametrize(
    ("reason", "message", "next_step"),
    [
        ("tar: ./usr: Cannot write: No space left on device", "No space left on the disk", "NETLAB_CACHE"),
        ("tar: Unexpected EOF", "could not be unpacked: tar: ./first", "netlab doctor"),
    ],
)
def test_what_tar_says_is_explained(reason, message, next_step):
    error = unpack_error(["tar: ./first: Wrote only 3 of 8 bytes", reason])
    assert message in error.message
    assert next_step in error.next_step


@pytest.mark.parametrize("said", [FETCH, "E: The repository 'http://x trixie Release' does not have a Release file."])
def test_a_mirror_that_does_not_answer_as_one_is_named(said):
    error = explain([said], mirror="http://x")
    assert "could not be downloaded" in error.message
    assert error.next_step.startswith("Is NETLAB_MIRROR (http://x) a Debian mirror")


@pytest.mark.parametrize("explained", [explain, unpack_error])
def test_on_a_full_disk_whatever_fails_is_told_as_that(explained):
    """The words of mmdebstrap name a folder in /tmp that is not there any more."""
    error = explained(["E: cannot create /tmp/mmdebstrap.x/etc", "tar: Wrote only 3 of 8 bytes"], full=True)
    assert error.message == "No space left on the disk: the node image was not built."
    assert "NETLAB_CACHE" in error.next_step


def test_stages_are_numbered_in_the_order_of_the_work():
    texts = [stage(f"{start}...") for start in STAGES]
    assert [text.rpartition("(")[2] for text in texts] == [f"{number} of 7)" for number in range(1, 7)]


@pytest.mark.parametrize("line", ["", "I: something else", "W: downloading packages", "downloading packages"])
def test_other_lines_announce_no_stage(line):
    assert stage(line) is None


def test_stages_are_told_as_they_come_and_every_line_is_kept(tmp_path):
    told = []
    said = b"I: running apt-get update...\nGet:1 http://deb.example\nE: \xff broken\n"
    lines = Listener(io.BytesIO(said), told.append, tmp_path).finish()
    assert told == ["reading Debian's package lists (1 of 7)"]
    assert lines == ["I: running apt-get update...", "Get:1 http://deb.example", "E: � broken"]


IMAGE = Image("d" * 64, "recipe", "trixie", "2026-01-01T00:00:00+00:00", 1000)


@pytest.fixture
def store(tmp_path):
    return ImageStore(tmp_path)


def published(store, image):
    folder = store.directory / f".building-{image.digest}"
    (folder / "rootfs").mkdir(parents=True)
    store.publish(folder, image)
    return image


def test_a_published_image_is_found_by_its_recipe(store):
    published(store, IMAGE)
    assert store.find("recipe", os.geteuid()) == IMAGE
    assert store.find("another recipe", os.geteuid()) is None
    assert store.leftovers() == []


def test_the_newest_image_of_a_recipe_is_used(store):
    newer = Image("e" * 64, "recipe", "trixie", "2026-02-01T00:00:00+00:00", 1000)
    for image in (newer, IMAGE):
        published(store, image)
    assert store.find("recipe", os.geteuid()) == newer


def test_an_image_for_the_pods_of_somebody_else_is_not_used(store):
    published(store, IMAGE)
    assert store.find("recipe", os.geteuid() + 1) is None


def test_a_build_that_did_not_finish_is_no_image(store):
    (store.directory / ".building-x/rootfs").mkdir(parents=True)
    assert store.find("recipe", os.geteuid()) is None
    assert store.leftovers() == [store.directory / ".building-x"]


@pytest.mark.parametrize("record", ["", "{", "[]", '{"digest": "x"}', json.dumps(asdict(IMAGE))])
def test_a_damaged_image_is_not_used(store, record):
    folder = store.directory / IMAGE.digest
    folder.mkdir(parents=True)
    (folder / "image.json").write_text(record)
    assert store.find("recipe", os.geteuid()) is None


def test_cleaning_leaves_the_image_that_the_next_start_would_use(store, tmp_path):
    old = published(store, IMAGE)
    current = published(store, replace(IMAGE, digest="e" * 64, recipe=recipe.digest()))
    home = Home(tmp_path / "home")
    assert clean(home, store, everything=False) == [old.digest[:12]]
    assert list(store.images()) == [current]
    assert clean(home, store, everything=False) == []
    assert clean(home, store, everything=True) == [current.digest[:12]]
    assert list(store.images()) == []
