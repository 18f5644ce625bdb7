"""The wheel alone is netlab: installed somewhere else, it lists, starts, grades and stops its own labs."""

import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest
from harness import LAB, Netlab

pytestmark = pytest.mark.native


@pytest.fixture(scope="module")
def installed(checkout, tmp_path_factory):
    """The path of `netlab` in a new environment that has the wheel, and this environment's libraries behind it."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    shutil.copytree(
        checkout, source, ignore=shutil.ignore_patterns(".git", ".venv", ".*_cache", "__pycache__", "tests")
    )
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, source)
    venv.create(folder / "env", with_pip=False)
    (wheel,) = folder.glob("netlab_exercises-*.whl")
    python = folder / "env/bin/python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", wheel)
    site = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    # A plain path is put behind the wheel's own files, and the .pth files in it (the editable netlab) are not read.
    (Path(site) / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "env/bin/netlab"


def run(*argv):
    done = subprocess.run(list(map(str, argv)), capture_output=True, text=True, check=False, timeout=300, cwd="/")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def netlab(installed, image, tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    user = Netlab(tmp_path / "home", command=(str(installed),))
    yield user
    assert user("stop", "--all").code == 0


def test_the_wheel_carries_its_catalogue_and_its_image_recipe(installed, image, netlab, checkout):
    package = Path(run(installed.with_name("python"), "-c", "import netlab; print(netlab.__path__[0])").strip())
    assert package.is_relative_to(installed.parents[1])
    shipped = {
        path.relative_to(package / "builtin") for path in (package / "builtin/labs").rglob("*") if path.is_file()
    }
    assert shipped == {path.relative_to(checkout) for path in (checkout / "labs").rglob("*") if path.is_file()}
    assert [one["slug"] for one in netlab("list", "--json").json] == sorted(
        path.parent.name for path in checkout.glob("labs/*/lab.yml")
    )
    assert netlab("image", "build", "--json").json == image, "the same recipe, to the byte and the file mode"


def test_the_wheel_starts_grades_and_stops(netlab, installed):
    started = netlab("start", LAB)
    assert started.code == 0, started
    assert str(installed.parents[1]) in (netlab.home / "runs" / LAB / "run.json").read_text("utf-8")
    assert netlab("author", "apply", "solution").code == 0
    graded = netlab("grade", "--json")
    assert graded.code == 0, graded
    assert graded.json["score"]["percent"] == 100
    assert netlab("stop").code == 0
    assert not netlab.processes()
