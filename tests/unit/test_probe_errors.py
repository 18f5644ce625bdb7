"""A probe that cannot send is our error: never an answer, and never the learner's fault."""

from ipaddress import ip_address

import pytest

from netlab.probe.failure import CannotLookError
from netlab.probe.names import ask
from netlab.probe.ntp import ask_time
from netlab.probe.reach import Means, reach
from netlab.probe.snmp import ask_agent
from netlab.probe.trace import trace
from netlab.probe.web import fetch

GONE = "/proc/0/ns/net"  # of a node that has ended
SRV = ip_address("192.0.2.1")


@pytest.mark.parametrize(
    "look",
    [
        lambda: reach(GONE, "pc1", SRV, Means("ping"), 1),
        lambda: reach(GONE, "pc1", SRV, Means("tcp", 80), 1),
        lambda: trace(GONE, "pc1", SRV),
        lambda: ask(GONE, "pc1", server=SRV, name="www.example"),
        lambda: ask(GONE, "pc1", server=SRV, name="example", kind="AXFR"),
        lambda: fetch(GONE, "pc1", to=SRV, host="www.example", tls=True),
        lambda: ask_time(GONE, "pc1", SRV),
        lambda: ask_agent(GONE, "pc1", SRV, ("1.3.6.1.2.1.1.5.0",), "public"),
    ],
    ids=["ping", "tcp", "trace", "dns", "dns by tcp", "web", "ntp", "snmp"],
)
def test_a_probe_on_a_node_that_is_gone_is_an_error(look):
    with pytest.raises(CannotLookError, match="netlab cannot send packets from pc1"):
        look()
