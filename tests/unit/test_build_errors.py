"""What a person is told when the node image cannot be built."""

import io
import json
from dataclasses import asdict

import pytest

from netlab.errors import ExitCode
from netlab.image.listener import STAGES, Listener, explain, stage, unpack_error
from netlab.image.store import Image, ImageStore

RESOLVE = "Err:1 http://deb.example/debian trixie InRelease\n  Temporary failure resolving 'deb.example'"
FETCH = "E: Failed to fetch http://deb.example/debian/dists/trixie/InRelease  Could not connect"


@pytest.mark.parametrize(
    ("said", "message", "next_step"),
    [
        pytest.param(["I: running", RESOLVE, "E: apt-get update failed"], "could not be downloaded: E: apt-get update",
                     "NETLAB_MIRROR", id="name-not-resolved"),
        pytest.param([FETCH, "E: mmdebstrap failed to run"], "could not be downloaded: E: Failed to fetch",
                     "network connection", id="mirror-not-reached"),
        pytest.param(["dpkg: error: No space left on device", "E: setup failed"], "The disk is full",
                     "Free 2 GiB, or set NETLAB_CACHE", id="disk-full"),
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
        ("tar: ./usr: Cannot write: No space left on device", "The disk is full", "NETLAB_CACHE"),
        ("tar: Unexpected EOF", "could not be unpacked: tar: Unexpected EOF", "netlab doctor"),
    ],
)
def test_what_tar_says_is_explained(reason, message, next_step):
    error = unpack_error(reason)
    assert message in error.message
    assert next_step in error.next_step


def test_stages_are_numbered_in_the_order_of_the_work():
    texts = [stage(f"{start}...") for start in STAGES]
    assert [text.rpartition("(")[2] for text in texts] == [f"{number} of 7)" for number in range(1, 7)]


@pytest.mark.parametrize("line", ["", "I: something else", "W: downloading packages", "downloading packages"])
def test_other_lines_announce_no_stage(line):
    assert stage(line) is None


def test_stages_are_told_as_they_come_and_every_line_is_kept():
    told = []
    said = b"I: running apt-get update...\nGet:1 http://deb.example\nE: \xff broken\n"
    lines = Listener(io.BytesIO(said), told.append).finish()
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
    assert store.find("recipe") == IMAGE
    assert store.find("another recipe") is None
    assert store.leftovers() == []


def test_the_newest_image_of_a_recipe_is_used(store):
    newer = Image("e" * 64, "recipe", "trixie", "2026-02-01T00:00:00+00:00", 1000)
    for image in (newer, IMAGE):
        published(store, image)
    assert store.find("recipe") == newer


def test_a_build_that_did_not_finish_is_no_image(store):
    (store.directory / ".building-x/rootfs").mkdir(parents=True)
    assert store.find("recipe") is None
    assert store.leftovers() == [store.directory / ".building-x"]


@pytest.mark.parametrize("record", ["", "{", "[]", '{"digest": "x"}', json.dumps(asdict(IMAGE))])
def test_a_damaged_image_is_not_used(store, record):
    folder = store.directory / IMAGE.digest
    folder.mkdir(parents=True)
    (folder / "image.json").write_text(record)
    assert store.find("recipe") is None
