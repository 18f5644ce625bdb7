"""How ./run-tests calls pytest: side by side unless told otherwise, tried with a pytest that shows its arguments."""

import os
import shutil
import subprocess

import pytest

PYTEST = '#!/bin/sh\necho "$PYTEST_XDIST_AUTO_NUM_WORKERS $*"\n'


@pytest.fixture
def run_tests(checkout, tmp_path):
    """What pytest is given when ./run-tests is, in a checkout where all is set up."""
    shutil.copy(checkout / "run-tests", tmp_path)
    programs = {"setup": "#!/bin/sh\n", ".venv/bin/pytest": PYTEST}
    for name, text in programs.items():
        program = tmp_path / name
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(text)
        program.chmod(0o755)

    def run(*words, **more):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")} | more
        argv = [str(tmp_path / "run-tests"), "--no-lint", *words]
        done = subprocess.run(argv, env=environment, check=True, capture_output=True, text=True)
        return done.stdout.splitlines()[-1]

    return run


def test_two_files_at_a_time(run_tests):
    assert run_tests() == "2 -n auto --dist loadfile"


def test_what_the_caller_says_comes_last_and_so_counts(run_tests):
    assert run_tests("-n", "0", "-k", "a and b", "-x") == "2 -n auto --dist loadfile -n 0 -k a and b -x"
    assert run_tests(PYTEST_XDIST_AUTO_NUM_WORKERS="5") == "5 -n auto --dist loadfile"
