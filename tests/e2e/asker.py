"""Run in a lab's management network, as the grader is: ask a matrix, or a probe, and print what it says as JSON."""

import dataclasses
import json
import sys
from ipaddress import ip_address
from pathlib import Path

from netlab.grading.job import NodeFacts
from netlab.grading.judge import CheckFailed, Expect
from netlab.grading.matrix import Matrix
from netlab.grading.probe import Probe
from netlab.probe import facts
from netlab.probe.evidence import Recorder
from netlab.probe.failure import CannotLookError
from netlab.probe.snmp import SnmpUser
from netlab.probe.trace import trace

asked = json.loads(sys.stdin.readline())


def plain(value):
    """Dataclasses, and dataclasses in lists and mappings, as JSON has them; bytes as hex digits."""
    if dataclasses.is_dataclass(value):
        value = dataclasses.asdict(value)
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value.hex() if isinstance(value, bytes) else value


nodes = {name: NodeFacts(name, "", pid) for name, pid in asked["nodes"].items()}
places = {name: ip_address(text) for name, text in asked.get("places", {}).items()}
recorder = Recorder()
if "probe" in asked:
    node, method, arguments, options = asked["probe"]
    if isinstance(options.get("who"), dict):
        options["who"] = SnmpUser(**options["who"])
    found = getattr(Probe(nodes[node], recorder), method)(*arguments, **options)
    print(json.dumps({"found": plain(found), "entries": recorder.now.entries}, default=str))
elif "timeline" in asked:
    source, to, every, again = asked["timeline"]
    with Probe(nodes[source], recorder).timeline(to, every) as timeline:
        print("watching", flush=True)
        sys.stdin.readline()
        if again:
            timeline.answered_again(20)
    seen = dataclasses.asdict(timeline.watch) | {"words": timeline.watch.words, "loss": timeline.watch.loss}
    print(json.dumps({"watch": seen, "entries": recorder.now.entries}))
elif "heard" in asked:
    node, interface, kind, word, count, patience = asked["heard"]
    found = Probe(nodes[node], recorder).heard(
        interface,
        getattr(facts, kind),
        where=lambda one: bytes.fromhex(word) in one.data,
        enough=lambda all_of_them: len(all_of_them) >= count,
        patience=patience,
        ask=Path(asked["ready"]).touch,
    )
    print(json.dumps({"found": plain(found), "entries": recorder.now.entries}, default=str))
elif "dhcp6" in asked:
    node, interface, many = asked["dhcp6"]
    probe = Probe(nodes[node], recorder)
    macs = [f"02:00:5e:00:53:{number:02x}" for number in range(many)]
    with probe.wire(interface) as wire:
        client = probe.dhcp6(wire)
        leases = client.lease(macs)
        more = client.solicit(set(macs) - set(leases))
        client.release()
        again = client.lease(macs)
        client.release()
        information = client.information(macs[0])
    told = {"leases": leases, "more": more, "again": again, "information": information}
    told = {name: plain(value) for name, value in told.items()}
    print(json.dumps({**told, "frames": len(recorder.now.frames)}, default=str))
elif "trace" in asked:
    source, to = asked["trace"]
    print(json.dumps([hop and str(hop) for hop in trace(nodes[source].netns, source, ip_address(to))]))
else:
    try:
        Matrix(lambda: nodes, recorder, Expect(recorder))(places, *asked["lines"], **asked["options"])
        said = "right"
    except CheckFailed as failed:
        said = failed.observed
    except CannotLookError as unshown:
        said = f"error: {unshown.message}"
    print(json.dumps({"said": said, "entries": recorder.now.entries, "frames": len(recorder.now.frames)}))
