"""What all tests share: the checkout's folder, golden files, and hypothesis without a clock."""

from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parents[1]
GOLDEN = Path(__file__).parent / "golden"

# The same examples in every run, and none is judged by how long it took: CI machines are slow.
settings.register_profile("netlab", deadline=None, derandomize=True)
settings.load_profile("netlab")


def pytest_addoption(parser):
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write the files under tests/golden anew instead of comparing with them",
    )


def pytest_configure(config):
    config.addinivalue_line("markers", "check: the mark of netlab.grading, on graders that tests import")


@pytest.fixture(scope="session")
def checkout():
    """The folder that holds src, labs, graders and topologies."""
    return ROOT


@pytest.fixture
def golden(request):
    """`golden("name.txt", text)`: the text is what the golden file says."""

    def compare(name, text):
        path = GOLDEN / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
        assert text == path.read_text("utf-8"), "if this is meant: pytest --update-golden"

    return compare
