"""Container images that people bring, unpacked and run; and what hostile ones may not do."""

import gzip
import io
import os
import sys
import tarfile
from pathlib import Path

import pytest
from platformdirs import user_cache_path

sys.path.insert(0, str(Path(__file__).parents[1]))
import oci
from netlab.errors import BadFileError
from netlab.image.oci import store
from netlab.image.store import ImageStore

pytestmark = pytest.mark.native
PROGRAMS = ("sh", "sleep", "cat", "id", "ls", "env", "timeout", "touch")
USERS = "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/srv:/bin/sh\n"


def special(name, kind, link="", **facts):
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, link
    for key, value in facts.items():
        setattr(member, key, value)
    return member, b""


@pytest.fixture(scope="module")
def base():
    return oci.layer(*oci.programs(*PROGRAMS), ("etc/passwd", USERS), ("old/a", "a"), ("old/b", "b"), ("gone", "x"))


def test_a_given_image_runs_as_it_says_itself(spotless, base, tmp_path):
    top = oci.layer(
        (".wh.gone", ""),
        ("old/.wh..wh..opq", ""),
        ("old/c", "c"),
        special("srv", tarfile.DIRTYPE, mode=0o755, uid=1000, gid=1000),
        special("dev/sda", tarfile.BLKTYPE),
        special("proc", tarfile.SYMTYPE, "/etc"),
    )
    start = {"Entrypoint": ["/bin/sh", "-c"], "Cmd": ["id -u >who; echo $GREETING >>who; exec sleep 1000"]}
    start |= {"Env": ["GREETING=hello", "PATH=/bin"], "WorkingDir": "/srv", "User": "ann"}
    image = oci.oci_folder(tmp_path / "image", [base, top], "tiny:1", **start)
    path = tmp_path / "given.clab.yml"
    path.write_text(
        "name: given\ntopology:\n  nodes:\n    a: {kind: linux, image: 'tiny:1'}\n"
        "    b: {kind: linux, image: 'tiny:1', entrypoint: /bin/sh, user: root}\n"
    )
    cache = {"NETLAB_CACHE": str(_cache_beside(tmp_path))}
    up = spotless("topology", "up", path, "--image", image, **cache)
    assert up.code == 0, up
    assert spotless.node("a", "cat /srv/who; ls /old", **cache).out == "1000\nhello\nc\n"
    assert "sda" not in spotless.node("a", "ls / /dev", **cache).out.split()
    assert "gone" not in spotless.node("a", "ls /", **cache).out.split()
    assert spotless.node("b", "echo $GREETING; touch /kept", **cache).out == "hello\n"
    assert spotless("restart", "b", **cache).code == 0
    assert spotless.node("b", "ls /kept", **cache).out == "/kept\n"
    assert spotless("stop", **cache).code == 0


def _cache_beside(tmp_path):
    """The user's own node image, and a place of one's own for given images."""
    own = tmp_path / "cache"
    own.mkdir()
    real = Path(os.environ.get("NETLAB_CACHE", user_cache_path("netlab")))
    (own / "images").symlink_to(real / "images")
    return own


def test_a_command_that_is_not_there_is_named(spotless, base, tmp_path):
    image = oci.docker_save(tmp_path / "image.tar.gz", [base], "tiny:2", Cmd=["/no/such"])
    path = tmp_path / "given.clab.yml"
    path.write_text("name: given\ntopology:\n  nodes:\n    a: {kind: linux, image: 'tiny:2'}\n")
    up = spotless("topology", "up", path, "--image", image, NETLAB_CACHE=str(_cache_beside(tmp_path)))
    assert up.code == 9
    assert "node a did not come up" in up.err


@pytest.fixture
def unpack(tmp_path):
    """Unpack layers; the folder they land in."""

    def unpacked(*layers, squeeze=gzip.compress):
        image = oci.oci_folder(tmp_path / "image", list(layers), squeeze=squeeze)
        (manifest,) = store.look(image)
        given = store.GivenStore(ImageStore(tmp_path / "cache"))
        store.ensure(given, image, manifest, lambda _: None)
        return given.rootfs(manifest.digest)

    return unpacked


def names(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_whiteouts_remove_what_lower_layers_have(unpack):
    lower = oci.layer(("d/a", "1"), ("d/b", "1"), ("e/x", "1"), ("f", "1"))
    upper = oci.layer(("d/new", "2"), ("d/.wh..wh..opq", ""), ("e/.wh.x", ""), (".wh.f", ""), (".wh.nothing", ""))
    assert names(unpack(lower, upper)) == ["d", "d/new", "e"]


def test_links_lead_nowhere_else(unpack, tmp_path):
    secret = tmp_path / "secret"
    secret.mkdir()
    first = oci.layer(("out", "->", str(secret)), ("up", "->", "../../.."))
    second = oci.layer(("out/planted", "x"), ("up/planted2", "x"))
    unpack(first, second)
    assert list(secret.iterdir()) == []
    assert not list(tmp_path.glob("planted*"))


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        pytest.param(oci.layer(("../x", "x")), "climbs out", id="a-name-that-climbs"),
        pytest.param(oci.layer(("a/../../x", "x")), "climbs out", id="further-down"),
        pytest.param(oci.layer(special("x", tarfile.LNKTYPE, "../../etc/passwd")), "climbs out", id="a-hard-link-out"),
        pytest.param(oci.layer(special("x", tarfile.LNKTYPE, "/etc/passwd")), "No such file", id="to-the-host"),
        pytest.param(b"no tar at all" * 99, "layer 1", id="no-tar"),
    ],
)
def test_hostile_layers_are_refused_and_leave_nothing(unpack, layer, words, tmp_path):
    with pytest.raises(BadFileError, match=words):
        unpack(layer)
    assert [path for path in (tmp_path / "cache/given").iterdir() if path.name != ".lock"] == []


def test_a_layer_that_is_not_what_its_digest_says_is_refused(unpack):
    other = gzip.compress(oci.layer(("a", "other")))
    with pytest.raises(BadFileError, match="digest"):
        unpack(oci.layer(("a", "one")), squeeze=lambda _: other)


def test_zeros_without_end_are_cut_off(unpack, monkeypatch):
    monkeypatch.setattr(store, "MAX_BYTES", 1 << 20)
    with pytest.raises(BadFileError, match="larger than"):
        unpack(oci.layer(("zeros", bytes(4 << 20))))


def test_owners_and_modes_are_the_layers_own(unpack):
    member = tarfile.TarInfo("tool")
    member.mode, member.uid = 0o4755, 70000
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        tar.addfile(member)
    facts = (unpack(buffer.getvalue()) / "tool").stat()
    assert facts.st_mode & 0o7777 == 0o4755
