"""Checkpoints on disk: whole or not there, bounded, never mixed up."""

import io
import tarfile
from datetime import UTC, datetime, timedelta

import pytest

from netlab.errors import BadFileError, UnknownNameError, UsageError
from netlab.keptfiles import Change, PutBack, changes
from netlab.report import checkpoints as report
from netlab.saved import AUTOMATIC_AT_MOST, Checkpoint, Saved, check_name, timed_name

NOW = datetime(2026, 11, 23, 14, 10, tzinfo=UTC)


def tar(mode=0o644, **files):
    """A node's kept files."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(f"etc/{name}")
            entry.size, entry.mode = len(text), mode
            archive.addfile(entry, io.BytesIO(text.encode()))
    return buffer.getvalue()


@pytest.fixture
def saved(tmp_path):
    return Saved(tmp_path / "saved")


def names(saved):
    return [one.name for one in saved]


def test_what_is_added_is_found_again_newest_first(saved):
    first = saved.add("first", "netlab checkpoint", "digest", {"r1": tar(a="1"), "pc1": tar()})
    saved.add("second", "netlab checkpoint", "digest", {"r1": tar(a="2")})
    assert names(saved) == ["second", "first"]
    assert saved.find("first") == first
    assert saved.find("last").name == "second"
    assert saved.kept(first) == {"r1": tar(a="1"), "pc1": tar()}


def test_nobody_else_may_read_it(saved):
    saved.add("first", "x", "digest", {"r1": tar()})
    assert saved.directory.stat().st_mode & 0o777 == 0o700
    assert (saved.directory / "first.zip").stat().st_mode & 0o777 == 0o600


def test_the_same_name_again_replaces_it(saved):
    for text in ("1", "2"):
        saved.add("first", "x", "digest", {"r1": tar(a=text)})
    assert saved.kept(saved.find("first")) == {"r1": tar(a="2")}


def test_the_oldest_automatic_ones_go_and_named_ones_never(saved):
    saved.add("mine", "x", "digest", {"r1": tar(a="mine")})
    for number in range(AUTOMATIC_AT_MOST + 3):
        saved.add(f"before-grade-{number:04}", "x", "digest", {"r1": tar(a=str(number))})
    kept = names(saved)
    assert len(kept) == AUTOMATIC_AT_MOST + 1
    assert kept[0] == "before-grade-0012"
    assert kept[-2:] == ["before-grade-0003", "mine"]
    saved.add("before-restore-1405", "x", "digest", {"r1": tar(a="n")}, sparing="before-grade-0003")
    assert "before-grade-0003" in names(saved), "one that is being restored stays"


def test_an_unknown_name_says_which_there_are(saved):
    with pytest.raises(UnknownNameError, match="no checkpoint 'last'"):
        saved.find("last")
    saved.add("first", "x", "digest", {"r1": tar()})
    with pytest.raises(UnknownNameError) as unknown:
        saved.find("frist")
    assert "There are: first." in unknown.value.next_step


def test_what_was_cut_off_or_damaged_is_no_checkpoint(saved):
    one = saved.add("first", "x", "digest", {"r1": tar()})
    whole = (saved.directory / "first.zip").read_bytes()
    (saved.directory / ".new").write_bytes(whole[:100])
    (saved.directory / "half.zip").write_bytes(whole[:100])
    (saved.directory / "renamed.zip").write_bytes(whole)
    assert names(saved) == ["first"]
    saved.add("second", "x", "digest", {"r1": tar()})
    (saved.directory / "first.zip").write_bytes((saved.directory / "second.zip").read_bytes())
    with pytest.raises(BadFileError, match="is damaged"):
        saved.kept(Checkpoint(one.name, one.made, one.by, one.lab_digest, {"r1": "0"}))
    (saved.directory / "first.zip").write_bytes(b"")
    with pytest.raises(BadFileError, match="is damaged"):
        saved.kept(one)


@pytest.mark.parametrize("name", ["", "last", "before-x", "a/b", "../x", ".hidden", "-x", "é", "a b", "x" * 41, "a\n"])
def test_names_that_cannot_be(name):
    with pytest.raises(UsageError):
        check_name(name)


@pytest.mark.parametrize("name", ["first", "1", "dhcp-works", "v1.2_b", "last2", "Before"])
def test_names_that_can_be(name):
    check_name(name)


def test_a_name_with_the_time_is_never_taken_twice():
    assert timed_name("before-grade", [], NOW) == "before-grade-1410"
    assert timed_name("before-grade", ["before-grade-1410"], NOW) == "before-grade-1410-2"
    assert timed_name("saved", ["saved-1410", "x", "saved-1410-2"], NOW) == "saved-1410-3"


def test_changes_are_told_file_by_file():
    before = {"r1": tar(same="1", other="1", lost="1"), "pc1": tar(a="1"), "gone": tar()}
    after = {"r1": tar(same="1", other="2", fresh="1"), "pc1": tar(a="1"), "new": tar()}
    assert changes(before, after) == [
        Change("r1", "/etc/fresh", "new"),
        Change("r1", "/etc/lost", "gone"),
        Change("r1", "/etc/other", "changed"),
    ]
    assert changes({"r1": tar(a="1")}, {"r1": tar(0o600, a="1")}) == [Change("r1", "/etc/a", "changed")]


def checkpoint(name, by, **ago):
    return Checkpoint(name, (NOW - timedelta(**ago)).isoformat(), by, "digest", {"r1": "0", "srv1": "0"})


CHANGES = [
    Change("srv1", "/etc/dnsmasq.d/rooms.conf", "changed"),
    Change("srv1", "/etc/\033[2Jevil\n", "new"),
    Change("r1", "/etc/frr/frr.conf", "gone"),
]


def test_the_list_as_it_is_read(golden):
    listed = [
        (checkpoint("before-grade-1409", "netlab grade", seconds=30), []),
        (checkpoint("dhcp-works", "netlab checkpoint", minutes=100), CHANGES),
        (checkpoint("before-stop-1600", "netlab stop", hours=22), CHANGES[:1]),
        (checkpoint("first", "netlab checkpoint", days=400), CHANGES[2:]),
    ]
    golden("checkpoint-list.txt", report.list_text(listed, NOW) + "\n\n" + report.list_text([], NOW) + "\n")


def test_a_restore_as_it_is_read(golden):
    many = [Change("r1", f"/etc/{number}", "new") for number in range(10)]
    told = [
        PutBack("dhcp-works", ["r1", "srv1"], CHANGES, "before-restore-1410"),
        PutBack("the start", ["r1"], [], None),
        PutBack("first", ["r1"], many, "before-restore-1410", other_version=True),
    ]
    golden("restore.txt", "\n\n".join(report.put_back_text(one) for one in told) + "\n")


def test_messages_as_they_are_read(golden):
    one = checkpoint("dhcp-works", "netlab checkpoint", days=1)
    texts = [
        report.taken_text(one, fresh=True),
        report.taken_text(one, fresh=False),
        report.offer_text(one, NOW),
        report.stopped_text("dhcp-basics", "before-stop-1600"),
    ]
    golden("checkpoint-messages.txt", "\n".join(texts) + "\n")
