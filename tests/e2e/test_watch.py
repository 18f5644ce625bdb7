"""A learner at work with `netlab watch` beside: it sees what they do, says when it is done, leaves nothing behind."""

import contextlib
import json
import queue
import signal
import threading
import time
from pathlib import Path

import pytest
from harness import LAB, wait_for

from netlab.errors import ExitCode

pytestmark = pytest.mark.native


@pytest.fixture
def running(netlab):
    assert netlab("start", LAB).code == 0
    return netlab


class Lines:
    """The lines of a running command as they come, none of them waited for without end."""

    def __init__(self, stream):
        self._queue = queue.Queue()
        threading.Thread(target=self._read, args=(stream,), daemon=True).start()

    def _read(self, stream):
        with contextlib.suppress(ValueError):  # closed meanwhile
            for line in stream:
                self._queue.put(line)

    def next(self):
        return self._queue.get(timeout=60)

    def until(self, condition):
        while not condition(line := self.next()):
            pass
        return line

    def rest(self):
        found = []
        with contextlib.suppress(queue.Empty):
            while True:
                found.append(self._queue.get(timeout=1))
        return found


class Watch:
    """`netlab watch`, while the block lasts."""

    def __init__(self, user, *options):
        self.process = user.begin("watch", *options)
        self.out, self.err = Lines(self.process.stdout), Lines(self.process.stderr)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def document(self):
        return json.loads(self.out.next())

    def until(self, condition):
        return json.loads(self.out.until(lambda line: condition(json.loads(line))))

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)


def verdicts(document):
    return {check["id"]: check["verdict"] for check in document["checks"]}


def graders(user):
    """The grading processes of that user which still run."""
    with contextlib.suppress(OSError):
        return [pid for pid in user.processes() if b"netlab.grading" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    return ["some ended while they were looked at"]


def test_it_ends_when_all_passes_that_needs_no_power_cut(running):
    with Watch(running, "--plain") as watch:
        assert watch.out.next().rstrip().endswith("0 / 60")
        assert running("author", "apply", "solution").code == 0
        watch.out.until(lambda line: "PASS     The label printer is always given its own address" in line)
        watch.out.until(lambda line: line.startswith("Done: everything that can be seen without a power cut passes."))
        assert watch.process.wait(30) == 0
    wait_for(lambda: not graders(running), "the watcher has ended")


def test_each_change_of_the_learners_is_seen(running):
    with Watch(running, "--json") as watch:
        assert set(verdicts(watch.document()).values()) == {"fail", "skipped"}
        assert running("author", "apply", "solution").code == 0
        seen = watch.until(lambda seen: seen["done"])
        assert verdicts(seen)["printer_reserved"] == "pass"
        assert verdicts(seen)["services_enabled"] == "skipped", "no power is cut"


def test_an_answer_is_a_change(netlab, checkout):
    assert netlab("start", "two-offices", "--catalog", checkout / "tests/catalogue").code == 0
    with Watch(netlab, "--json") as watch:
        assert verdicts(watch.document())["usable"] == "fail"
        assert netlab("answer", "usable", "62").code == 0
        watch.until(lambda seen: verdicts(seen)["usable"] == "pass")


def test_by_file_by_address_and_by_service(running):
    assert running("author", "apply", "solution").code == 0
    with Watch(running, "--json", "--keep-on") as watch:
        watch.until(lambda seen: seen["done"])
        longer = "sed -i '/^dhcp-range/s/m$/7m/' /etc/dnsmasq.d/rooms.conf"
        assert running.node("srv1", f"{longer}; systemctl restart dnsmasq").code == 0
        watch.until(lambda seen: verdicts(seen)["reception_lease_time"] == "fail")
        running.node("r1", "ip link set eth1 down")
        watch.until(lambda seen: verdicts(seen)["reception_offer"] == "fail")
        running.node("srv1", "systemctl stop dnsmasq")
        watch.until(lambda seen: verdicts(seen)["one_server"] == "fail")


def test_while_nothing_changes_nothing_is_checked(running):
    with Watch(running, "--json") as watch:
        watch.document()
        time.sleep(3)  # what came up late has had its extra round by now
        before = time.time()
        time.sleep(3)  # nothing must come in this time
        assert watch.interrupt() == ExitCode.INTERRUPTED
        assert [row for row in map(json.loads, watch.out.rest()) if row["at"] > before] == []


def test_a_node_that_is_switched_off_is_waited_for(running):
    with Watch(running, "--plain", "--keep-on") as watch:
        assert watch.out.next().rstrip().endswith("0 / 60")
        running.node("pc1", "setsid sh -c 'while :; do sleep 60 & done' >/dev/null 2>&1 &")
        watch.err.until(lambda line: line == "Not running: pc1. Boot with `netlab restart pc1`.\n")
        assert running("restart", "pc1", "--yes").code == 0
        assert running("author", "apply", "solution").code == 0
        watch.out.until(lambda line: "The label printer" in line)
        assert watch.interrupt() == ExitCode.INTERRUPTED


def test_it_ends_with_its_lab(running):
    with Watch(running, "--plain") as watch:
        assert watch.out.next()
        assert running("stop").code == 0
        watch.err.until(lambda line: line == f"netlab: {LAB} was stopped.\n")
        assert watch.process.wait(30) == ExitCode.WRONG_STATE
        wait_for(lambda: not graders(running), "the watcher has ended")


def test_interrupted_it_leaves_nothing_behind(running):
    with Watch(running) as watch:
        assert watch.out.next()
        assert watch.interrupt() == ExitCode.INTERRUPTED
    wait_for(lambda: not graders(running), "the watcher has ended")
    assert running("grade", "--json").code == ExitCode.BELOW_PASS_MARK
