"""Which ids root's pods get, by what is mapped in root's own user namespace."""

import pytest

from netlab.errors import ExitCode
from netlab.runtime.native.idmap import NEEDED, ROOT_BASE, NoRangeError, choose_base

ALL = 4294967295


@pytest.mark.parametrize(
    ("rows", "base"),
    [
        pytest.param([(0, ALL)], ROOT_BASE, id="the-host"),
        pytest.param([(0, 1), (ROOT_BASE, NEEDED)], ROOT_BASE, id="just-ours"),
        pytest.param([(0, 1), (1, 65535)], 1, id="unshare-map-auto"),
        pytest.param([(0, 1), (1, 65536)], 2, id="rootless-podman"),
        pytest.param([(0, 1), (1, 65536), (65537, 100000)], 65537 + 100000 - NEEDED, id="two-ranges"),
        pytest.param([(0, 65536)], 1, id="one-more-than-needed"),
        pytest.param([(0, 1000000)], 1000000 - NEEDED, id="the-end-of-a-long-range"),
        pytest.param([(ROOT_BASE - 1, NEEDED)], ROOT_BASE - 1, id="ours-but-one"),
    ],
)
def test_the_base_is_ours_or_the_end_of_what_there_is(rows, base):
    assert choose_base(rows, "uid") == base


@pytest.mark.parametrize("rows", [[(0, 1)], [(0, 65535)], [(0, 1), (1, 65534)], [(0, 40000), (40000, 40000)], []])
def test_too_few_ids_are_told_with_what_to_do(rows):
    with pytest.raises(NoRangeError, match=f"root of this container has {sum(n for _, n in rows)} gids") as told:
        choose_base(rows, "gid")
    assert told.value.exit_code == ExitCode.HOST
    assert "as a plain user outside the container" in told.value.next_step
