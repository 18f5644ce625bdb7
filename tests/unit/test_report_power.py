"""What a learner is told before and after grading cuts the power."""

import pytest

from netlab.report.power import after_text, before_text, next_steps
from netlab.result import Gone

DNSMASQ = Gone("srv1", "dnsmasq", enabled=False)
RELAY = Gone("r1", "isc-dhcp-relay", enabled=True)


@pytest.mark.parametrize(
    ("nodes", "named"), [(("srv1",), "srv1:"), (("srv1", "r1"), "srv1 and r1:"), (("a", "b", "c"), "a, b and c:")]
)
def test_before_the_cut_its_nodes_and_what_it_costs_are_named(nodes, named):
    assert named in before_text(nodes)
    assert "not saved or enabled there is lost now" in before_text(nodes)


def test_after_the_cut_what_is_gone_is_named():
    assert after_text(("srv1", "r1"), [DNSMASQ, RELAY]).endswith(
        "srv1 and r1 were restarted; what was not saved or enabled is gone: dnsmasq on srv1, isc-dhcp-relay on r1."
    )
    assert after_text(("srv1",), []).endswith("srv1 was restarted; all services that ran before run again.")


def test_a_service_that_is_down_comes_with_its_reason_and_the_next_step():
    assert next_steps([DNSMASQ, RELAY]) == [
        "dnsmasq does not run on srv1 now: it was not enabled.",
        "    netlab connect srv1     then     systemctl enable --now dnsmasq",
        "isc-dhcp-relay does not run on r1 now: it is enabled, but did not start.",
        "    netlab connect r1     then     systemctl status isc-dhcp-relay",
    ]
