"""Faults of switches and services. Open vSwitch keeps its configuration in a database, so these are commands.

After each, the databases of all switches are compacted: the log in one would tell what the last command was
(ovsdb-server(1)), and the lack of a log in just one, where to look.
"""

from netlab.command import Command
from netlab.faults.change import Change, FaultError, Site, Trace

_FORGET = "[ ! -S /run/openvswitch/db.sock ] || ovs-appctl -t ovsdb-server ovsdb-server/compact"
# A running Open vSwitch floods to no port that RSTP was taken from (its issue 227); after a restart it does.
_FLOOD = """for port in $(ovs-vsctl list-ifaces {0}); do
ovs-ofctl mod-port {0} $port no-flood; ovs-ofctl mod-port {0} $port flood; done"""


def _set(site: Site, record: tuple[str, str], wrong: str, right: str, *more: str) -> Change:
    """`more`: a script that the wrong setting wants before it is as after a restart."""

    def commands(setting: str, *scripts: str) -> list[Command]:
        first = Command(site.node, ("ovs-vsctl", "--no-syslog", "set", *record, setting))
        then = [(site.node, one) for one in scripts] + [(node, _FORGET) for node in _alike(site)]
        return [first, *(Command(node, ("sh", "-c", script)) for node, script in then)]

    trace = Trace("switch", site.node, " ".join(record), wrong)
    return Change(commands=commands(wrong, *more), undo=commands(right), traces=[trace])


def _alike(site: Site) -> list[str]:
    return [name for name, node in site.topology.nodes.items() if node.role == "switch" or name == site.node]


def wrong_vlan(site: Site) -> Change:
    """`vlan`: the wrong one; `right`: the right one."""
    return _set(site, ("port", site.card), f"tag={int(site.ask('vlan'))}", f"tag={int(site.ask('right'))}")


def native_vlan(site: Site) -> Change:
    """`vlan` and `right`, of a trunk whose frames without a tag belong to that VLAN."""
    return wrong_vlan(site)


def trunk_vlan_missing(site: Site) -> Change:
    """`vlans`: those that the trunk carries; `missing`: the one that it does not."""
    vlans, missing = [int(one) for one in site.ask("vlans")], int(site.ask("missing"))
    if missing not in vlans or len(vlans) == 1:
        raise FaultError(f"VLAN {missing} must be one of several in `vlans`")
    left = ",".join(str(one) for one in vlans if one != missing)
    return _set(site, ("port", site.card), f"trunks={left}", f"trunks={','.join(map(str, vlans))}")


def _bridge(site: Site) -> str:
    return str(site.given.get("bridge", "br0"))


def stp_off(site: Site) -> Change:
    """`bridge`: br0 unless told; it forwards everything at once, loops too."""
    bridge = _bridge(site)
    return _set(site, ("bridge", bridge), "rstp_enable=false", "rstp_enable=true", _FLOOD.format(bridge))


def stp_root(site: Site) -> Change:
    """`priority`: 0 unless told, which beats every other (IEEE 802.1D-2004, 9.2.5); `right`: 32768 unless told."""
    wrong, right = int(site.given.get("priority", 0)), int(site.given.get("right", 32768))
    setting = "other_config:rstp-priority={}"
    return _set(site, ("bridge", _bridge(site)), setting.format(wrong), setting.format(right))


def service_stopped(site: Site) -> Change:
    """`service`: it no longer starts with its machine."""
    unit = str(site.ask("service")).removesuffix(".service")
    return Change(units=frozenset({(site.node, unit)}))
