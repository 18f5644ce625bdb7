"""two-offices-broken: does it work again, does it last, and is it known what was wrong?"""

from netlab.grading import check


@check(points=5, ksbs=["S5"], why="the complaint is gone", hint="the way of one packet, hop by hop")
def test_staff(matrix, lab):
    """Staff reach the server."""
    matrix({"srv1": lab["srv1"]}, "pc1 > srv1: ping tcp/80", patience=8)


@check(points=5, ksbs=["S5"], why="the complaint is gone", hint="the way of one packet, hop by hop")
def test_guests(matrix, lab):
    """Guests reach the web page, and nothing else."""
    places = {"srv1": lab["srv1"], "pc1": lab["pc1"]}
    matrix(places, "pc2 > srv1: tcp/80", "pc2 x srv1: ping", "pc2 x pc1: ping", patience=6)


@check(points=4, ksbs=["S5"], method="TL", why="a fault that comes and goes is one, too", needs=["staff"])
def test_steady(probe, lab, expect):
    """Nothing gets lost on the way to the server."""
    with probe("pc1").timeline(lab["srv1"], every=0.01) as line:
        line.wait(100)
    expect(line.watch.loss < 5, expected="hardly any loss", observed=line.watch.words)


@check(points=6, ksbs=["S5"], method="FD", why="a diagnosis names device, layer and cause")
def test_fault(answers, lab):
    """What was wrong is known."""
    answers.diagnosis("fault", lab.faults)
