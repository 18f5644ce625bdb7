"""Questions about a learner's own network: answered by name, by file or at the terminal, and marked by `grade`."""

import os
import pty
import shutil
import subprocess

import pytest
from harness import LAB

from netlab.errors import ExitCode

pytestmark = pytest.mark.native
SLUG = "two-offices"


@pytest.fixture(scope="module")
def asked(new_user, tmp_path_factory, checkout):
    """A learner with the throw-away lab, which has a question in prose as well."""
    catalogue = tmp_path_factory.mktemp("asked") / "catalogue"
    shutil.copytree(checkout / "tests/catalogue", catalogue)
    lab, grader = catalogue / f"labs/{SLUG}/lab.yml", catalogue / "graders/test_two_offices.py"
    text = lab.read_text().replace("points: 24", "points: 34").replace("ksbs: [S2, ", "ksbs: [S2, S5, S13, ")
    lab.write_text(text + WHY)
    grader.write_text(grader.read_text() + PROSE)
    with (catalogue / f"labs/{SLUG}/solution/answers.yml").open("a") as answers:
        answers.write("plan: plan.csv\n")
    (catalogue / f"labs/{SLUG}/solution/plan.csv").write_text("node,address\npc1,{{ pc1 }}/26\npc2,{{ pc2 }}/26\n")
    wrong = catalogue / f"labs/{SLUG}/mistakes/typing-error"
    wrong.mkdir()
    (wrong / "apply.yml").write_text("title: A question that is not asked\nfails: [broadcast]\n")
    (wrong / "answers.yml").write_text("brodcast: 192.0.2.1\n")
    user = new_user(NETLAB_CATALOG=str(catalogue))
    assert user("start", SLUG).code == 0
    return user


WHY = """\
  why:
    ask: Why do guests have a LAN of their own? Name it.
    kind: prose
    words: [3, 40]
    facts: {the guests' LAN: guests}
    rubric: [no reason, a reason, a reason and what it guards against]
  fault:
    ask: What was wrong this morning?
    kind: diagnosis
  plan:
    ask: Your address plan
    kind: file
    format: csv
    columns: {node: text, address: prefix}
"""
PROSE = '''

@check(points=2, ksbs=["K9"], method="HM", why="segregation has a reason")
def test_why(answers):
    """The reason for a guests' LAN is given."""
    answers("why", facts={"how long it was out": 3.5})


@check(points=4, ksbs=["S5"], method="FD", why="a fault is found")
def test_fault(answers):
    """What was wrong is known."""
    from netlab.causes import Truth

    answers.diagnosis("fault", [Truth("r1", "ospf-area", "eth3")])


@check(points=4, ksbs=["S13"], method="AR", why="a plan is what is there")
def test_plan(answers, probe, expect):
    """The plan says what the nodes have."""
    rows = answers.file("plan").rows()
    right = [row for row in rows if row["address"] in probe(row["node"]).addresses()["eth1"]]
    expect.share(len(right), of=2, expected="two rows as they are", observed=f"{len(right)} rows")
'''


def said(user):
    return {one["id"]: one["answer"] for one in user("answer", "--json").json}


def test_questions_are_shown_and_answered_by_name(asked):
    shown = asked("answer")
    assert "What is the broadcast address of the guests' LAN 198.51.100." in " ".join(shown.out.split())
    assert asked("answer", "usable", "62").code == 0
    assert said(asked)["usable"] == "62"
    refused = asked("answer", "broadcast", "the last one")
    assert (refused.code, refused.out) == (ExitCode.USAGE, "")
    assert "'the last one' is not an IP address" in refused.err
    unknown = asked("answer", "brodcast", "192.0.2.1")
    assert unknown.code == ExitCode.UNKNOWN_NAME
    assert "Did you mean broadcast?" in unknown.err


def test_a_file_is_taken_whole_or_not_at_all_and_its_mistakes_have_lines(asked, tmp_path):
    template = asked("answer", "--template").out
    file = tmp_path / "answers.yml"
    file.write_text(template.replace("broadcast:", "broadcast: 192.0.2.63").replace("protocol:", "protocol: UDP 90"))
    before = said(asked)
    refused = asked("answer", "--file", file)
    assert refused.code == ExitCode.BAD_FILE, refused
    line = 1 + file.read_text().splitlines().index("protocol: UDP 90")
    assert f"answers.yml:{line}: protocol: 'UDP 90' is not one of the answers offered" in refused.err
    assert said(asked) == before
    file.write_text(file.read_text().replace("UDP 90", "NONE") + "\n'nobody': 1\n")
    assert "nobody: There is no question 'nobody'." in asked("answer", "--file", file).err
    file.write_text(file.read_text().replace("'nobody': 1\n", ""))
    assert asked("answer", "--file", file).code == 0
    assert said(asked)["protocol"] == "NONE"


def test_at_a_terminal_it_asks_until_the_answer_is_one(asked):
    ours, theirs = pty.openpty()
    argv = [*asked.command, "answer"]
    asking = subprocess.Popen(argv, stdin=theirs, stdout=theirs, stderr=theirs, env=asked.environment(TERM="xterm"))
    os.close(theirs)
    os.write(ours, b"many\n62\n\n\nGuests are strangers.\n\n\n")
    text = b""
    while chunk := read(ours):
        text += chunk
    assert asking.wait(20) == 0
    os.close(ours)
    assert b"'many' is not a number" in text
    assert said(asked)["why"] == "Guests are strangers."


def read(descriptor):
    try:
        return os.read(descriptor, 4096)
    except OSError:  # the other end is closed
        return b""


CLAIM = """\
fault:
  device: r2
  interface: eth1
  layer: 3
  cause: ospf-area
  evidence: show ip ospf interface on r2 says area 1
  fix: the area that the neighbour has
  prevention: one template for all routers
plan: plan.csv
why: 198.51.100.0/26 keeps guests from 10.7.7.7, and it was out for 3.4 minutes.
"""


def test_a_diagnosis_a_table_and_written_work_come_in_a_file_and_mistakes_have_lines(asked, tmp_path):
    file, table = tmp_path / "mine.yml", tmp_path / "plan.csv"
    table.write_text("Node,Address\npc1,192.0.2.1/26\npc1,192.0.2.1\n")
    file.write_text(CLAIM.replace("layer: 3", "layer: three"))
    refused = asked("answer", "--file", file)
    assert refused.code == ExitCode.BAD_FILE
    assert "mine.yml:4: fault.layer: this must be a whole number" in refused.err
    file.write_text(CLAIM.replace("cause: ospf-area", "cause: gremlins"))
    refused = asked("answer", "--file", file)
    assert "mine.yml:5: fault.cause: 'gremlins' is no cause: `netlab answer --causes`" in refused.err
    file.write_text(CLAIM.replace("device: r2", "device: r9"))
    refused = asked("answer", "--file", file)
    assert "mine.yml:2: fault.device: this network has no 'r9': r1, r2, pc1, pc2, srv1." in refused.err
    file.write_text(CLAIM)
    refused = asked("answer", "--file", file)
    assert "plan.csv:3: address: '192.0.2.1' is not an address with its prefix length" in refused.err
    table.write_text("Node,Address,Note\npc1,192.0.2.1/32,wrong\n")
    file.write_text(CLAIM.replace("why: ", "why: two words #"))
    assert "this has 2 words, and 3 to 40 are wanted" in asked("answer", "--file", file).err
    assert said(asked).get("fault") is None, "all of a file or nothing"
    file.write_text(CLAIM)
    assert asked("answer", "--file", file).code == 0
    assert said(asked)["plan"] == "plan.csv (41 bytes)"
    shown = asked("answer", "--template").out
    assert "\n  cause: ospf-area\n" in shown, shown
    assert "firewall-order" in asked("answer", "--causes").out
    assert {"code", "layer", "family", "title"} == set(asked("answer", "--causes", "--json").json[0])


def test_answers_are_marked_and_what_a_person_marks_waits_with_all_they_need(asked, tmp_path):
    for question, answer in (("usable", "62"), ("broadcast", "192.0.2.1"), ("protocol", "none")):
        assert asked("answer", question, answer).code == 0
    lan = next(line for line in asked("brief", "--plain").out.splitlines() if "198.51.100" in line)
    assert asked("answer", "why", f"They are strangers; {lan} 10.7.7.7 3.4").code == 0
    address = asked("exec", "pc1", "--", "sh", "-c", "ip -br -4 address show eth1 | tr -s ' ' | cut -d' ' -f3").out
    plan = tmp_path / "ipam.csv"
    plan.write_text(f"node,address\npc1,{address.strip()}\npc2,192.0.2.1/24\n")
    assert asked("answer", "plan", plan).code == 0
    graded = asked("grade", "--json").json
    checks = {check["id"]: check for check in graded["checks"]}
    assert [checks[name]["verdict"] for name in ("usable", "broadcast", "protocol", "why")] == [
        "pass", "fail", "pass", "needs-human",
    ]  # fmt: skip
    assert checks["broadcast"]["observed"] == "192.0.2.1"
    assert "198.51.100" not in checks["broadcast"]["expected"].partition("guests' LAN")[0], (
        "the answer is not given away"
    )
    why = checks["why"]
    assert "facts named:" in why["observed"]
    assert "how long it was out" in why["observed"].partition("not named")[0]
    assert "not of this network: 10.7.7.7" in why["observed"]
    (written,) = [entry for entry in why["evidence"] if entry["kind"] == "written"]
    assert (written["rubric"][0], "strangers" in written["output"]) == ("no reason", True)
    fault = checks["fault"]
    assert (fault["verdict"], fault["points"]) == ("fail", 2.6), "the other end of that very link"
    assert fault["observed"] == "device near, interface near, layer right, cause right"
    assert "r1" not in fault["observed"] + fault["expected"]
    assert (checks["plan"]["verdict"], checks["plan"]["points"]) == ("fail", 2.0)
    assert "PART" in asked("grade", "--plain").out
    assert asked("stop").code == 0
    assert asked("start", SLUG).code == 0
    assert said(asked)["usable"] == "62", "kept for the next start"
    assert {check["id"] for check in asked("grade", "--json").json["checks"] if check["points"]} >= {"fault", "plan"}


def test_a_solution_hands_in_files_for_each_learner_and_its_mistakes_are_told_in_its_own_file(asked):
    assert asked("author", "apply", "solution").code == 0
    assert said(asked)["plan"].startswith("plan.csv")
    plan = next(one for one in asked("grade", "--json").json["checks"] if one["id"] == "plan")
    assert plan["verdict"] == "pass", plan
    refused = asked("author", "apply", "mistake", "typing-error")
    assert refused.code == ExitCode.BAD_FILE
    assert "mistakes/typing-error/answers.yml:1: brodcast: There is no question 'brodcast'." in refused.err


def test_a_lab_without_questions_says_so(learner):
    refused = learner("answer")
    assert refused.code == ExitCode.WRONG_STATE
    assert f"{LAB} asks no questions." in refused.err
