"""Grading: every number is earned, what netlab cannot see is an error, and what is not saved does not last."""

import json

import pytest
from harness import LAB

from netlab.errors import ExitCode

pytestmark = pytest.mark.native
POINTS = 60
CHECK_FIELDS = {"id": str, "title": str, "verdict": str, "points": float, "max": float, "ksbs": list, "seconds": float}
VERDICTS = {"pass", "fail", "error", "skipped", "needs-human"}


@pytest.fixture
def running(netlab):
    assert netlab("start", LAB).code == 0
    return netlab


@pytest.fixture(scope="module")
def solved(new_user):
    """A learner who solved the lab: the tests that use it change nothing."""
    user = new_user()
    assert user("start", LAB).code == 0
    assert user("author", "apply", "solution").code == 0
    return user


def by_id(result):
    return {check["id"]: check for check in result["checks"]}


def assert_well_formed(result):
    """As /work/shared/design/interfaces.md and docs/results.md promise it to other programs."""
    assert result["schema"] == "netlab.result/1"
    assert result["lab"]["slug"] == LAB
    assert {"version"} <= result["lab"].keys()
    assert result["learner"]["id"]
    score = result["score"]
    assert score["max"] == sum(check["max"] for check in result["checks"]) == POINTS
    assert score["points"] == sum(check["points"] for check in result["checks"])
    assert score["percent"] == pytest.approx(100 * score["points"] / POINTS, abs=0.05)
    assert score["passed"] is (score["percent"] >= 70)
    for check in result["checks"]:
        assert {name: type(check[name]) for name in CHECK_FIELDS} == CHECK_FIELDS, check
        assert check["verdict"] in VERDICTS
        assert check["points"] == (check["max"] if check["verdict"] == "pass" else 0)
        assert {"expected", "observed", "hint"} <= check.keys()
    for code, ksb in result["ksbs"].items():
        carrying = [check for check in result["checks"] if code in check["ksbs"]]
        assert ksb["points"] == sum(check["points"] for check in carrying), code
        assert ksb["max"] == sum(check["max"] for check in carrying) > 0, code
        assert isinstance(ksb["direct"], bool)
    assert set(result["ksbs"]) == {code for check in result["checks"] for code in check["ksbs"]}


def test_an_untouched_network_scores_low_and_says_where_to_start(learner):
    graded = learner("grade", "--json")
    assert graded.code == ExitCode.BELOW_PASS_MARK, graded
    assert_well_formed(graded.json)
    assert graded.json["score"]["percent"] < 30
    assert not graded.err
    failed = [check for check in graded.json["checks"] if check["verdict"] == "fail"]
    assert all(check["expected"] and check["observed"] and check["hint"] for check in failed)
    waiting = [check for check in graded.json["checks"] if check["verdict"] == "skipped"]
    assert all(check["observed"].startswith("waits for: ") for check in waiting)


def test_the_solution_scores_everything(solved):
    graded = solved("grade", "--json")
    assert graded.code == 0, graded
    assert_well_formed(graded.json)
    assert graded.json["score"]["percent"] == 100
    assert {ksb: score["direct"] for ksb, score in graded.json["ksbs"].items()} == {
        "K9": False,
        "K14": True,
        "S2": True,
        "S8": False,
        "S13": True,
    }


def test_for_people_there_is_the_score_and_the_evidence_behind_it(solved):
    graded = solved("grade", "--verbose")
    assert graded.code == 0, graded
    assert "Score 60 / 60 (100 %), pass mark 70 %" in graded.out
    assert "S13 29/29" in graded.out
    for evidence in ("reception_offer: pass in", "power-cycle", "ss -Hlunp", "expected: router"):
        assert evidence in graded.out, evidence


def test_the_result_and_the_packets_stay_with_the_lab(solved):
    shown = solved("grade", "--json").json
    folder = solved.home / "runs" / LAB / "last-result"
    assert json.loads((folder / "result.json").read_text("utf-8")) == shown
    captures = {path.stem: path.read_bytes()[:4] for path in folder.glob("*.pcap")}
    assert {"reception_offer", "surgery_offer", "printer_reserved"} <= captures.keys()
    assert set(captures) <= by_id(shown).keys()
    assert set(captures.values()) <= {b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4", b"\x4d\x3c\xb2\xa1"}, "pcap magic"


def test_what_was_started_by_hand_works_but_does_not_survive(running):
    assert running("author", "apply", "solution").code == 0
    running.node(
        "srv1",
        "systemctl disable --now dnsmasq; mv /etc/dnsmasq.d/rooms.conf /tmp; "
        "dnsmasq --conf-file=/tmp/rooms.conf --pid-file=/run/by-hand.pid",
    )
    running.node(
        "r1",
        ". /etc/default/isc-dhcp-relay; systemctl disable --now isc-dhcp-relay; rm /etc/default/isc-dhcp-relay; "
        "dhcrelay -4 -q -i eth1 -i eth2 -i eth3 $SERVERS",
    )
    graded = running("grade", "--json")
    verdicts = {name: check["verdict"] for name, check in by_id(graded.json).items()}
    assert {name for name, verdict in verdicts.items() if verdict != "pass"} == {"services_enabled", "service_survives"}
    assert verdicts["service_survives"] == verdicts["services_enabled"] == "fail"
    assert running.node("srv1", "pgrep dnsmasq").code != 0, "the power cut was real"


def test_a_check_that_cannot_look_is_an_error_never_a_fail(running):
    assert running("author", "apply", "solution").code == 0
    running.node("srv1", "pkill sshd")
    graded = running("grade", "--json")
    assert graded.code == ExitCode.NOT_CHECKED, graded
    assert_well_formed(graded.json)
    verdicts = {name: check["verdict"] for name, check in by_id(graded.json).items()}
    assert "fail" not in verdicts.values()
    assert {name for name, verdict in verdicts.items() if verdict == "error"} == {"one_server", "services_enabled"}
    broken = by_id(graded.json)["one_server"]
    assert "srv1" in broken["observed"]
    assert "not counted against you" in broken["observed"]
    assert verdicts["reception_exclusions"] == verdicts["printer_reserved"] == "pass"


def test_a_mistake_is_named_with_what_was_expected_and_seen(running):
    values = running("brief", "--json").json["parameters"]
    assert running("author", "apply", "mistake", "wrong-gateway").code == 0
    graded = running("grade", "--plain")
    assert graded.code == 0, graded
    where = graded.out.index("FAIL")
    reason = graded.out[where : where + 900]
    assert "Devices on the surgery LAN are told the right router and mask" in reason.splitlines()[0]
    assert f"router {values['surgery_gateway']}" in reason
    assert f"router {values['reception_gateway']}" in reason
    assert graded.out.count("FAIL") == 1


def test_a_lab_whose_files_changed_is_not_graded(netlab, catalogue):
    assert netlab("start", LAB, "--catalog", catalogue).code == 0
    grader = catalogue / "graders/test_dhcp_basics.py"
    grader.write_text(grader.read_text("utf-8") + "\n", "utf-8")
    graded = netlab("grade", "--json")
    assert (graded.code, graded.out) == (ExitCode.WRONG_STATE, ""), graded
    assert "have changed since it was started" in graded.err
    assert netlab("stop").code == 0
