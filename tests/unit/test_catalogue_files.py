"""What every lab of the catalogue has, and what may not be in this repository."""

import ast
import importlib.util
import json
import os
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

from netlab import templates
from netlab.catalog import LabFiles
from netlab.grading import mark
from netlab.ksb import parse_ref, standard
from netlab.seed import Seed

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT.parent / "shared/reference"
LABS = [LabFiles(ROOT, path.parent.name) for path in sorted(ROOT.glob("labs/*/lab.yml"))]
TOPOLOGIES = sorted(ROOT.glob("topologies/*.clab.yml"))
each_lab = pytest.mark.parametrize("files", LABS, ids=lambda files: files.slug)
SEED = Seed.derive(bytes(32), "ada", "any lab", 1)


def reference(variable, name):
    path = Path(os.environ.get(variable, REFERENCE / name))
    if not path.is_file():
        pytest.skip(f"{path} is not there; {variable} can name another")
    return path.read_text("utf-8")


def declared(files):
    """The checks of a lab's grader, as the grading process reads them."""
    spec = importlib.util.spec_from_file_location(f"grader of {files.slug}", files.grader)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses in a grader look their own module up
    spec.loader.exec_module(module)
    functions = [what for name, what in vars(module).items() if name.startswith("test_")]
    return [
        mark.read(what.__name__, what.__doc__, one.kwargs, standard(files.lab.standard))
        for what in functions
        for one in what.pytestmark
        if one.name == "check"
    ]


def test_there_are_labs():
    assert LABS
    assert TOPOLOGIES


@pytest.mark.parametrize("path", TOPOLOGIES, ids=lambda path: path.name)
def test_a_topology_is_valid_for_containerlab_itself(path):
    text = reference("NETLAB_CLAB_SCHEMA", "clab.schema.json")
    # The schema is written for JavaScript: Python's regular expressions have no \p.
    schema = jsonschema.Draft7Validator(json.loads(text.replace(r"\\p{N}\\p{L}", r"\\w")))
    schema.check_schema(schema.schema)
    assert list(schema.iter_errors(yaml.safe_load(path.read_text("utf-8")))) == []


@each_lab
def test_a_lab_and_its_topology_load(files):
    assert files.lab.slug == files.slug
    assert files.topology.name == files.lab.topology


@each_lab
def test_a_lab_has_a_brief_a_grader_a_solution_and_three_mistakes(files):
    assert files.brief.is_file()
    assert files.grader.is_file()
    assert (files.solution / "apply.yml").is_file()
    assert len(files.answers("mistakes")) >= 3


@each_lab
def test_the_checks_add_up_and_show_the_ksbs_that_the_lab_promises(files):
    checks = mark.in_order(declared(files), files.lab.points)
    shown = {(ref.code, ref.direct) for check in checks for ref in check.ksbs}
    promised = {(ref.code, ref.direct) for ref in map(parse_ref, files.lab.ksbs)}
    assert promised <= shown
    assert {code for code, _ in shown} == {code for code, _ in promised}


@each_lab
def test_every_group_of_checks_has_a_heading(files):
    assert {check.group for check in declared(files)} <= set(files.lab.groups)


@each_lab
def test_each_mistake_names_the_checks_that_find_it(files):
    ids = {check.id for check in declared(files)}
    for folder in files.answers("mistakes").values():
        fails = set(files.answer(folder).fails)
        assert fails, folder.name
        assert fails <= ids, folder.name


@each_lab
def test_the_files_of_a_lab_are_for_nodes_that_it_has(files):
    answers = [files.solution, *files.answers("mistakes").values(), *files.answers("alternatives").values()]
    for folder in [files.start, *answers]:
        nodes = {path.name for path in folder.iterdir() if path.is_dir()}
        assert nodes <= set(files.topology.nodes), folder.name
    for folder in answers:
        named = {command.node for command in files.answer(folder).commands or ()}
        assert named | set(files.answer(folder).remove) <= set(files.topology.nodes), folder.name


@each_lab
def test_the_brief_and_every_file_can_be_filled_in(files, tmp_path):
    values = files.values(SEED)
    assert "{{" not in templates.render(files.brief, values)
    templates.render_tree(files.folder, tmp_path, values)


@pytest.mark.parametrize("path", sorted(ROOT.glob("graders/*.py")), ids=lambda path: path.name)
def test_a_grader_belongs_to_a_lab_and_never_sleeps(path):
    assert path in {files.grader for files in LABS}
    calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
    assert "sleep" not in {getattr(call.func, "attr", getattr(call.func, "id", "")) for call in calls}


def _readable(path):
    try:
        return " ".join(path.read_text("utf-8").casefold().split())
    except UnicodeDecodeError:
        return ""


def test_no_sentence_of_the_official_wording_is_in_the_repository():
    official = json.loads(reference("NETLAB_STANDARD_WORDING", "st0127.json"))
    sentences = [*official["ksb"].values(), *official["duties"].values()]
    wording = [" ".join(one.casefold().split()).rstrip(" .") for one in sentences]
    folders = ("src", "labs", "topologies", "graders", "docs")
    files = [*ROOT.glob("*.md"), *(path for folder in folders for path in (ROOT / folder).rglob("*"))]
    texts = {path: _readable(path) for path in files if path.is_file() and path.suffix != ".pyc"}
    found = [f"{path.relative_to(ROOT)}: {one}" for path, text in texts.items() for one in wording if one in text]
    assert len(wording) > 40
    assert not found
