"""Faults of switches on a real network: each noticed by its own checks, gone when undone, not to be told by a log."""

import shutil

import pytest
from harness import need_all_for

pytestmark = pytest.mark.native
SLUG = "two-floors-broken"
NOTICED = {
    "guest-among-staff": "guests",
    "staff-not-on-trunk": "staff",
    "other-native": "admins",
    "no-tree": "root",
    "other-root": "root",
}


@pytest.fixture
def catalogue(netlab, checkout):
    place = checkout / "tests/catalogue"
    need_all_for(SLUG, netlab, place)
    return place


def test_every_fault_fails_its_own_checks_and_none_once_it_is_undone(netlab, catalogue):
    """`mended` among them: it sees the fault in the switch's database, and that it is gone."""
    checked = netlab("author", "check", SLUG, "--catalog", catalogue, "--json", timeout=900)
    assert checked.code == 0, checked
    (proof,) = checked.json
    assert {one["name"]: set(one["failed"]) for one in proof["faults"]} == {
        name: {check, "mended", "fault"} for name, check in NOTICED.items()
    }
    assert all(one["fixed"] for one in proof["faults"])


LOOK = """grep -o '"_comment":"[^"]*"' /etc/openvswitch/conf.db
grep -c compacting /var/log/openvswitch/ovsdb-server.log
grep -rlE 'tag=|trunks=|rstp' /var/log"""


def test_no_log_tells_which_switch_has_the_fault(netlab, catalogue, tmp_path):
    place = tmp_path / "catalogue"
    shutil.copytree(catalogue, place)
    lab = place / f"labs/{SLUG}/lab.yml"
    lab.write_text(lab.read_text().replace("faults: {band: medium}", "faults: {band: hard, of: [no-tree]}"))
    assert netlab("start", SLUG, "--catalog", place).code == 0
    said = {name: netlab.node(name, LOOK).out for name in ("sw1", "sw2")}
    assert said["sw1"] == said["sw2"]
    assert said["sw2"].split("\n") == ['"_comment":"compacting database online"', "1", ""]
