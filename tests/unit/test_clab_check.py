"""What netlab makes of other people's topologies, what it refuses, and how it says so."""

import json
from pathlib import Path

import pytest

from netlab.clab import blueprint, reader
from netlab.clab.blueprint import Given
from netlab.errors import BadFileError
from netlab.report.paint import Paint
from netlab.report.topology import check_facts, check_text
from netlab.topology import snapshot
from netlab.topology.clabnode import NodeSpec
from netlab.topology.rules import HONOURED, REFUSED, WITHOUT_EFFECT

ROOT = Path(__file__).parents[2]
EVERYTHING = ROOT / "tests/topologies/everything/everything.clab.yml"
PLAIN = Paint(colour=False, signs=True)


@pytest.fixture
def draw(tmp_path):
    def drawn(text, given=(), accepted=(), **environment):
        path = tmp_path / "office.clab.yml"
        path.write_text(text, "utf-8")
        return blueprint.draw(reader.read(path, environment), dict(given), accepted)

    return drawn


def node(*lines, more=""):
    said = "".join(f"      {line}\n" for line in lines)
    return f"name: office\ntopology:\n  nodes:\n    r1:\n{said}    r2:\n{more}"


def links(*lines):
    return node("kind: linux", more="  links:\n" + "".join(f"    - {line}\n" for line in lines))


REFUSALS = [
    pytest.param(node("kind: nokia_srlinux"), 5, "nokia_srlinux", id="a-vendors-kind"),
    pytest.param(node("kind: ovs-bridge"), 5, "ovs-bridge", id="another-bridge"),
    pytest.param(node("ports: ['8080:80']"), 5, "r1.ports", id="ports"),
    pytest.param(node("network-mode: host"), 5, "this computer's network", id="network-of-the-host"),
    pytest.param(node("network-mode: container:r2"), 5, "another node's network", id="network-of-a-node"),
    pytest.param(node("pid-mode: host"), 5, "r1.pid-mode", id="processes-of-the-host"),
    pytest.param(node("certificate: {issue: true}"), 5, "certificates", id="certificates"),
    pytest.param(node("devices: [/dev/sda]"), 5, "/dev/sda", id="a-device"),
    pytest.param(node("sysctls:", "  kernel.panic: 1"), 6, "kernel.panic", id="a-setting-of-the-host"),
    pytest.param(node("sysctls: {net/../../x: 1}"), 5, "sysctls", id="a-setting-that-climbs"),
    pytest.param(node("sysctls: {net.ipv4.no_such: 1}"), 5, "kernel has no such setting", id="a-setting-there-is-not"),
    pytest.param(node("sysctls: {net.core.netdev_max_backlog: 9}"), 5, "the whole computer's", id="of-all-networks"),
    pytest.param(node("sysctls: {net.ipv4.conf.eth7.rp_filter: 1}"), 5, "no interface eth7", id="of-no-interface"),
    pytest.param(node("binds: [/var/run/docker.sock:/x]"), 5, "command the whole computer", id="dockers-socket"),
    pytest.param(node("binds: [/dev/kvm:/dev/kvm]"), 5, "/dev/kvm", id="a-bound-device"),
    pytest.param(node("binds: [/proc/1:/x]"), 5, "/proc/1", id="proc"),
    pytest.param(node("binds: ['/:/host']"), 5, "not a file to copy", id="the-whole-disk"),
    pytest.param(node("binds: ['nothing:/x']"), 5, "nothing is not there", id="a-bind-that-is-not-there"),
    pytest.param(node("binds: ['office.clab.yml:x']"), 5, "must start with /", id="a-relative-target"),
    pytest.param(node("binds: ['office.clab.yml:/run/x']"), 5, "made anew", id="a-bind-into-run"),
    pytest.param(node("binds: [/etc]"), 5, "not source:target", id="a-bind-without-target"),
    pytest.param(node("env-files: [nothing]"), 5, "No such file", id="an-env-file-that-is-not-there"),
    pytest.param(node("env-files: [office.clab.yml]"), 5, "line 1 is not NAME=value", id="no-env-file"),
    pytest.param(node("env: {__IMPORT_ENVS: true}"), 5, "secrets", id="the-whole-environment"),
    pytest.param(node("image: prom/prometheus"), 5, "--image prom/prometheus=PATH", id="an-image-for-another-thing"),
    pytest.param(node("exec: ['echo \"a']"), 5, "quote", id="an-open-quote"),
    pytest.param(node("shm-size: lots"), 5, "not a size", id="no-size"),
    pytest.param(node("tmpfs: {/proc: ''}"), 5, "/proc", id="a-tmpfs-over-proc"),
    pytest.param(node("hostname: a b"), 5, "a b", id="no-hostname"),
    pytest.param(node("volumes: ['d:/d']", more="      volumes: ['d:/d']\n"), 5, "shared", id="a-shared-volume"),
    pytest.param(
        node("stages: {create: {exec: [{command: 'true', target: host}]}}"), 5, "target: host", id="runs-on-the-host"
    ),
    pytest.param(
        node("stages: {create: {wait-for: [{node: r2, stage: exit}]}}"), 5, "another node's end", id="waits-for-an-end"
    ),
    pytest.param(
        node("stages: {create: {wait-for: [{node: r9, stage: healthy}]}}"), 5, "no such node", id="waits-for-nobody"
    ),
    pytest.param(
        node("stages: {create: {wait-for: [{node: r1, stage: healthy}]}}"), 3, "r1 waits for r1", id="waits-for-itself"
    ),
    pytest.param(links("endpoints: [r1:eth1, host:x]"), 8, "type host", id="brief-host-link"),
    pytest.param(links("endpoints: [r1:eth1, macvlan:eth0]"), 8, "type macvlan", id="brief-macvlan-link"),
    pytest.param(
        links("{type: mgmt-net, endpoint: {node: r1, interface: eth1}, host-interface: x}"),
        8,
        "mgmt-net",
        id="mgmt-net",
    ),
    pytest.param(
        links("{type: vxlan, endpoint: {node: r1, interface: e}, remote: 192.0.2.1, vni: 1, dst-port: 9}"),
        8,
        "vxlan",
        id="vxlan",
    ),
    pytest.param(links("{type: hose, endpoints: [r1:eth1, r2:eth1]}"), 8, "hose", id="a-type-there-is-not"),
    pytest.param(links("{type: dummy, endpoints: [r1:eth1, r2:eth1]}"), 8, "1 under endpoint", id="two-ended-dummy"),
    pytest.param(links("endpoints: [r1:eth1, r9:eth1]"), 8, "r9:eth1", id="a-node-there-is-not"),
    pytest.param(links("endpoints: [r1:ethernet-1/1/1, r2:eth1]"), 8, "ethernet-1/1/1", id="no-linux-interface"),
    pytest.param(node(more="mgmt: {ipv4-gw: 192.0.2.1}\n"), 6, "192.0.2.1 is not in", id="a-gateway-elsewhere"),
    pytest.param(node(more="mgmt: {ipv6-range: '2001:db8::/64'}\n"), 6, "2001:db8::/64", id="a-range-elsewhere"),
    pytest.param(node(more="mgmt: {ipv4-subnet: 192.0.2.0/31}\n"), 6, "too few addresses", id="too-small"),
    pytest.param(node("mgmt-ipv4: 172.20.20.1"), 5, "is taken: the gateway has it", id="the-gateways-address"),
    pytest.param(
        node("mgmt-ipv4: 172.20.20.9", more="      mgmt-ipv4: 172.20.20.9\n"),
        7,
        "is taken: r1 has it",
        id="a-taken-address",
    ),
    pytest.param(node("mgmt-ipv4: 192.0.2.9"), 5, "is not in 172.20.20.0/24", id="no-management-address"),
    pytest.param(node("mgmt-ipv6: 2001:db8::1"), 5, "2001:db8::1", id="an-address-elsewhere"),
]


@pytest.mark.parametrize(("text", "line", "words"), REFUSALS)
def test_what_cannot_be_honoured_is_named_with_its_line(draw, text, line, words):
    drawn = draw(text)
    found = [(one.line, f"{one.where}: {one.text} {one.fix}") for one in drawn.problems]
    assert any(number == line and words in said for number, said in found), found


def test_settings_of_a_nodes_own_interfaces_are_its_own(draw):
    text = links("endpoints: [r1:wan, r2:eth1]").replace(
        "kind: linux",
        "sysctls: {net.ipv4.conf.wan.rp_filter: 0, net.ipv6.conf.all.forwarding: 1, fs.mqueue.msg_max: 9}",
    )
    assert draw(text).problems == []


def test_several_are_named_at_once(draw):
    drawn = draw(node("ports: ['8080:80']", "pid-mode: host", "image: prom/prometheus"))
    error = reader.several_wrong(drawn.reading.path, drawn.problems)
    assert [f"office.clab.yml:{line}: " in error.message for line in (5, 6, 7)] == [True] * 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("name: a\ntopology:\n  nodes:\n    r{{ 1 }}:\n", ":4: this is a Go template", id="template"),
        pytest.param("name: ${A\n", ":1: this ${ is not closed", id="open-variable"),
        pytest.param(node("kidn: linux", "cpu: fast"), ":5: r1.kidn", id="a-mistyped-key"),
        pytest.param(node("kidn: linux", "cpu: fast"), ":6: r1.cpu", id="and-the-next-mistake-too"),
        pytest.param(links("endpoints: [r1, r2:eth1]"), ":8: link 1.endpoints.1: 'r1' is not an endpoint", id="no-end"),
        pytest.param(
            links("endpoints: [{node: r1, interface: e, mac: '01:00:00:00:00:01'}, r2:e]"),
            ":8: link 1.endpoints.1.mac: '01:00:00:00:00:01' is a group's (multicast) address",
            id="a-groups-mac",
        ),
        pytest.param(
            node(more="mgmt: {ipv4-subnet: 10.300.0.0/24}\n"),
            ":6: mgmt.ipv4-subnet: '10.300.0.0/24' is not a network such as 192.0.2.0/24",
            id="no-subnet",
        ),
        pytest.param("name: a\n", ":1: topology: this key is missing", id="nothing"),
        pytest.param("name: 'a b'\ntopology: {nodes: {}}\n", ":1: name", id="a-name-with-a-space"),
    ],
)
def test_what_is_no_topology_is_refused_with_file_and_line(draw, text, words):
    with pytest.raises(BadFileError) as refused:
        draw(text)
    assert words in refused.value.message


def test_what_makes_no_difference_is_named_too(draw):
    drawn = draw(node("cpu: 2", "restart-policy: always", more="debug: true\n"))
    assert [(one.line, one.where) for one in drawn.remarks] == [(5, "r1.cpu"), (6, "r1.restart-policy"), (8, "debug")]


def test_a_variable_that_nothing_fills_in_is_named_however_it_is_written(draw):
    text = node("env: {A: $NOPE, B: '${ALSO}', C: $HERE}", "exec: ['sh -c \"echo $SHELLS\"']", "# costs $1 or $MORE")
    said = [one.text for one in draw(text, HERE="x").remarks]
    assert said == [f"the variable {name} is not set (line 5); it stays as ${name}" for name in ("ALSO", "NOPE")]


def test_a_user_is_named_where_there_is_no_command_to_run(draw):
    (remark,) = draw(node("user: ann")).remarks
    assert (remark.line, remark.where) == (5, "r1.user")
    drawn = draw(node("user: ann", "cmd: sleep 9"))
    assert (drawn.remarks, drawn.topology.nodes["r1"].user) == ([], "ann")


def test_every_key_of_a_node_is_honoured_without_effect_or_refused_and_documented():
    keys = {NodeSpec.model_config["alias_generator"](name) for name in NodeSpec.model_fields}
    tables = [*HONOURED, *WITHOUT_EFFECT, *REFUSED]
    assert sorted(tables) == sorted(keys)
    text = (ROOT / "docs/topologies.md").read_text("utf-8")
    assert [key for key in sorted(keys) if f"`{key}`" not in text] == []


GROUPS = """\
name: office
topology:
  defaults: {group: pcs, env: {A: defaults, B: defaults, C: defaults, D: defaults}, exec: [one, two]}
  kinds:
    linux: {env: {B: kind, C: kind, D: kind}, exec: [two, three], image: debian}
  groups:
    pcs: {env: {C: group, D: group}, image: alpine, binds: ["office.clab.yml:/a", "office.clab.yml:/b"]}
  nodes:
    r1: {env: {D: node}, exec: [four], binds: [".:/b"]}
    r2: {group: unknown}
"""


def test_a_node_inherits_from_its_group_that_from_its_kind_and_that_from_the_defaults(draw):
    drawn = draw(GROUPS)
    r1, r2 = drawn.topology.nodes.values()
    assert r1.env == {"A": "defaults", "B": "kind", "C": "group", "D": "node"}
    assert (r1.image, r2.image) == ("alpine", "debian")
    assert r1.runs == ("one", "two", "three", "four")
    assert [(bind.target, bind.source.is_dir()) for bind in drawn.binds["r1"]] == [("/a", False), ("/b", True)]


def test_a_given_image_says_how_it_starts_and_the_topology_may_say_otherwise(draw):
    image = Given("0" * 64, ("/entry", "-x"), ("one", "two"), {"A": "image", "B": "image"}, "/srv", "ann")
    text = node("image: mine:1", "env: {B: file}", more="      {image: mine:1, cmd: three}\n")
    r1, r2 = draw(text, {"mine:1": image}).topology.nodes.values()
    assert (r1.command, r1.rootfs, r1.directory, r1.user) == ("/entry -x one two", "0" * 64, "/srv", "ann")
    assert r1.env == {"A": "image", "B": "file"}
    assert r2.command == "/entry -x three"
    r1 = draw(node("image: mine:1", "entrypoint: sleep 9"), {"mine:1": image}).topology.nodes["r1"]
    assert r1.command == "sleep 9"  # as with Docker, an entrypoint takes the image's command away


def test_nodes_boot_in_waves_and_run_their_commands_in_turn(draw):
    wait = "stages: {create: {wait-for: [{node: r2, stage: healthy}]}}"
    r1, r2 = draw(node(wait)).topology.nodes.values()
    assert (r1.wave, r1.turn) == (1, 1)
    assert (r2.wave, r2.turn) == (0, 0)
    assert draw(node("startup-delay: 5")).topology.nodes["r1"].wave == 1


def test_everything_is_shown_as_a_person_reads_it(golden, monkeypatch):
    monkeypatch.chdir(ROOT)
    drawn = blueprint.draw(reader.read(EVERYTHING.relative_to(ROOT), {}), {})
    golden("topology-check.txt", check_text(drawn, PLAIN, skip=False) + "\n")


def test_everything_that_is_in_the_way_is_shown_as_a_person_reads_it(golden, draw, tmp_path):
    text = node("ports: ['80:80']", "cpu: 1", more="  links:\n    - endpoints: [r1:eth1, host:x]\n")
    for name, skip in (("refused", False), ("skipped", True)):
        said = check_text(draw(text), PLAIN, skip=skip).replace(f"{tmp_path}/", "")
        golden(f"topology-check-{name}.txt", said + "\n")


def test_as_json_it_says_the_same(draw):
    facts = check_facts(draw(node("ports: ['80:80']", "image: alpine")), skip=False)
    assert not facts["ok"]
    assert facts["stand_ins"] == {"alpine": ["r1"], "": ["r2"]}
    assert [(one["line"], one["where"], one["optional"]) for one in facts["problems"]] == [(5, "r1.ports", True)]
    assert check_facts(draw(node("ports: ['80:80']")), skip=True)["ok"]
    json.dumps(facts)


def test_a_topology_comes_back_from_json_as_it_was():
    topology = blueprint.draw(reader.read(EVERYTHING, {}), {}).topology
    assert snapshot.load(json.loads(json.dumps(snapshot.dump(topology)))) == topology
