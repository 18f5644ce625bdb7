"""Every lab of the catalogue proves itself: untouched low, solved 100 % twice, each mistake fails its checks."""

import pytest

pytestmark = pytest.mark.native


def test_every_lab_of_the_catalogue_is_proven(netlab, checkout):
    checked = netlab("author", "check", "--json", timeout=900)
    assert checked.code == 0, checked
    proofs = {proof["slug"]: proof for proof in checked.json}
    assert set(proofs) == {path.parent.name for path in checkout.glob("labs/*/lab.yml")}
    for slug, proof in proofs.items():
        assert_proven(proof, {path.parent.name for path in (checkout / "labs" / slug).glob("mistakes/*/apply.yml")})
    assert not netlab.processes()
    assert sorted(path.name for path in netlab.home.iterdir() if path.name != "runs") == []


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
