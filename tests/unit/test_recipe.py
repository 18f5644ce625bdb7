"""The digest of the image recipe: any change of the recipe's files makes a new image."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import netlab.image
from netlab.image import recipe

BOOT = "usr/lib/netlab/boot"
ASK = "from netlab.image import recipe; print(recipe.digest())"


@pytest.fixture
def copied(tmp_path):
    """The files of a copy of the recipe's package, and what digest that copy has."""
    package = tmp_path / "netlab/image"
    source = Path(netlab.image.__file__).parent
    shutil.copytree(source / "files", package / "files")
    for folder in (source, source.parent):
        place = package if folder == source else package.parent
        shutil.copy(folder / "__init__.py", place)
    shutil.copy(source / "recipe.py", package)

    def digest():
        argv = [sys.executable, "-B", "-c", ASK]
        environment = {"PYTHONPATH": str(tmp_path)}
        return subprocess.run(argv, env=environment, capture_output=True, text=True, check=True).stdout.strip()

    return package / "files", digest


def _append(files):
    with (files / BOOT).open("a") as boot:
        boot.write("\n")


def _not_executable(files):
    (files / BOOT).chmod(0o644)


def _moved(files):
    (files / BOOT).rename(files / "usr/lib/netlab/booted")


def _gone(files):
    (files / BOOT).unlink()


def _added(files):
    (files / "etc/motd").touch()


def _another_package(files):
    text = (files.parent / "recipe.py").read_text()
    (files.parent / "recipe.py").write_text(text.replace('"tcpdump"', '"tshark"'))


@pytest.mark.parametrize("change", [_append, _not_executable, _moved, _gone, _added, _another_package])
def test_the_digest_changes_with_the_recipe(copied, change):
    files, digest = copied
    change(files)
    assert digest() != recipe.digest()


def _compiled(files):
    (files / "usr/lib/netlab/unitctl/unit.pyc").write_bytes(b"compiled")


def _touched(files):
    (files / BOOT).touch()


def _other_group_bits(files):
    (files / BOOT).chmod(0o700)


@pytest.mark.parametrize("change", [_compiled, _touched, _other_group_bits])
def test_the_digest_stays_when_nothing_that_counts_has_changed(copied, change):
    files, digest = copied
    change(files)
    assert digest() == recipe.digest()


def test_the_image_is_made_by_mmdebstrap():
    argv = recipe.argv(None)
    assert argv[:2] == ["mmdebstrap", "--mode=unshare"]
    assert argv[-2:] == [recipe.SUITE, "-"]
    assert f"--include={','.join(recipe.PACKAGES)}" in argv


def test_a_mirror_comes_last():
    mirror = "http://deb.example/debian"
    assert recipe.argv(mirror)[-3:] == [recipe.SUITE, "-", mirror]


def test_no_package_is_named_twice():
    assert len(set(recipe.PACKAGES)) == len(recipe.PACKAGES)
