"""What is said when netlab's own folders cannot be written."""

import errno
import os
import shutil

import pytest

from netlab.errors import ExitCode, cannot_write, disk_full

FREE = "Free some disk space, or set NETLAB_HOME to a folder on another disk."
FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
TREE = shutil.Error(
    [("/a/one", "/b/one", "[Errno 28] No space left on device: '/a/one' -> '/b/one'"), ("/a", "/b", "x")]
)


@pytest.mark.parametrize(
    ("refused", "message", "next_step"),
    [
        pytest.param(FULL, "No space left on device", FREE, id="full"),
        pytest.param(TREE, "No space left on device", FREE, id="full-while-a-tree-is-copied"),
        pytest.param(OSError(errno.EDQUOT, "Disk quota exceeded"), "Disk quota exceeded", FREE, id="quota"),
        pytest.param(
            PermissionError(errno.EACCES, "Permission denied"),
            "Permission denied",
            "Set NETLAB_HOME to a folder that you may write in.",
            id="forbidden",
        ),
    ],
)
def test_a_refused_write_is_one_sentence_and_a_way_out(refused, message, next_step):
    told = cannot_write("/home/ada/netlab", refused, "NETLAB_HOME")
    assert told.message == f"/home/ada/netlab cannot be written: {message}."
    assert told.next_step == next_step
    assert told.exit_code is ExitCode.HOST


def test_a_disk_that_another_program_found_full_is_told_alike():
    assert disk_full("/x", "NETLAB_HOME").message == cannot_write("/x", TREE, "NETLAB_HOME").message
