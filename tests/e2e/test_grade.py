"""Grading: every number is earned, what netlab cannot see is an error, and what is not saved does not last."""

import json
from importlib import resources
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from harness import LAB

from netlab.errors import ExitCode

pytestmark = pytest.mark.native
POINTS = 60
CHECK_FIELDS = {"id": str, "title": str, "verdict": str, "points": float, "max": float, "ksbs": list, "seconds": float}
SCHEMA = jsonschema.Draft202012Validator(
    json.loads(resources.files("netlab").joinpath("schemas/result-1.json").read_text("utf-8")),
    format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER,
)
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
    """As docs/results.md and the published schema promise it to other programs."""
    SCHEMA.validate(result)
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
    packets = ("file relay_giaddr.pcap, frames", "DHCP DISCOVER 0.0.0.0 to 255.255.255.255", "more, see the file)")
    for evidence in ("reception_offer: pass in", "power-cycle", "ss -Hlunp", "expected: router", *packets):
        assert evidence in graded.out, evidence


def test_a_ci_system_gets_the_same_verdicts(solved, tmp_path):
    graded = solved("grade", "--json", "--junit", tmp_path / "result.xml")
    assert graded.code == 0, graded
    suite = ET.parse(tmp_path / "result.xml").getroot().find("testsuite")
    assert [case.get("name").partition(":")[0] for case in suite.iter("testcase")] == list(by_id(graded.json))
    assert (suite.get("failures"), suite.get("errors"), suite.get("skipped")) == ("0", "0", "0")


def test_a_file_that_cannot_be_written_is_said_before_anything_is_checked(solved, tmp_path):
    refused = solved("grade", "--junit", tmp_path / "missing/result.xml")
    assert refused.code == ExitCode.USAGE, refused
    assert "missing/result.xml cannot be written" in refused.err


def test_the_result_and_the_packets_stay_with_the_lab(solved):
    shown = solved("grade", "--json").json
    folder = solved.home / "runs" / LAB / "last-result"
    assert json.loads((folder / "result.json").read_text("utf-8")) == shown
    captures = {path.stem: path.read_bytes()[:4] for path in folder.glob("*.pcap")}
    assert {
        "reception_offer",
        "surgery_offer",
        "printer_reserved",
        "relay_giaddr",
        "service_survives",
    } <= captures.keys()
    for name, check in by_id(shown).items():
        told = [entry for entry in check["evidence"] if entry["kind"] == "packets"]
        assert [entry["file"] for entry in told] == [f"{name}.pcap"] * (name in captures), name
    relayed = by_id(shown)["relay_giaddr"]["evidence"][0]
    assert relayed["frames"] == len(relayed["output"].splitlines()) > 0
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
    pretend_to_be_enabled(running)
    graded = running("grade", "--json")
    verdicts = {name: check["verdict"] for name, check in by_id(graded.json).items()}
    assert {name for name, verdict in verdicts.items() if verdict != "pass"} == {"services_enabled", "service_survives"}
    observed = by_id(graded.json)["services_enabled"]["observed"]
    assert observed == "srv1: no DHCP server answers; r1: nothing is relayed"
    assert verdicts["service_survives"] == verdicts["services_enabled"] == "fail"
    assert running.node("srv1", "pgrep dnsmasq").code != 0, "the power cut was real"


def pretend_to_be_enabled(running):
    """What fooled an earlier grader: links of units that nobody wrote, and an ls that says what one likes to hear."""
    wants = "/etc/systemd/system/multi-user.target.wants"
    for node, name in (("srv1", "dnsmasq"), ("r1", "isc-dhcp-relay")):
        running.node(
            node,
            f"mkdir -p {wants}; ln -s /lib/systemd/system/{name}-too.service {wants}/{name}-too.service; "
            f"printf '#!/bin/sh\necho {name}.service\n' >/usr/local/bin/ls; chmod +x /usr/local/bin/ls",
        )


def test_services_that_a_power_cut_stopped_are_named_with_the_next_step(running):
    assert running("author", "apply", "mistake", "not-enabled").code == 0
    graded = running("grade")
    assert "not saved or enabled is gone: dnsmasq on srv1, isc-dhcp-relay on r1." in graded.err, graded
    end = graded.out.partition("One thing at a time")[2]
    assert "dnsmasq does not run on srv1 now: it was not enabled." in end
    assert "isc-dhcp-relay does not run on r1 now: it was not enabled." in end
    assert "systemctl enable --now dnsmasq" in graded.out


def test_a_machine_whose_service_starts_again_is_told_apart_from_one_whose_does_not(running):
    assert running("author", "apply", "solution").code == 0
    running.node("r1", "systemctl disable isc-dhcp-relay")
    graded = running("grade", "--json")
    assert "isc-dhcp-relay does not run on r1 now: it was not enabled." in graded.err
    check = by_id(graded.json)["services_enabled"]
    assert (check["verdict"], check["observed"]) == ("fail", "srv1: a DHCP server answers; r1: nothing is relayed")


def test_a_check_that_cannot_look_is_an_error_never_a_fail(running):
    assert running("author", "apply", "solution").code == 0
    running.node("srv1", "pkill sshd")
    graded = running("grade", "--json")
    assert graded.code == ExitCode.NOT_CHECKED, graded
    assert_well_formed(graded.json)
    verdicts = {name: check["verdict"] for name, check in by_id(graded.json).items()}
    assert "fail" not in verdicts.values()
    assert {name for name, verdict in verdicts.items() if verdict == "error"} == {"one_server"}
    broken = by_id(graded.json)["one_server"]
    assert "srv1" in broken["observed"]
    assert "These 2 points could not be checked." in broken["observed"]
    assert "netlab restart srv1" in broken["observed"]
    assert verdicts["reception_exclusions"] == verdicts["printer_reserved"] == "pass"


def test_a_tool_that_is_missing_on_a_node_is_an_error_never_a_fail(running):
    assert running("author", "apply", "solution").code == 0
    running.node("srv1", "rm $(command -v ss)")
    graded = running("grade", "--json")
    assert graded.code == ExitCode.NOT_CHECKED, graded
    broken = by_id(graded.json)["one_server"]
    assert broken["verdict"] == "error"
    assert "the program ss is missing on srv1. These 2 points could not be checked." in broken["observed"]


def test_a_card_that_is_down_is_named_and_the_other_room_is_still_looked_at(running):
    assert running("author", "apply", "solution").code == 0
    running.node("pc1", "ip link set eth1 down")
    checks = by_id(running("grade", "--json").json)
    room = checks["reception_offer"]
    assert (room["verdict"], room["observed"], room["hint"]) == (
        "fail",
        "eth1 of pc1 is down",
        "on pc1: ip link set eth1 up",
    )
    assert checks["surgery_offer"]["verdict"] == checks["surgery_exclusions"]["verdict"] == "pass"


def test_a_card_of_the_server_that_is_down_or_gone_is_named(running):
    assert running("author", "apply", "solution").code == 0
    running.node("srv1", "ip link set eth1 down")
    checks = by_id(running("grade", "--json").json)
    assert {checks[f"{room}_offer"]["observed"] for room in ("reception", "surgery")} == {"eth1 of srv1 is down"}
    running.node("srv1", "ip link delete eth1")
    missing = by_id(running("grade", "--json").json)["surgery_offer"]
    assert missing["verdict"] == "error"
    assert "there is no interface eth1 on srv1. These 5 points could not be checked." in missing["observed"]
    assert "netlab restart srv1" in missing["observed"]


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
