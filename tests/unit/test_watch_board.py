"""What `netlab watch` shows, and what it takes for a change."""

import os
import threading

import pytest

from netlab.cli.canvas import Canvas
from netlab.ksb import KsbRef
from netlab.probe.changes import Changes
from netlab.probe.inotify import FolderWatch
from netlab.report.board import board, changed_lines
from netlab.report.paint import Paint
from netlab.result import CheckResult, CheckSpec, Verdict

PLAIN = Paint(colour=False, signs=False)


def check(name, verdict, **facts):
    spec = CheckSpec(name, f"Devices are told the right {name} and nothing but the right {name}", 5.0, (KsbRef("S13"),))
    return CheckResult(spec, verdict, 5.0 if verdict is Verdict.PASS else 0.0, **facts)


SOME = [
    check("router", Verdict.SKIPPED, observed="waits for: the offer"),
    check("server", Verdict.PASS),
    check("domain", Verdict.FAIL, expected="a.example", observed="none", hint="the options"),
    check("mask", Verdict.FAIL, expected="a mask", observed="none"),
]


def test_the_board_as_it_is_drawn(golden):
    golden("watch-board.txt", "\n".join(board(SOME, 20, "Watching", PLAIN, (60, 24))) + "\n")


@pytest.mark.parametrize("lines", [10, 16, 24])
@pytest.mark.parametrize("columns", [40, 80, 100])
def test_the_board_never_scrolls(lines, columns):
    many = [check(f"thing{number}", Verdict.FAIL, expected="x " * 80, observed="y") for number in range(30)]
    shown = board(many, 150, "Watching", PLAIN, (columns, lines))
    assert len(shown) < lines
    assert shown[-1] == "Watching"
    assert max(map(len, shown)) <= max(columns, 50)
    assert any("more lines" in line for line in shown)


def test_elsewhere_only_what_changed_is_told():
    before = [check("server", Verdict.FAIL), check("domain", Verdict.PASS)]
    now = [check("server", Verdict.PASS), check("domain", Verdict.PASS)]
    assert [line[:6].strip() for line in changed_lines(before, now, PLAIN, 100)] == ["PASS"]
    assert changed_lines(now, now, PLAIN, 80) == []


def test_lines_that_did_not_change_are_not_drawn_again(capsys):
    canvas = Canvas()
    canvas.draw(["one", "two", "three"])
    capsys.readouterr()
    canvas.draw(["one", "2"])
    drawn = capsys.readouterr().out
    assert drawn == "\033[3A\n\r\033[K2\n\033[J"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "etc/deep").mkdir(parents=True)
    (tmp_path / "outside").mkdir()
    (tmp_path / "etc/link").symlink_to(tmp_path / "outside")
    watch = FolderWatch(100)
    watch.add(str(tmp_path / "etc"))
    yield tmp_path, watch
    watch.close()


def test_a_file_written_however_deep_is_a_change_once(folder):
    path, watch = folder
    assert not watch.drain()
    (path / "etc/deep/rooms.conf").write_text("x")
    assert watch.drain()
    assert not watch.drain()


def test_folders_made_later_are_watched_too(folder):
    path, watch = folder
    (path / "etc/new").mkdir()
    assert watch.drain()
    (path / "etc/new/file").write_text("x")
    assert watch.drain()


def test_reading_and_what_links_lead_to_are_no_changes(folder):
    path, watch = folder
    (path / "outside/file").write_text("x")
    list((path / "etc/deep").iterdir())
    assert not watch.drain()


def test_there_is_a_most_that_is_watched(tmp_path):
    for number in range(20):
        (tmp_path / f"etc/{number}").mkdir(parents=True)
    watch = FolderWatch(5)
    watch.add(str(tmp_path / "etc"))
    assert len(watch._folders) == 5
    watch.close()


def test_a_change_and_a_word_are_told_apart():
    reader, writer = os.pipe()
    changes = Changes({"me": os.getpid()})
    threading.Timer(0.05, os.write, (writer, b"x")).start()
    assert changes.wait(reader) is False
    changes.close()
    os.close(reader)
    os.close(writer)


def test_a_node_that_goes_away_is_a_change():
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.read(reader, 1)
        os._exit(0)
    changes = Changes({"other": pid})
    changes._folders.close()  # of this machine: whatever else changes there is not meant
    changes._folders = FolderWatch(1)
    os.write(writer, b"x")
    os.waitpid(pid, 0)
    silent, _ = os.pipe()
    assert changes.wait(silent) is True


def test_a_node_that_ended_while_nobody_looked_is_not_forgotten():
    changes = Changes({"other": 2**22 + 1})  # above every pid
    changes.forget()
    assert changes.gone
    changes.close()
    here = Changes({"me": os.getpid()})
    assert not here.gone
    here.close()
