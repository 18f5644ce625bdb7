"""A device asked over SSH: what it says, and what counts as not having been asked at all."""

import threading
from types import SimpleNamespace

import pytest
from netmiko.exceptions import NetmikoAuthenticationException, NetmikoTimeoutException, ReadTimeout

from netlab.grading.job import Job, NodeFacts
from netlab.grading.toolbox import Toolbox
from netlab.probe import device
from netlab.probe.device import Device, split_exit_code
from netlab.probe.evidence import Recorder
from netlab.probe.failure import CannotLookError


@pytest.fixture
def srv1(monkeypatch):
    """`srv1(ANSWER, …)`: a device whose session gives these answers, or raises them, one after the other."""

    def make(*answers):
        left = list(answers)

        def answer(*_, **__):
            now = left.pop(0)
            if isinstance(now, Exception):
                raise now
            return now

        session = SimpleNamespace(send_command=answer, disconnect=lambda: None)
        monkeypatch.setattr(device, "Shell", lambda **_: session)
        return Device("srv1", "192.0.2.1", "key", Recorder())

    return make


@pytest.mark.parametrize(
    ("said", "output", "code"),
    [
        ("netlab-exit-code:0", "", 0),
        ("a\nb\nnetlab-exit-code:2", "a\nb", 2),
        ("no newlinenetlab-exit-code:0", "no newline", 0),
        ("cut off", "cut off", -1),
        ("7 cut off", "7 cut off", -1),
        ("up\nnetlab-exit-code:0\nroot@r1:~# ", "up", 0),
        ("netlab-exit-code:0\nnetlab-exit-code:1\n", "netlab-exit-code:0", 1),
    ],
)
def test_the_exit_code_is_told_apart_from_what_was_printed(said, output, code):
    assert split_exit_code(said) == (output, code)


def test_a_command_that_fails_by_itself_is_no_error_of_ours(srv1):
    assert srv1("ls: cannot access 'x'\nnetlab-exit-code:2").run("ls x") == "ls: cannot access 'x'"


@pytest.mark.parametrize(("code", "words"), [(127, "is missing"), (126, "cannot be run")])
def test_a_program_that_is_not_there_is_an_error_with_a_way_out(srv1, code, words):
    with pytest.raises(CannotLookError, match=f"the program ss {words} on srv1") as error:
        srv1(f"-bash: ss: command not found\nnetlab-exit-code:{code}").run("ss -Hlunp")
    assert "netlab restart srv1" in error.value.next_step


def test_a_session_that_hangs_is_told_calmly_and_the_next_check_gets_a_new_one(srv1):
    node = srv1(ReadTimeout("Pattern not detected: 'root@srv1' in output."), "ok\nnetlab-exit-code:0")
    with pytest.raises(CannotLookError) as error:
        node.run("ss -Hlunp")
    assert "Pattern" not in error.value.message + error.value.next_step
    assert "Pattern" in str(error.value.__cause__)
    assert node.run("true") == "ok"


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (NetmikoAuthenticationException("Authentication to device failed."), "srv1 refuses netlab's login"),
        (NetmikoTimeoutException("TCP connection to device failed."), "nobody answers at srv1's login"),
        (OSError("No route to host"), "nobody answers at srv1's login"),
    ],
)
def test_a_login_that_fails_is_one_plain_sentence(srv1, monkeypatch, refusal, words):
    node = srv1()

    def refuse(**_):
        raise refusal

    monkeypatch.setattr(device, "Shell", refuse)
    with pytest.raises(CannotLookError, match=words):
        node.run("true")


def test_a_login_that_was_begun_is_waited_for_and_its_failure_told_once(srv1, monkeypatch):
    node, free = srv1("ok\nnetlab-exit-code:0"), threading.Event()
    session = device.Shell()

    def slow(**_):
        free.wait(20)
        raise OSError("No route to host")

    monkeypatch.setattr(device, "Shell", slow)
    node.log_in()
    threading.Timer(0.05, free.set).start()
    with pytest.raises(CannotLookError, match="nobody answers at srv1's login"):
        node.run("true")
    monkeypatch.setattr(device, "Shell", lambda **_: session)
    assert node.run("true") == "ok"


def test_a_login_that_nobody_used_is_hung_up(srv1, monkeypatch):
    node, gone = srv1(), threading.Event()
    session = SimpleNamespace(disconnect=gone.set)
    monkeypatch.setattr(device, "Shell", lambda **_: session)
    node.log_in()
    node.close()
    assert gone.wait(20)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('device("r1").run("ip route")\ndevice(\'r2\')', {"r1", "r2"}),
        ('my_device("r1")\ndevice(name)\ndevice("elsewhere")', set()),
    ],
)
def test_logins_are_begun_on_the_devices_that_a_grader_names(monkeypatch, text, names):
    nodes = tuple(NodeFacts(name, "192.0.2.1", 1) for name in ("r1", "r2", "r3"))
    begun = []
    monkeypatch.setattr(Device, "log_in", lambda self: begun.append(self.name))
    Toolbox(Job("", "", "", "", "key", nodes), None, Recorder()).log_in(text)
    assert set(begun) == names
