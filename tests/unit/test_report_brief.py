"""A brief on a terminal and as plain words: nothing cut, nothing lost, no sign a screen reader would stumble over."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netlab import templates
from netlab.catalog import Catalog, builtin
from netlab.report.page import page, widths
from netlab.report.plain import plain_text
from netlab.seed import Seed

LAB = Catalog([builtin()]).find("dhcp-basics")
BRIEF = templates.render(LAB.brief, LAB.values(Seed(bytes(32))))
TABLE = """\
| program | its file | then |
|---------|----------|------|
| Kea     | `/etc/kea/kea-dhcp4.conf` | `systemctl restart kea-dhcp4-server` |
|         |          | wait |
"""


def shown(markdown, width):
    """What is on the terminal, without colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", page(markdown, width, colour=False))


@pytest.mark.parametrize("width", [60, 80, 100])
def test_no_line_of_a_brief_is_wider_than_the_terminal(width):
    assert max(map(len, shown(BRIEF, width).splitlines())) <= width


def test_at_80_columns_no_name_in_a_table_is_cut_or_broken():
    text = shown(BRIEF, 80)
    assert "…" not in text
    for name in ("/etc/kea/kea-dhcp4.conf", "/etc/default/isc-dhcp-relay", "kea-dhcp4-server", "255.255.255.128"):
        assert name in text, name


def test_code_in_a_brief_fits_80_columns():
    code = re.findall(r"```.*?\n(.*?)```", BRIEF, re.DOTALL)
    assert max(len(line) for block in code for line in block.splitlines()) <= 76


def test_a_word_too_long_for_its_column_goes_on_in_the_next_line():
    text = shown(TABLE, 40)
    assert max(map(len, text.splitlines())) <= 40
    assert "…" not in text


@given(st.lists(st.lists(st.text("ab ", max_size=30), min_size=1), min_size=1, max_size=5), st.integers(20, 120))
def test_columns_fit_the_room_and_none_is_wider_than_its_text(columns, room):
    given_widths = widths(columns, room)
    assert sum(given_widths) <= max(room, len(columns))
    assert all(width <= max(1, *map(len, cells)) for width, cells in zip(given_widths, columns, strict=True))


def test_the_plain_brief_as_it_is_shown(golden):
    golden("brief-plain.txt", plain_text(BRIEF))


def test_plain_words_have_no_signs_of_markdown_and_no_boxes():
    text = plain_text(BRIEF)
    assert not re.search(r"\*\*|`|^#+ |^\||─|│", re.sub(r"(?m)^    .*", "", text), re.MULTILINE)
    assert max(map(len, text.splitlines())) <= 79


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("# The *lab*\n\nOne\ntwo.", "The lab\n\nOne two.\n"),
        ("## How to work", "Section: How to work\n"),
        ("1. **One**\n\n   more\n2. Two", "1. One\n\n   more\n2. Two\n"),
        ("- a\n  - b", "- a\n  - b\n"),
        ("```\na  b\n```", "    a  b\n"),
        ("```diagram\n[ r1 ]---\n```", "(Here is a drawing; the next paragraph says in words what it shows.)\n"),
        (
            TABLE,
            (
                "program: Kea\n  its file: /etc/kea/kea-dhcp4.conf\n  then: systemctl restart kea-dhcp4-server\n"
                "program:\n  then: wait\n"
            ),
        ),
    ],
)
def test_markdown_becomes_words(markdown, text):
    assert plain_text(markdown) == text
