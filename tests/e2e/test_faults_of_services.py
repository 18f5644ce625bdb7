"""Faults of services on a real network: DNS, DHCP, time, logs, a page, a backup. Each fails its own check only."""

import pytest

pytestmark = pytest.mark.native
SLUG = "one-rack"
NOTICED = {
    "asks-nobody": {"names"},
    "half-a-backup": {"backup"},
    "lab-delegated-wrongly": {"delegation"},
    "log-is-full": {"log"},
    "old-certificate": {"page"},
    "old-serial": {"zone"},
    "other-clock": {"time"},
    "other-port": {"page"},
    "second-server": {"lease"},
    "time-for-all": {"approved"},
    "www-elsewhere": {"names"},
}


def test_every_fault_fails_its_own_check_and_none_once_it_is_undone(netlab, checkout):
    checked = netlab("author", "check", SLUG, "--catalog", checkout / "tests/catalogue", "--json", timeout=900)
    assert checked.out, checked
    (proof,) = checked.json
    assert proof["problems"] == []
    assert {one["name"]: set(one["failed"]) for one in proof["faults"]} == NOTICED
    assert all(one["fixed"] for one in proof["faults"])
    assert checked.code == 0
