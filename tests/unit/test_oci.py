"""Images that people bring: what is read of them before anything is unpacked."""

import gzip
import json
import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
import oci
from netlab.actions.given import full, match
from netlab.errors import BadFileError, UsageError
from netlab.image.oci import squeeze, store

LAYERS = [oci.layer(("etc/os-release", "NAME=tiny\n")), oci.layer(("bin/", "/"))]


@pytest.fixture(params=["folder", "saved.tar", "saved.tar.gz", "archive.tar"])
def image(request, tmp_path):
    """The same image in every shape there is."""
    name, path = "tiny:1", tmp_path / request.param
    if request.param.startswith("saved"):
        return oci.docker_save(path, LAYERS, name, Cmd=["/bin/sh"])
    folder = oci.oci_folder(tmp_path / "folder", LAYERS, name, Cmd=["/bin/sh"])
    if request.param == "folder":
        return folder
    return Path(shutil.make_archive(str(tmp_path / "archive"), "tar", folder))


def test_every_shape_of_an_image_is_read(image):
    (found,) = store.look(image)
    assert found.names == ("tiny:1",)
    assert found.config["Cmd"] == ["/bin/sh"]
    assert len(found.layers) == 2
    assert len(found.digest) == 64


@pytest.mark.parametrize("squeezed", [gzip.compress, bytes], ids=["gzip", "plain"])
def test_a_layer_is_plain_bytes_in_the_end(squeezed, tmp_path):
    (tmp_path / "layer").write_bytes(squeezed(LAYERS[0]))
    with (tmp_path / "layer").open("rb") as stream:
        assert b"".join(squeeze.plain(stream)) == LAYERS[0]


def test_a_damaged_layer_is_said_to_be(tmp_path):
    (tmp_path / "layer").write_bytes(gzip.compress(LAYERS[0])[:-9])
    with (tmp_path / "layer").open("rb") as stream, pytest.raises(squeeze.SqueezeError):
        b"".join(squeeze.plain(stream))


def _index(folder, **changes):
    path = folder / "index.json"
    data = json.loads(path.read_text())
    data["manifests"][0] |= changes
    path.write_text(json.dumps(data))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"platform": {"os": "linux", "architecture": "s390x"}}, "no image for Linux", id="machine"),
        pytest.param({"digest": "sha256:" + "0" * 64}, "missing or wrong", id="no-such-blob"),
        pytest.param({"digest": "../../../etc/passwd"}, "not a sha256 digest", id="a-digest-that-climbs"),
    ],
)
def test_what_is_no_image_for_this_machine_is_refused(changes, words, tmp_path):
    folder = oci.oci_folder(tmp_path / "image", LAYERS)
    _index(folder, **changes)
    with pytest.raises(BadFileError, match=words):
        store.look(folder)


def test_a_manifest_that_was_tampered_with_is_refused(tmp_path):
    folder = oci.oci_folder(tmp_path / "image", LAYERS)
    digest = json.loads((folder / "index.json").read_text())["manifests"][0]["digest"].partition(":")[2]
    blob = folder / "blobs/sha256" / digest
    blob.write_bytes(blob.read_bytes().replace(b'"schemaVersion": 2', b'"schemaVersion": 3'))
    with pytest.raises(BadFileError, match="does not have the content"):
        store.look(folder)


@pytest.mark.parametrize("content", [b"", b"no tar", oci.layer(("a", "b")), oci.layer(("manifest.json", "[1]"))])
def test_any_other_file_is_refused(content, tmp_path):
    (tmp_path / "image.tar").write_bytes(content)
    with pytest.raises(BadFileError, match="not an image"):
        store.look(tmp_path / "image.tar")


def test_an_image_that_is_not_there_is_said_to_be_missing(tmp_path):
    with pytest.raises(BadFileError, match="not there"):
        store.look(tmp_path / "image.tar")


@pytest.mark.parametrize(
    ("option", "used", "found"),
    [
        pytest.param("{path}", ["tiny:1", "alpine"], "tiny:1", id="by-its-own-name"),
        pytest.param("{path}", ["docker.io/library/tiny:1"], "docker.io/library/tiny:1", id="by-a-longer-name"),
        pytest.param("{path}", ["other:2"], "other:2", id="the-only-one"),
        pytest.param("alpine={path}", ["tiny:1", "alpine:latest"], "alpine:latest", id="as-one-says"),
    ],
)
def test_an_image_is_matched_with_the_one_that_the_topology_names(option, used, found, tmp_path):
    path = oci.docker_save(tmp_path / "image.tar", LAYERS, "tiny:1")
    assert list(match([option.format(path=path)], used)) == [found]


@pytest.mark.parametrize(
    ("option", "words"), [("{path}", "does not say which"), ("nobody={path}", "uses the image nobody")]
)
def test_an_image_that_nobody_uses_is_refused(option, words, tmp_path):
    path = oci.docker_save(tmp_path / "image.tar", LAYERS)
    with pytest.raises(UsageError, match=words):
        match([option.format(path=path)], ["one", "two"])


def test_short_names_are_dockers():
    assert full("alpine") == full("docker.io/library/alpine:latest") == "alpine:latest"
    assert full("localhost:5000/x") == "localhost:5000/x:latest"
