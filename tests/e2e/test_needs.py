"""What a lab needs of the host: doctor tells per lab, start refuses, and a probe that says no can also say yes."""

import subprocess

import pytest
from harness import LAB

from netlab.errors import ExitCode
from netlab.lab import Lab
from netlab.runtime.native.client import AGENT
from netlab.runtime.native.features import _LINK, TRIED, features

pytestmark = pytest.mark.native


def has(script):
    """The kernel's own answer, asked without netlab."""
    user = ["unshare", "--user", "--map-root-user", "--net", "sh", "-c", script]
    return subprocess.run(user, capture_output=True, check=False, timeout=20).returncode == 0


def test_every_name_that_a_lab_may_use_is_tried():
    known = Lab.model_json_schema()["properties"]["needs"]["items"]["enum"]
    assert set(known) == {*TRIED, "tun"}


@pytest.mark.parametrize("name", TRIED)
def test_what_is_said_of_the_kernel_is_true(name):
    (check,) = features([name], AGENT)
    assert check.ok == has(TRIED[name])
    assert check.ok or "modprobe" in check.fix


def test_the_way_of_asking_can_say_yes(monkeypatch):
    monkeypatch.setitem(TRIED, "macvlan", _LINK.format("link near dev tried type macvlan"))
    assert has(TRIED["macvlan"]), "every kernel that runs labs has it"
    (check,) = features(["macvlan"], AGENT)
    assert check.ok


def test_a_lab_whose_needs_are_not_met_does_not_start(spotless, catalogue):
    lacking = next((name for name in TRIED if not has(TRIED[name])), None)
    needs = [lacking] if lacking else []
    lab = catalogue / "labs" / LAB / "lab.yml"
    lab.write_text(lab.read_text("utf-8") + f"\nneeds: {needs}\n", "utf-8")
    told = {one["name"]: one for one in spotless("doctor", "--json", "--catalog", catalogue).json}[f"lab {LAB}"]
    started = spotless("start", LAB, "--catalog", catalogue)
    if lacking:
        assert (told["ok"], lacking in told["detail"], "modprobe" in told["fix"]) == (False, True, True)
        assert (started.code, f"needs {lacking}" in started.err) == (ExitCode.HOST, True), started
    else:
        assert told["ok"]
        assert started.code == 0, started
        assert spotless("stop").code == 0


def test_a_need_that_nobody_knows_is_a_fault_of_the_lab(netlab, catalogue):
    lab = catalogue / "labs" / LAB / "lab.yml"
    lab.write_text(lab.read_text("utf-8") + "\nneeds: [warp-drive]\n", "utf-8")
    refused = netlab("start", LAB, "--catalog", catalogue)
    assert (refused.code, "needs" in refused.err) == (ExitCode.BAD_FILE, True), refused
