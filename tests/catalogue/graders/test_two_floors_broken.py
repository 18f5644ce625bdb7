"""two-floors-broken: does it work again, is the fault gone from the switch, and is it known what was wrong?"""

from netlab.grading import check
from netlab.probe.facts import Bpdu

SOON = 5  # seconds: two hellos of RSTP (IEEE 802.1D-2004, 17.14), and some
PRIORITY = 4096


@check(
    points=1, ksbs=["S5"], why="the root of a spanning tree is chosen, not left to chance", hint="ovs-appctl rstp/show"
)
def test_root(probe, expect):
    """sw2 follows sw1 in the spanning tree."""
    seen = probe("staff2").heard("eth1", Bpdu, enough=_follows, patience=SOON)
    expect(
        bool(seen) and _follows(seen),
        expected=f"BPDUs of sw2 with another root, of priority {PRIORITY}",
        observed=f"its root is {seen[-1].root}" if seen else "no BPDUs",
    )


def _follows(seen):
    return seen[-1].root != seen[-1].bridge and seen[-1].root.priority == PRIORITY


@check(points=1, ksbs=["S5"], why="the complaint is gone", hint="the VLAN of each port, and what the trunk carries")
def test_staff(matrix, lab):
    """Staff reach one another, from floor to floor."""
    matrix({name: lab[name] for name in ("staff1", "staff2")}, "staff1 > staff2: ping", patience=6)


@check(points=1, ksbs=["S5"], why="the complaint is gone", hint="the VLAN of each port, and what the trunk carries")
def test_guests(matrix, lab):
    """Guests reach one another, from floor to floor."""
    matrix({name: lab[name] for name in ("guest1", "guest2")}, "guest1 > guest2: ping")


@check(points=1, ksbs=["S5"], why="the complaint is gone", hint="what travels untagged on the trunk")
def test_admins(matrix, lab):
    """Administrators reach one another, from floor to floor."""
    matrix({name: lab[name] for name in ("admin1", "admin2")}, "admin1 > admin2: ping")


@check(points=8, ksbs=["S5"], method="ST", why="a fault is put right where it is")
def test_mended(mended):
    """What was wrong is put right."""
    mended(hint="the place that you named")


@check(points=8, ksbs=["S5"], method="FD", why="a diagnosis names device, layer and cause")
def test_fault(answers, lab):
    """What was wrong is known."""
    answers.diagnosis("fault", lab.faults)
