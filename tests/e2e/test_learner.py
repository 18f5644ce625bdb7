"""A learner at work: start, look round, log in, break, restart, stop."""

import json
import re

import pytest
from harness import LAB

pytestmark = pytest.mark.native
NODES = ["r1", "srv1", "sw1", "pc1", "pc2", "prn1"]


def test_start_shows_the_task_and_what_to_do_next(netlab):
    started = netlab("start", LAB)
    assert started.code == 0, started
    assert re.search(r"Starting +r1 srv1 sw1 pc1 pc2 prn1: ready in \d", started.out)
    assert "DHCP service, relay and reservations" in started.out
    assert "Evidence towards S2 S13 K14" in started.out
    assert "netlab connect srv1" in started.out.splitlines()[-1]
    assert "{{" not in started.out
    assert not started.err


def test_start_as_json_is_one_document_and_nothing_else(netlab):
    started = netlab("start", LAB, "--json")
    assert started.code == 0, started
    assert started.json["slug"] == LAB
    assert started.json["nodes"] == NODES
    assert started.json["seconds"] > 0
    assert started.json["parameters"]["reception"].startswith("198.51.100.")


def test_list_and_info_say_that_it_runs(learner):
    line = next(line for line in learner("list").out.splitlines() if line.startswith(LAB))
    assert " running " in line
    assert {one["slug"]: one["status"] for one in learner("list", "--json").json}[LAB] == "running"
    assert "Status: running" in learner("info", LAB).out


def test_status_names_every_node(learner):
    (facts,) = learner("status", "--json").json
    assert (facts["slug"], facts["status"], facts["runtime"], facts["attempt"]) == (LAB, "running", "native", 1)
    assert [node["name"] for node in facts["nodes"]] == NODES
    assert all(node["running"] for node in facts["nodes"])
    assert facts["image"].startswith("sha256:")
    assert len(re.findall(r" running +172\.20\.20\.\d+", learner("status").out)) == len(NODES)


def test_the_brief_is_about_the_learner_s_own_network(learner):
    facts = learner("brief", "--json").json
    for name in ("customer", "reception", "surgery", "server", "printer", "printer_mac", "lease_minutes"):
        assert str(facts["parameters"][name]) in facts["markdown"], name
    assert learner("brief").out.strip() == facts["markdown"].strip()


def test_the_network_is_as_the_brief_says(learner):
    values = learner("brief", "--json").json["parameters"]
    assert values["reception_gateway"] in learner.node("r1", "ip -br -4 address show eth1").out
    assert values["server"] in learner.node("srv1", "ip -br -4 address show eth1").out
    assert values["printer_mac"] in learner.node("prn1", "ip link show eth1").out
    assert learner.node("srv1", f"ping -c1 -W2 {values['surgery_gateway']}").code == 0


@pytest.mark.parametrize("code", [0, 3, 127])
def test_exec_passes_output_and_exit_code_on(learner, code):
    done = learner.node("pc1", f"echo out; echo err >&2; exit {code}")
    assert (done.code, done.out, done.err) == (code, "out\n", "err\n")


def test_exec_passes_stdin_and_options_on(learner):
    assert learner("exec", "pc1", "--", "grep", "-c", "--", "-x", stdin="a -x b\n-x\n").out == "2\n"


def test_exec_of_a_whole_line_says_how_to_hand_it_to_a_shell(learner):
    done = learner("exec", "pc1", "ip a | grep eth1")
    assert (done.code, done.out) == (2, ""), done
    assert "netlab exec pc1 -- sh -c 'ip a | grep eth1'" in done.err


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("netlab cp srv", "srv1:/etc/ srv1:/root/"),
        ("netlab cp r1:/etc/hostn", "r1:/etc/hostname"),
        ("netlab author apply mistake w", "wrong-gateway"),
        ("netlab author apply alternative k", "kea"),
    ],
)
def test_tab_offers_nodes_their_files_and_the_lab_s_answers(learner, tmp_path, typed, offered):
    words = {"COMP_WORDS": typed, "COMP_CWORD": str(typed.count(" ")), "_NETLAB_COMPLETE": "complete_bash"}
    assert learner(**words).out.split() == offered.split()


def test_what_was_not_saved_is_gone_after_a_restart(learner):
    learner.node("srv1", "echo x >/srv/unsaved; echo port=0 >/etc/dnsmasq.d/mine.conf")
    done = learner("restart", "srv1")
    assert (done.code, "Power cycled: srv1" in done.out) == (0, True), done
    assert learner.node("srv1", "ls /srv/unsaved").code != 0
    assert learner.node("srv1", "cat /etc/dnsmasq.d/mine.conf").out == "port=0\n"
    assert learner("restart", "--json").json == {"slug": LAB, "restarted": NODES}


def test_starting_a_running_lab_is_refused_and_harms_nothing(learner):
    again = learner("start", LAB)
    assert again.code == 5
    assert again.err.startswith(f"netlab: {LAB} is already running.")
    assert f"netlab stop {LAB}" in again.err
    assert learner.node("pc1", "true").code == 0


def test_unknown_names_are_refused_with_those_there_are(learner):
    assert "Did you mean dhcp-basics?" in learner("start", "dhcp-basic").err
    assert learner("start", "dhcp-basic").code == 4
    nobody = learner("exec", "srv9", "--", "true")
    assert (nobody.code, "srv1" in nobody.err) == (4, True), nobody
    assert learner("connect", "srv9").code == 4
    assert learner("status", "--lab", "other").code == 5


def test_commands_without_a_lab_say_so(netlab):
    for command in (["grade"], ["brief"], ["stop"], ["exec", "pc1", "--", "true"], ["restart"]):
        done = netlab(*command)
        assert (done.code, done.out) == (5, ""), done
        assert "No lab is running." in done.err


def test_two_learners_of_one_machine_never_meet(new_user, learner):
    other = new_user()
    assert other("start", LAB).code == 0
    learner.node("pc1", "echo mine >/srv/mine")
    assert other.node("pc1", "ls /srv/mine").code != 0
    assert learner("brief", "--json").json["parameters"] != other("brief", "--json").json["parameters"]
    assert other("stop").code == 0
    assert learner.node("pc1", "cat /srv/mine").out == "mine\n"


def test_stop_says_what_it_did_once(netlab):
    assert netlab("start", LAB).code == 0
    assert netlab("stop", "--json").json == {"stopped": [LAB], "saved": {}}
    assert netlab("stop").code == 5
    assert netlab("list", "--json").json[0]["status"] is None


def test_each_learner_and_attempt_has_addresses_of_their_own(new_user, tmp_path):
    key = tmp_path / "cohort.key"
    key.write_text("5a" * 32 + "\n")
    seen = {}
    for who, attempt in (("anna", 1), ("anna", 2), ("bela", 1)):
        user = new_user()
        started = user("start", LAB, "--learner", who, "--attempt", attempt, "--key", key, "--json")
        assert started.code == 0, started
        seen[who, attempt] = json.dumps(started.json["parameters"])
        assert user("stop").code == 0
    assert len(set(seen.values())) == 3
    user = new_user()
    again = user("start", LAB, "--learner", "anna", "--attempt", 1, "--key", key, "--json")
    assert json.dumps(again.json["parameters"]) == seen["anna", 1], "the same learner has the same network anywhere"
