"""Faults on a real network: noticed, gone when undone, and not to be told by looking straight at them."""

import json
import shutil

import pytest

from netlab.errors import ExitCode

pytestmark = pytest.mark.native
SLUG = "two-offices-broken"
CHOSEN = ("staff-mask", "web-stopped", "not-forwarding", "cut")  # a file, a service, a new file, a link


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory, checkout):
    place = tmp_path_factory.mktemp("broken") / "catalogue"
    shutil.copytree(checkout / "tests/catalogue", place)
    return place


def test_every_fault_is_noticed_and_all_passes_once_it_is_undone(netlab, catalogue, tmp_path):
    few = tmp_path / "few"
    shutil.copytree(catalogue, few)
    for folder in (few / f"labs/{SLUG}/faults").iterdir():
        if folder.name not in CHOSEN:
            shutil.rmtree(folder)
    checked = netlab("author", "check", SLUG, "--catalog", few, "--json", timeout=900)
    assert checked.code == 0, checked
    (proof,) = checked.json
    assert {one["name"]: (one["detected"], one["fixed"], one["ok"]) for one in proof["faults"]} == dict.fromkeys(
        CHOSEN, (True, True, True)
    )


@pytest.fixture(scope="module")
def looking(new_user, catalogue):
    """A learner whose network has a fault that was drawn for them."""
    user = new_user(NETLAB_CATALOG=str(catalogue))
    assert user("start", SLUG).code == 0
    return user


def test_what_netlab_prints_does_not_name_the_fault(looking, catalogue):
    names = {path.name for path in (catalogue / f"labs/{SLUG}/faults").iterdir()} - {"area", "cut"}  # plain words
    for words in (["info", SLUG], ["info", SLUG, "--json"], ["status", "--json"], ["brief"], ["list", "--json"]):
        said = looking(*words)
        assert said.code == 0, said
        assert not [name for name in names if name in said.out], words
    graded = looking("grade", "--json")
    assert not [name for name in names if name in json.dumps(graded.json)]
    assert "observed" in graded.json["checks"][0]


LOOK = """find /etc /root /home /srv /opt /tmp -printf '%p %m %u %l\\n' | sort
there=$(ps -eo args); echo "$there" | grep -v 'ps -eo' | sort
ls -1t /etc/hostname /etc/hosts /etc/network/interfaces /etc/frr/frr.conf /etc/nftables.conf /root/.ssh/authorized_keys
"""


def test_nothing_on_a_node_tells_a_fault_from_the_rest(looking, new_user, catalogue, tmp_path):
    """Names, modes, processes and the order in which files were written are those of a network without any fault."""
    sound = tmp_path / "sound"
    shutil.copytree(catalogue, sound)
    lab = sound / f"labs/{SLUG}/lab.yml"
    lab.write_text(lab.read_text().replace("faults: {band: medium}\n", ""))
    other = new_user(NETLAB_CATALOG=str(sound))
    assert other("start", SLUG).code == 0
    for node in ("r1", "r2", "pc1", "pc2", "srv1"):
        here, there = (user("exec", node, "--", "sh", "-c", LOOK).out.splitlines() for user in (looking, other))
        assert len(there) > 100
        told = {line for line in set(here) ^ set(there) if "60-local.conf" not in line}
        assert not told, node
        assert here[-5:] == there[-5:], node


def test_one_more_fault_is_put_in_by_name_and_reset_keeps_what_was_drawn(looking):
    unknown = looking("author", "apply", "fault", "losy")
    assert (unknown.code, "Did you mean lossy?" in unknown.err) == (ExitCode.UNKNOWN_NAME, True), unknown
    assert looking("author", "apply", "fault", "lossy").code == 0
    links = looking("link", "r1:eth3", "--plain").out
    assert "loss 30%" in links
    assert looking("author", "apply", "solution").code == 0
    assert "loss" not in looking("link", "r1:eth3", "--plain").out
    graded = looking("grade", "--json")
    assert {check["id"]: check["verdict"] for check in graded.json["checks"]} == dict.fromkeys(
        ("staff", "guests", "steady", "fault"), "pass"
    )


MENDED = '''

@check(points=2, ksbs=["S5"], method="ST", why="a fault is put right where it is")
def test_mended(mended):
    """What was wrong is put right."""
    mended(hint="the place that you named")
'''


@pytest.mark.parametrize(
    ("name", "band"),
    [("staff-mask", "easy"), ("guests-gateway", "easy"), ("not-forwarding", "medium"), ("area", "medium")],
)
def test_whether_a_fault_is_still_there_is_seen_on_the_node(new_user, catalogue, tmp_path, name, band):
    place = tmp_path / "catalogue"
    shutil.copytree(catalogue, place)
    lab, grader = place / f"labs/{SLUG}/lab.yml", place / "graders/test_two_offices_broken.py"
    picks = f"faults: {{band: {band}, of: [{name}]}}"
    lab.write_text(lab.read_text().replace("points: 20", "points: 2").replace("faults: {band: medium}", picks))
    grader.write_text(grader.read_text().partition("\n\n@check")[0] + "\n" + MENDED)
    user = new_user(NETLAB_CATALOG=str(place))
    assert user("start", SLUG).code == 0
    (broken,) = user("grade", "--json").json["checks"]
    assert (broken["verdict"], broken["observed"]) == ("fail", "it is as it was"), broken
    assert [set(entry) for entry in broken["evidence"]] == [{"kind", "at", "there"}], "where to look is not given away"
    assert user("author", "apply", "solution").code == 0
    (mended,) = user("grade", "--json").json["checks"]
    assert (mended["verdict"], mended["observed"]) == ("pass", "it is put right"), mended
