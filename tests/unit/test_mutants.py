"""The reference solution with one thing missing."""

import pytest

from netlab.actions.mutants import mutants, unknown_needless
from netlab.catalog import LabFiles, builtin
from netlab.lab import Answer

APPLY = """
title: a solution
commands:
  - {node: srv1, run: [systemctl, enable, nginx]}
  - {node: srv1, run: [systemctl, restart, nginx]}
needless: [worker 1, systemctl restart nginx]
"""
SITE = "# a comment\n\nserver {\n    listen 80;\n}\nworker 1\n{% if true %}\n"


@pytest.fixture
def files(tmp_path):
    copy = tmp_path / "labs/dhcp-basics"
    (copy / "solution/srv1/etc").mkdir(parents=True)
    (copy / "solution/apply.yml").write_text(APPLY)
    (copy / "solution/srv1/etc/site").write_text(SITE)
    (copy / "lab.yml").write_bytes((builtin() / "labs/dhcp-basics/lab.yml").read_bytes())
    (tmp_path / "topologies").mkdir()
    name = "topologies/dhcp-basics.clab.yml"
    (tmp_path / name).write_bytes((builtin() / name).read_bytes())
    return LabFiles(tmp_path, "dhcp-basics")


def test_each_requirement_is_left_out_once_and_what_is_needless_never(files):
    assert [one.name for one in mutants(files)] == [
        "srv1/etc/site:3: server {",
        "srv1/etc/site:4: listen 80;",
        "command on srv1: systemctl enable nginx",
    ]


def test_a_mutant_is_laid_over_the_solution_like_a_mistake(files, tmp_path):
    answer = files.answer(files.solution)
    _, line, command = mutants(files)
    folder = line.lay_out(files, answer, tmp_path / "overlay")
    assert (folder / "srv1/etc/site").read_text() == SITE.replace("    listen 80;\n", "")
    assert files.answer(folder).commands is None, "those of the solution"
    folder = command.lay_out(files, answer, tmp_path / "overlay")
    assert not (folder / "srv1").exists()
    assert [one.run for one in files.answer(folder).commands] == [("systemctl", "restart", "nginx")]
    assert isinstance(files.answer(folder), Answer)


def test_what_is_called_needless_and_is_not_there_is_told(files):
    assert unknown_needless(files) == set()
    path = files.solution / "apply.yml"
    path.write_text(APPLY.replace("worker 1", "worker 2, systemctl"))
    assert unknown_needless(files) == {"worker 2", "systemctl"}
