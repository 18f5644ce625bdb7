"""Labs prove themselves: untouched low, solved 100 % twice, mistakes fail their checks, no gap goes unnoticed."""

import pytest
from harness import need_all_for

pytestmark = pytest.mark.native


def test_every_lab_of_the_catalogue_is_proven(netlab, checkout):
    checked = netlab("author", "check", "--mutate", "--json", timeout=900)
    assert checked.code == 0, checked
    proofs = {proof["slug"]: proof for proof in checked.json}
    assert set(proofs) == {path.parent.name for path in checkout.glob("labs/*/lab.yml")}
    for slug, proof in proofs.items():
        assert_proven(proof, {path.parent.name for path in (checkout / "labs" / slug).glob("mistakes/*/apply.yml")})
        assert (proof["mutants"] > 0, proof["survivors"]) == (True, [])
    assert not netlab.processes()
    assert sorted(path.name for path in netlab.home.iterdir() if path.name != "runs") == []


@pytest.mark.parametrize("slug", ["two-offices", "two-floors"])
def test_a_throw_away_lab_is_proven(netlab, checkout, slug):
    """OSPF, a matrix of who reaches whom, the way from router to router; VLANs, a trunk, RSTP, routing on a switch."""
    catalogue = checkout / "tests/catalogue"
    need_all_for(slug, netlab, catalogue)
    checked = netlab("author", "check", slug, "--catalog", catalogue, "--json", timeout=900)
    assert checked.code == 0, checked
    (proof,) = checked.json
    assert_proven(proof, {path.parent.name for path in (catalogue / f"labs/{slug}/mistakes").glob("*/apply.yml")})


def assert_proven(proof, mistakes):
    assert proof["ok"] is True, proof
    assert proof["seeds"] == 1
    assert proof["start_percent"] < 30
    assert proof["solution_percent"] == 100
    assert proof["seconds"] > 0
    assert {mistake["name"] for mistake in proof["mistakes"]} == mistakes
    for mistake in proof["mistakes"]:
        assert mistake["ok"] is True
        assert mistake["failed"] == mistake["expected_fail"] != []
    assert all(alternative["ok"] for alternative in proof["alternatives"])
