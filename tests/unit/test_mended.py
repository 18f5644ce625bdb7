"""Whether a fault is still there: what is asked of a node about it."""

from types import SimpleNamespace

import pytest

from netlab.faults.change import Trace
from netlab.grading.judge import CheckFailed, Expect
from netlab.grading.mended import Mended
from netlab.probe.evidence import Recorder


def mended(trace, said):
    """`mended` of a lab with that trace, whose node says this; and what the node was asked."""
    asked, recorder = [], Recorder()
    node = SimpleNamespace(run=lambda command: asked.append(command) or said)
    tools = SimpleNamespace(nodes={}, device=lambda name: {"sw1": node}[name])
    return Mended(SimpleNamespace(traces=[trace]), tools, recorder, Expect(recorder)), asked


@pytest.mark.parametrize(
    ("trace", "words"),
    [
        (Trace("switch", "sw1", "port eth1", "tag=30"), "find port name=eth1 tag=30"),
        (Trace("switch", "sw1", "bridge br0", "other_config:a-b=0"), "find bridge name=br0 other_config:a-b=0"),
        (Trace("file", "sw1", value="ip ospf passive"), r"grep -rhPs '^\s*ip\ ospf\ passive\s*$' /etc/frr "),
    ],
)
def test_what_is_configuration_is_there_while_the_node_shows_it(trace, words):
    still, asked = mended(trace, "eth1\n")
    with pytest.raises(CheckFailed, match="it is as it was"):
        still()
    gone, _ = mended(trace, "\n")
    gone()
    assert words in asked[0]
