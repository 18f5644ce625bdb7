"""Fixtures for tests that start real labs. The image is built once, in the user's own cache."""

import shutil

import pytest
from contract import IMPLEMENTATIONS, deployed, deployment
from harness import LAB, Netlab, assert_nothing_left, host_links


@pytest.fixture(scope="session")
def image(tmp_path_factory):
    """The node image is there (built now if it was not); its facts as `image build --json` gives them."""
    built = Netlab(tmp_path_factory.mktemp("image"))("image", "build", "--json", timeout=600)
    assert built.code == 0, built
    return built.json


@pytest.fixture(scope="session")
def new_user(image, tmp_path_factory):
    """`new_user(NAME=value…)`: the command with a home of its own; its labs are stopped in the end."""
    users = []

    def make(**env):
        users.append(Netlab(tmp_path_factory.mktemp("home"), env))
        return users[-1]

    yield make
    for user in (user for user in users if user.run_folders()):
        stopped = user("stop", "--all")
        assert stopped.code == 0, stopped


@pytest.fixture
def netlab(new_user):
    """A user without a running lab."""
    return new_user()


@pytest.fixture
def spotless(netlab):
    """A user, and afterwards the proof that nothing of theirs is left on the host."""
    links = host_links()
    yield netlab
    assert_nothing_left(netlab)
    assert host_links() == links


@pytest.fixture(scope="module")
def learner(new_user):
    """A user with dhcp-basics running; the tests of one module share it."""
    user = new_user()
    started = user("start", LAB)
    assert started.code == 0, started
    return user


@pytest.fixture(scope="module", params=IMPLEMENTATIONS)
def implementation(request):
    return request.param


@pytest.fixture(scope="module")
def runtime(implementation, image, tmp_path_factory):
    """A runtime with the contract's network on it. A module shares it: who breaks something restarts the node."""
    runtime = implementation(deployment(image["path"], tmp_path_factory.mktemp("contract")))
    heard = []
    with deployed(runtime, heard.append):
        assert sorted(heard) == ["pc1", "pc2", "r1"]
        yield runtime


@pytest.fixture
def spare(implementation, image, tmp_path):
    """A runtime of one's own, not yet deployed, in `tmp_path/pod`: to end or to break."""
    runtime = implementation(deployment(image["path"], tmp_path))
    yield runtime
    runtime.destroy()


@pytest.fixture
def catalogue(checkout, tmp_path):
    """A copy of the built-in catalogue, to break."""
    for part in ("labs", "graders", "topologies"):
        shutil.copytree(checkout / part, tmp_path / "catalogue" / part)
    return tmp_path / "catalogue"
