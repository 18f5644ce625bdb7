"""Which cause has a class of its own. All others are put in by what a lab's own fault.yml says."""

from collections.abc import Callable, Mapping

from netlab.faults import addressing, filtering, routing, services, switching
from netlab.faults.change import Change, Site

CLASSES: Mapping[str, Callable[[Site], Change]] = {
    "interface-down": addressing.interface_down,
    "cable-cut": addressing.cable_cut,
    "random-loss": addressing.random_loss,
    "rate-limit": addressing.rate_limit,
    "mtu-mismatch": addressing.mtu_mismatch,
    "wrong-mask": addressing.wrong_mask,
    "wrong-gateway": addressing.wrong_gateway,
    "wrong-address": addressing.wrong_address,
    "duplicate-address": addressing.duplicate_address,
    "forwarding-off": addressing.forwarding_off,
    "return-route": addressing.return_route,
    "wrong-route": addressing.wrong_route,
    "ospf-hello": routing.ospf_hello,
    "ospf-area": routing.ospf_area,
    "ospf-auth": routing.ospf_auth,
    "ospf-passive": routing.ospf_passive,
    "ospf-network": routing.ospf_network,
    "bgp-as": routing.bgp_as,
    "bgp-max-prefix": routing.bgp_max_prefix,
    "bgp-filter": routing.bgp_filter,
    "firewall-rule": filtering.wrong_rule,
    "firewall-order": filtering.wrong_order,
    "nat-rule": filtering.wrong_rule,
    "dhcp-scope": services.dhcp_scope,
    "dhcp-exhausted": services.dhcp_exhausted,
    "dhcp-relay": services.dhcp_relay,
    "dns-record": services.dns_record,
    "dns-delegation": services.dns_delegation,
    "dns-forwarder": services.dns_forwarder,
    "ntp-skew": services.ntp_skew,
    "wrong-vlan": switching.wrong_vlan,
    "native-vlan": switching.native_vlan,
    "trunk-vlan-missing": switching.trunk_vlan_missing,
    "stp-off": switching.stp_off,
    "stp-root": switching.stp_root,
    "service-stopped": switching.service_stopped,
}
