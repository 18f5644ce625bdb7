"""`netlab link`: what learners may look at, and change where the lab lets them."""

import pytest
from harness import LAB

from netlab.errors import ExitCode

pytestmark = pytest.mark.native


@pytest.fixture
def allowed(netlab, catalogue):
    """dhcp-basics, as a lab that lets learners change its links."""
    lab = catalogue / "labs" / LAB / "lab.yml"
    lab.write_text(lab.read_text("utf-8") + "\nlink_control: true\n", "utf-8")
    started = netlab("start", LAB, "--catalog", catalogue)
    assert started.code == 0, started
    return netlab


def test_every_link_is_shown_with_what_it_was_set_to(allowed):
    assert all(line.endswith("  as built") for line in allowed("link").out.splitlines())
    changed = allowed("link", "pc1:eth1", "loss", "5%", "rate", "2mbit", "down")
    assert changed.code == 0, changed
    (line,) = [line for line in allowed("link").out.splitlines() if "as built" not in line]
    assert "pc1:eth1: down, loss 5%, rate 2mbit" in line
    assert line.count("loss 5%, rate 2mbit") == 2
    assert "state DOWN" in allowed.node("pc1", "ip link show eth1").out
    (facts,) = allowed("link", "pc1:eth1", "--json").json
    near, far = sorted(facts["ends"], key=lambda end: end["end"] != "pc1:eth1")
    assert (near.pop("end"), near.pop("state")) == ("pc1:eth1", "down")
    assert near == {"up": False, "mtu": None, "loss": 5.0, "rate": 2000000, "delay": 0.0}
    assert (far["up"], far["loss"]) == (True, 5.0)


def test_what_is_shown_is_how_it_is_and_not_what_was_asked(allowed):
    def shown():
        return allowed("link", "pc1:eth1").out

    allowed("link", "pc1:eth1", "down")
    allowed.node("pc1", "ip link set eth1 up")
    assert "pc1:eth1: down (the node has set it up again; nothing gets through)" in shown()
    allowed.node("pc1", "tc qdisc del dev eth1 clsact")
    assert "down was undone on a node: `netlab link pc1:eth1 down` sets it again" in shown()
    assert allowed("link", "pc1:eth1", "down").out.rstrip().endswith("pc1:eth1: down")
    allowed("link", "pc1:eth1", "up")
    allowed.node("pc1", "ip link set eth1 down")
    assert "pc1:eth1: shut by the node itself" in shown()
    allowed.node("pc1", "ip link del eth1")
    assert "pc1:eth1: not there any more: `netlab restart pc1` puts it back" in " ".join(shown().split())


def test_clear_makes_it_good_again(allowed):
    allowed("link", "pc1:eth1", "loss", "100", "mtu", "1400")
    assert allowed("link", "pc1:eth1", "clear").out.rstrip().endswith("as built")
    assert "mtu 1500" in allowed.node("pc1", "ip link show eth1").out


def test_a_lab_that_keeps_its_links_to_itself_says_so(learner):
    refused = learner("link", "pc1:eth1", "down")
    assert refused.code == ExitCode.WRONG_STATE
    assert "does not let you change its links" in refused.err
    assert learner("link").code == 0, "looking is allowed"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["nobody:eth1", "down"], ExitCode.UNKNOWN_NAME, "Its nodes are"),
        (["pc1:eth9", "down"], ExitCode.UNKNOWN_NAME, "It has: eth1"),
        (["pc1", "down"], ExitCode.USAGE, "NODE:INTERFACE"),
        (["pc1:eth1", "sideways"], ExitCode.USAGE, "loss 5%"),
        (["pc1:eth1", "loss", "lots"], ExitCode.USAGE, "percentage"),
        (["pc1:eth1", "loss", "-3%"], ExitCode.USAGE, "'-3%' is not a loss."),
        (["pc1:eth1", "--jsno"], ExitCode.USAGE, "No such option: --jsno"),
        (["--jsno"], ExitCode.USAGE, "No such option: --jsno"),
        (["pc1:eth1", "up", "down"], ExitCode.USAGE, "'up' and 'down' contradict each other."),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(learner, words, code, said):
    refused = learner("link", *words)
    assert refused.code == code, refused
    assert said in refused.err
    assert "Traceback" not in refused.err
