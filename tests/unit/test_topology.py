"""A containerlab topology as netlab understands it, and what it refuses."""

from ipaddress import IPv4Interface, IPv4Network

import pytest

from netlab import yamlfile
from netlab.errors import BadFileError
from netlab.topology import Endpoint, TopologyFile

THREE_LAYERS = """\
name: office
topology:
  defaults:
    image: from-defaults
    cmd: /sbin/default
    labels: {netlab.role: pc, site: defaults}
    env: {A: defaults, B: defaults, C: defaults}
    sysctls: {net.ipv4.ip_forward: 0}
  kinds:
    linux:
      image: from-kind
      labels: {site: kind}
      env: {B: kind, C: kind}
  nodes:
    r1:
      image: from-node
      labels: {netlab.role: router, netlab.about: joins the rooms}
      env: {C: node}
      sysctls: {net.ipv4.ip_forward: 1}
    pc1:
    pc2: {}
  links:
    - endpoints: ["r1:eth2", "pc2:eth1"]
    - endpoints: ["r1:eth1", "pc1:eth1"]
"""


@pytest.fixture
def read(tmp_path):
    def topology(text):
        path = tmp_path / "office.clab.yml"
        path.write_text(text, "utf-8")
        return yamlfile.load(path, TopologyFile).resolve()

    return topology


@pytest.mark.parametrize(
    ("node", "fact", "value"),
    [
        ("r1", "image", "from-node"),
        ("pc1", "image", "from-kind"),
        ("r1", "command", "/sbin/default"),
        ("r1", "env", {"A": "defaults", "B": "kind", "C": "node"}),
        ("pc2", "env", {"A": "defaults", "B": "kind", "C": "kind"}),
        ("r1", "role", "router"),
        ("pc1", "role", "pc"),
        ("r1", "about", "joins the rooms"),
        ("pc1", "about", ""),
        ("r1", "sysctls", {"net.ipv4.ip_forward": "1"}),
        ("pc1", "sysctls", {"net.ipv4.ip_forward": "0"}),
    ],
)
def test_a_node_overrides_its_kind_and_that_the_defaults(read, node, fact, value):
    assert getattr(read(THREE_LAYERS).nodes[node], fact) == value


def test_labels_of_all_layers_come_together(read):
    labels = read(THREE_LAYERS).nodes["r1"].labels
    assert labels == {"netlab.role": "router", "netlab.about": "joins the rooms", "site": "kind"}


def test_interfaces_are_in_the_order_of_the_links(read):
    topology = read(THREE_LAYERS)
    assert topology.interfaces("r1") == ["eth2", "eth1"]
    assert topology.interfaces("pc1") == ["eth1"]


def test_neighbours_are_what_the_cables_lead_to(read):
    neighbours = read(THREE_LAYERS).neighbours("r1")
    assert neighbours == [("eth1", Endpoint("pc1", "eth1")), ("eth2", Endpoint("pc2", "eth1"))]


def test_management_addresses_are_given_out_in_order_after_the_bridge(read):
    addresses = [node.mgmt for node in read(THREE_LAYERS).nodes.values()]
    assert addresses == [IPv4Interface(f"172.20.20.{host}/24") for host in (2, 3, 4)]


def test_the_file_may_choose_the_management_subnet(read):
    topology = read("mgmt: {ipv4-subnet: 192.0.2.0/28}\n" + THREE_LAYERS)
    assert topology.mgmt == IPv4Network("192.0.2.0/28")
    assert topology.nodes["r1"].mgmt == IPv4Interface("192.0.2.2/28")


def test_a_node_may_have_the_management_address_it_asks_for(read):
    topology = read("name: a\ntopology:\n  nodes:\n    r1: {mgmt-ipv4: 172.20.20.77}\n")
    assert topology.nodes["r1"].mgmt == IPv4Interface("172.20.20.77/24")


def test_no_address_is_given_out_that_another_node_asks_for(read):
    topology = read("name: a\ntopology:\n  nodes:\n    r1:\n    r2: {mgmt-ipv4: 172.20.20.2}\n")
    assert len({node.mgmt for node in topology.nodes.values()}) == 2


def _two_nodes(rest, name="office"):
    return f"name: {name}\ntopology:\n  nodes:\n    r1:\n    pc1:\n{rest}"


def _node(rest):
    return f"name: office\ntopology:\n  nodes:\n    r1:\n      {rest}\n"


def _links(*ends):
    return _two_nodes("  links:\n" + "".join(f"    - endpoints: [{end}]\n" for end in ends))


@pytest.mark.parametrize(
    ("text", "line", "named"),
    [
        pytest.param(_node("kind: nokia_srlinux"), 5, "linux", id="another-kind"),
        pytest.param(_node("startup-config: r1.cfg"), 5, "startup-config", id="an-option-it-cannot-honour"),
        pytest.param(_node("binds: [/etc:/etc]"), 5, "binds", id="a-folder-of-the-host"),
        pytest.param(_node("mgmt-ipv4: nonsense"), 5, "mgmt-ipv4", id="no-address"),
        pytest.param(_two_nodes("", name="Office"), 1, "name", id="capital-letters-in-the-name"),
        pytest.param(_two_nodes("    R-2:\n"), 6, "R-2", id="capital-letters-in-a-node"),
        pytest.param(_two_nodes("  kinds: {srl: {}}\n"), 6, "srl", id="settings-of-another-kind"),
        pytest.param("name: office\ntopology:\n  nodes: {}\n", 3, "nodes", id="no-nodes"),
        pytest.param("name: office\n", 1, "topology", id="no-topology"),
        pytest.param(_two_nodes("mgmt:\n  ipv4-subnet: 300.0.0.0/8\n"), 7, "subnet", id="no-subnet"),
        pytest.param(_links('"r1:eth1", pc1'), 7, "'pc1'", id="a-link-end-without-interface"),
        pytest.param(_links('"r1:eth1", "pc1:e th1"'), 7, "'pc1:e th1'", id="a-space-in-an-interface"),
        pytest.param(_links(f'"r1:{"x" * 16}", "pc1:eth1"'), 7, "x" * 16, id="an-interface-too-long"),
        pytest.param(_links('"r1:eth1"'), 7, "endpoints", id="a-link-with-one-end"),
    ],
)
def test_what_cannot_be_honoured_is_refused_at_its_line(read, text, line, named):
    with pytest.raises(BadFileError) as refused:
        read(text)
    assert f"office.clab.yml:{line}: " in refused.value.message
    assert named in refused.value.message


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param(_links('"r1:eth1", "sw9:eth1"'), "sw9:eth1 names a node", id="unknown-node"),
        pytest.param(_links('"r1:eth1", "r1:eth1"'), "r1:eth1 is taken", id="a-cable-into-itself"),
        pytest.param(_links('"r1:eth0", "pc1:eth1"'), "r1:eth0 is taken", id="management-port"),
        pytest.param(_links('"r1:eth1", "pc1:eth1"', '"r1:eth1", "pc1:eth2"'), "r1:eth1 is taken", id="used-twice"),
        pytest.param(_node("mgmt-ipv4: 198.51.100.7"), "198.51.100.7", id="address-outside-the-subnet"),
    ],
)
def test_what_does_not_fit_together_is_refused_by_name(read, text, reason):
    with pytest.raises(BadFileError, match=f"office.clab.yml:.*{reason}"):
        read(text)
