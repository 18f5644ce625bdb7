"""Many labs at once with the same addresses: each sees itself only, and nothing of them is left."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from contract import deployed
from harness import Netlab, assert_nothing_left, host_links, mounts_below
from pair import WORD_FILE, pair, whole

pytestmark = pytest.mark.native
WANTED = 50
BUDGET = 30  # seconds to begin new ones in: slow machines carry fewer
FEWEST = 4
READ = "import socket; s = socket.create_connection(('192.0.2.1', 7), 10); print(s.recv(99).decode(), end='')"
SERVE = f"while :; do nc -l -p 7 -q 0 <{WORD_FILE}; done"


def test_fifty_labs_with_the_same_addresses_do_not_meet(image, tmp_path, monkeypatch):
    monkeypatch.setenv("NETLAB_HOME", str(tmp_path))
    links, begun, late = host_links(), time.monotonic(), threading.Event()

    def bring_up(number):
        if time.monotonic() - begun > BUDGET:
            late.set()
            return None
        word = f"{number}-{os.urandom(8).hex()}"
        runtime = pair(image["path"], tmp_path / str(number), word)
        ending.enter_context(deployed(runtime))
        runtime.exec("pc1", ["sh", "-c", f"({SERVE}) >/dev/null 2>&1 &"])
        return runtime, word

    def look(lab):
        runtime, word = lab
        whole(runtime, word)
        assert runtime.exec("pc2", ["python3", "-c", READ]).stdout == f"{word} on pc1\n"
        links_there = runtime.exec("pc2", ["ls", "/sys/class/net"]).stdout.split()
        assert links_there == ["eth0", "eth1", "lo"]

    with ExitStack() as ending, ThreadPoolExecutor(os.cpu_count() * 2) as pool:
        labs = [lab for lab in pool.map(bring_up, range(WANTED)) if lab]
        assert len(labs) == WANTED or (late.is_set() and len(labs) >= FEWEST)
        list(pool.map(look, labs))
        assert host_links() == links
        list(pool.map(lambda lab: lab[0].destroy(), labs))
    assert not list(tmp_path.glob("*/pod"))
    assert not mounts_below(tmp_path)
    assert_nothing_left(Netlab(tmp_path))
