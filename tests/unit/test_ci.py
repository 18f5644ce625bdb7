"""What continuous integration hands to the plain user as which it runs the tests again."""

import os
import subprocess

import pytest

FILES = {"NETLAB_CLAB_SCHEMA": "clab.schema.json", "NETLAB_STANDARD_WORDING": "st0127.json"}


@pytest.fixture
def hand_over(checkout, tmp_path):
    """The variables that the plain user is given, where the folder beside the checkout holds these files."""

    def run(beside=(), **named):
        reference = tmp_path / "shared/reference"
        reference.mkdir(parents=True)
        for name in beside:
            (reference / name).write_text(f"{name} beside")
        script = tmp_path / "checkout/.ci/run"
        script.parent.mkdir(parents=True)
        script.symlink_to(checkout / ".ci/run")
        argv = ["bash", "-c", 'source "$1"; hand_over "$2"', "-", str(script), str(tmp_path / "theirs")]
        given = {name: value for name, value in os.environ.items() if name not in FILES} | named
        done = subprocess.run(argv, env=given, check=True, capture_output=True, text=True)
        return dict(one.split("=", 1) for one in done.stdout.split("\0") if one)

    return run


def test_the_reference_files_beside_the_checkout_are_copied_for_the_plain_user(hand_over, tmp_path):
    given = hand_over(beside=FILES.values())
    assert given == {variable: str(tmp_path / "theirs" / name) for variable, name in FILES.items()}
    for name in FILES.values():
        copied = tmp_path / "theirs" / name
        assert copied.read_text() == f"{name} beside"
        assert copied.stat().st_mode & 0o444 == 0o444


def test_a_reference_file_that_is_named_is_taken_instead(hand_over, tmp_path):
    (tmp_path / "mine").write_text("mine")
    given = hand_over(beside=FILES.values(), NETLAB_CLAB_SCHEMA=str(tmp_path / "mine"))
    assert (tmp_path / "theirs/clab.schema.json").read_text() == "mine"
    assert set(given) == set(FILES)


def test_where_there_are_none_nothing_is_named(hand_over):
    assert hand_over() == {}
