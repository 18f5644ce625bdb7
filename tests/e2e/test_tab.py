"""Tab in a real bash, as it comes: what stands on the line after it."""

import os
import re
from pathlib import Path

import pytest
from harness import NETLAB
from test_terminal import on_a_terminal

pytestmark = pytest.mark.native
HOME, RETURN = "\x01", "\r"


@pytest.fixture(scope="module")
def bash(learner, tmp_path_factory):
    """`bash(typed)`: the line as it stands when that has been typed."""
    home = tmp_path_factory.mktemp("bash")
    path = f"{Path(NETLAB).parent}:{os.environ['PATH']}"
    environment = learner.environment(HOME=str(home), TERM="dumb", PATH=path, PS1="ready> ", SHELL="/bin/bash")
    script = learner("--show-completion", "bash")
    (home / "rc").write_text(f"{script.out}\nPS1='ready> '\nbind 'set bell-style none'\n")

    def line(typed):
        keys = f"{typed}{HOME}echo @{RETURN}exit{RETURN}"
        argv = ["bash", "--noprofile", "--rcfile", str(home / "rc"), "-i"]
        seen, _ = on_a_terminal(argv, environment, keys, when="ready> ", columns=300)
        return re.findall(r"^@(.*?)\r?$", seen, re.MULTILINE)[-1]

    return line


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("netlab sta\trt", "netlab start"),
        ("netlab connect sr\t", "netlab connect srv1"),
        ("netlab cp srv1:/etc/hostna\t.", "netlab cp srv1:/etc/hostname ."),
        ("netlab cp srv1:/etc/dnsm\t", "netlab cp srv1:/etc/dnsmasq."),
        ("netlab cp 'srv1:/etc/hostna\t .", "netlab cp srv1:/etc/hostname ."),
        ("netlab cp srv1:/root/tw\t", "netlab cp srv1:/root/two words/"),
        ("netlab link srv1:e\t", "netlab link srv1:eth1"),
        ("netlab link sw1:\t2", "netlab link sw1:eth2"),
    ],
)
def test_tab_completes_also_behind_a_colon(bash, learner, typed, completed):
    learner.node("srv1", "mkdir -p '/root/two words'")
    assert bash(typed).split() == completed.split()
