"""The smallest network: two nodes and a cable, each with a word of its own. Many fit side by side, quickly killed too.

`python pair.py VERB ROOTFS FOLDER WORD` does VERB to it as a command would, saying when it begins and ends.
"""

import sys
from pathlib import Path

from netlab.runtime.base import Deployment
from netlab.runtime.native.runtime import NativeRuntime
from netlab.topology import TopologyFile

NODES = ["pc1", "pc2"]
WORD_FILE = "/etc/kept/word"
TOPOLOGY = {
    "name": "pair",
    "topology": {"nodes": {name: {} for name in NODES}, "links": [{"endpoints": ["pc1:eth1", "pc2:eth1"]}]},
}
INTERFACES = "auto eth1\niface eth1 inet static\n    address 192.0.2.{}/24\n"


def pair(rootfs, folder, word):
    """The same addresses every time; `word` is in a kept file of both nodes."""
    for number, node in enumerate(NODES, 1):
        etc = Path(folder) / "start" / node / "etc"
        for name in ("network", "kept"):
            (etc / name).mkdir(parents=True, exist_ok=True)
        (etc / "network/interfaces").write_text(INTERFACES.format(number))
        (etc / "kept/word").write_text(f"{word} on {node}\n")
    topology = TopologyFile.model_validate(TOPOLOGY).resolve()
    keep = {name: ["/etc/kept/*"] for name in NODES}
    return NativeRuntime(Deployment("pair", Path(folder) / "pod", topology, Path(rootfs), Path(folder) / "start", keep))


def do(runtime, verb):
    """Deploy, restart (all nodes), revive (the same, of a pod that is gone) or destroy."""
    if verb == "deploy":
        runtime.deploy(lambda _: None)
    elif verb == "destroy":
        runtime.destroy()
    else:
        runtime.restart(NODES, lambda _: None)


def whole(runtime, word):
    """Both nodes run, have their own kept file, and the cable joins them."""
    for node in NODES:
        assert runtime.exec(node, ["cat", WORD_FILE]).stdout == f"{word} on {node}\n"
    done = runtime.exec("pc1", ["ping", "-c", "1", "-W", "5", "192.0.2.2"])
    assert done.ok, done


if __name__ == "__main__":
    verb, *where = sys.argv[1:]
    it = pair(*where)
    sys.stdout.write("begins\n")
    sys.stdout.flush()
    do(it, verb)
    sys.stdout.write("ends\n")
