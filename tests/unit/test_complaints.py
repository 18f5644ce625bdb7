"""Nobody who edits a lab or a topology reads a sentence of pydantic's."""

import re

import pytest
import yaml

from netlab import yamlfile
from netlab.errors import BadFileError
from netlab.lab import Lab
from netlab.topology import TopologyFile

PYDANTIC = re.compile(r"\b(Input|Value error|String|Tuple|List|Dict|dictionary|valid|match pattern|function)\b")
NODES = "name: a\ntopology:\n  nodes:\n    r1:\n    r2:\n"


@pytest.fixture
def told(tmp_path):
    def complaint(text, model):
        path = tmp_path / "file.yml"
        path.write_text(text, "utf-8")
        with pytest.raises(BadFileError) as wrong:
            yamlfile.load(path, model)
        return wrong.value.message.removeprefix(f"{path}:")

    return complaint


LAB = [
    ("slug", "DHCP", "'DHCP' is not a name such as dhcp-basics: small letters, digits and -"),
    ("slug", "a\n", "is not a name such as dhcp-basics"),
    ("title", "x", "this must have at least 3 characters"),
    ("title", "x" * 81, "this may have at most 80 characters"),
    ("title", 5, "this must be text; put a number or a date in quotes"),
    ("version", "one", "'one' is not a version such as 1.0, in quotes"),
    ("level", "easy", "this must be 'beginner', 'intermediate' or 'advanced'"),
    ("minutes", 1, "this must be 5 or more"),
    ("minutes", 481, "this must be 480 or less"),
    ("minutes", 5.5, "this must be a whole number"),
    ("points", 0, "this must be more than 0"),
    ("points", "many", "this must be a number"),
    ("link_control", "perhaps", "this must be true or false"),
    ("duties", [], "this list must have at least 1, and has 0"),
    ("keep", {"r1": ["etc/hosts"]}, "'etc/hosts' is not a path that begins with /"),
    ("keep", ["r1"], "this must be keys with values"),
    ("enable", {"r1": ["a b"]}, "'a b' is not the name of a service such as frr"),
    ("network", ["lan", "wan"], "there is no parameter 'wan'"),
    ("parameters", {"lan": {"within": []}}, "the key 'draw' is missing"),
    ("parameters", {"lan": {"draw": "sub"}}, "there is no 'draw' called 'sub', only 'choice', 'integer'"),
    ("parameters", {"lan": {"draw": "subnet", "within": ["192.0.2.1/24"], "prefix": 28}}, "an IPv4 network such as"),
    ("parameters", {"m": {"draw": "mac", "prefix": "02-6e"}}, "'02-6e' is not the first half of a MAC address"),
    ("parameters", {"n": {"draw": "integer", "low": 9, "high": 1}}, "low is 9, but high only 1"),
]


@pytest.mark.parametrize(("key", "value", "reason"), LAB)
def test_a_value_that_a_lab_cannot_have_is_told_in_our_words(told, checkout, key, value, reason):
    data = yaml.safe_load((checkout / "labs/dhcp-basics/lab.yml").read_text("utf-8"))
    data = data | {"parameters": {"lan": {"draw": "mac"}}, "network": ["lan"]} | {key: value}
    said = told(yaml.safe_dump(data, sort_keys=False), Lab)
    assert reason in said
    assert re.match(rf"\d+: {key}", said)
    assert not PYDANTIC.search(said)


def link(text):
    return f"{NODES}  links:\n    - {text}\n"


TOPOLOGY = [
    (link("{endpoints: [r1:eth1, r2:eth1], ipv4: [192.0.2.1/24, 192.0.2.2/24, 192.0.2.3/24]}"),
     "7: topology.links.0.ipv4: this list may have at most 2, and has 3"),
    (link("{endpoints: [r1:eth1, r2:eth1], ipv4: [192.0.2.1.1, 192.0.2.2/24]}"),
     "7: topology.links.0.ipv4.0: this must be an IPv4 address and prefix length such as 192.0.2.1/24"),
    (link("{endpoints: [r1:eth1, r2:eth1], mtu: 9}"), "7: topology.links.0.mtu: this must be 68 or more"),
    (NODES.replace("name: a", "name: a b"), "1: name: 'a b' is not a name: letters"),
    (NODES.replace("    r1:", "    r 1:"), "4: topology.nodes.r 1: 'r 1' is not a name: letters"),
    (f"{NODES}mgmt: {{ipv4-subnet: here}}\n", "6: mgmt.ipv4-subnet: 'here' is not a network such as"),
    (f"{NODES}      mgmt-ipv4: 192.0.2\n", "6: topology.nodes.r2.mgmt-ipv4: this must be an IPv4 address such as"),
    (f"{NODES}      stages: {{create: {{exec: [{{cmd: x}}]}}}}\n", "6: topology.nodes.r2.stages.create.exec"),
    (f"{NODES}      stages: {{begin: {{}}}}\n", "6: topology.nodes.r2.stages.begin: this must be 'create'"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), TOPOLOGY)
def test_a_value_that_a_topology_cannot_have_is_told_in_our_words(told, text, said):
    assert told(text, TopologyFile).startswith(said)
    assert not PYDANTIC.search(told(text, TopologyFile))
