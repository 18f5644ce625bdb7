"""Finding labs, and the digest that says which files a result was had with."""

import shutil

import pytest

from netlab.catalog import Catalog, LabFiles
from netlab.errors import BadFileError, UnknownNameError
from netlab.seed import Seed

SLUG = "dhcp-basics"


@pytest.fixture
def copied(checkout, tmp_path):
    """A catalogue of one's own with the lab dhcp-basics."""
    root = tmp_path / "mine"
    shutil.copytree(checkout / "labs" / SLUG, root / "labs" / SLUG)
    for file in ("topologies/dhcp-basics.clab.yml", "graders/test_dhcp_basics.py"):
        (root / file).parent.mkdir()
        shutil.copyfile(checkout / file, root / file)
    return root


def digest(root):
    return LabFiles(root, SLUG).digest


def replace(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_labs_are_found_by_slug_and_listed_in_order(copied):
    shutil.copytree(copied / "labs" / SLUG, copied / "labs/another")
    assert [files.slug for files in Catalog([copied])] == ["another", SLUG]
    assert Catalog([copied]).find(SLUG).lab.slug == SLUG


def test_an_earlier_catalogue_wins(copied, checkout):
    assert Catalog([copied, checkout]).find(SLUG).root == copied
    assert Catalog([checkout, copied]).find(SLUG).root == checkout


@pytest.mark.parametrize("typed", ["dhcp-basic", "dchp-basics", "dhcp_basics", "dhcpbasics"])
def test_a_mistyped_name_is_answered_with_the_nearest(copied, typed):
    with pytest.raises(UnknownNameError, match=f"no lab '{typed}'") as told:
        Catalog([copied]).find(typed)
    assert "Did you mean dhcp-basics?" in told.value.next_step


@pytest.mark.parametrize("typed", ["ospf", "", "../labs/dhcp-basics"])
def test_a_name_like_no_other_is_answered_with_the_list(copied, typed):
    with pytest.raises(UnknownNameError) as told:
        Catalog([copied / "nothing-here"]).find(typed)
    assert told.value.next_step == "`netlab list` shows them all."


def test_a_slug_that_is_not_the_folders_name_is_refused(copied):
    (copied / "labs" / SLUG).rename(copied / "labs/renamed")
    with pytest.raises(BadFileError, match=r"lab\.yml:2: slug: .*'dhcp-basics', the folder 'renamed'"):
        _ = Catalog([copied]).find("renamed").lab


@pytest.mark.parametrize(
    ("file", "old", "new", "reason"),
    [
        ("lab.yml", "  srv1:\n", "  srv9:\n", "lab.yml:25: keep.srv9: the topology has no node 'srv9'"),
        ("lab.yml", "K14", "K99", "ST0127 has no K99"),
        ("lab.yml", "[D1, D4]", "[D1, D44]", "ST0127 has no D44"),
        (
            "lab.yml",
            "network: [reception",
            "network: [reseption",
            "lab.yml:12: network.0: there is no parameter 'reseption'",
        ),
        ("lab.yml", 'version: "1.0"', "version: 1.0", "lab.yml:4: version: this must be text"),
        (
            "lab.yml",
            "- /etc/dnsmasq.conf",
            "- etc/dnsmasq.conf",
            "keep.srv1.0: 'etc/dnsmasq.conf' is not a path that begins with /",
        ),
        ("lab.yml", "draw: mac", "draw: mack", "there is no 'draw' called 'mack', only 'choice', "),
        ("lab.yml", "topology: dhcp-basics", "topology: other", "other.clab.yml: this file is missing"),
    ],
)
def test_a_lab_that_does_not_fit_together_is_refused(copied, file, old, new, reason):
    replace(copied / "labs" / SLUG / file, old, new)
    with pytest.raises(BadFileError) as told:
        _ = LabFiles(copied, SLUG).topology
    assert reason in told.value.message


def test_parameters_that_cannot_be_drawn_are_told_with_the_file(copied):
    replace(copied / "labs" / SLUG / "lab.yml", "servers[2]", "servers.nothing()")
    with pytest.raises(BadFileError, match=r"lab\.yml:62: parameters\.server: 'servers\.nothing\(\)' cannot"):
        LabFiles(copied, SLUG).values(Seed(bytes(32)))


def test_a_lab_of_the_catalogue_is_sound(checkout):
    assert LabFiles(checkout, SLUG).checked(Seed(bytes(32)), answers=True)["customer"]


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        pytest.param("lab.yml", "customer | lower", "custmer | lower", id="in-an-expression"),
        pytest.param("lab.yml", "customer | lower", "customer | lowr", id="an-unknown-filter"),
        pytest.param("brief.md", "{{ customer }}", "{{ custmer | lower }}", id="in-the-brief"),
        pytest.param("start/r1/etc/network/interfaces", "{{ ", "{{ x", id="in-a-start-file"),
    ],
)
def test_a_misspelt_name_is_told_with_file_and_line_before_anything_starts(copied, file, old, new):
    path = copied / "labs" / SLUG / file
    number = path.read_text("utf-8").partition(old)[0].count("\n") + 1
    replace(path, old, new)
    with pytest.raises(BadFileError, match=rf"{file}:{number}: .*there is no (parameter|filter) '"):
        LabFiles(copied, SLUG).checked(Seed(bytes(32)))


def test_a_misspelt_name_in_a_solution_is_the_authors_to_find(copied):
    path = next(path for path in (copied / "labs" / SLUG / "solution").glob("*/**/*") if path.is_file())
    path.write_text("one\n{{ custmer }}\n")
    files = LabFiles(copied, SLUG)
    files.checked(Seed(bytes(32)))
    with pytest.raises(BadFileError, match=rf"{path}:2: there is no parameter 'custmer' \(perhaps 'customer'"):
        files.checked(Seed(bytes(32)), answers=True)


def test_the_digest_is_the_same_wherever_the_catalogue_lies(copied, checkout):
    assert digest(copied) == digest(checkout)


@pytest.mark.parametrize(
    "file",
    [
        "labs/dhcp-basics/lab.yml",
        "labs/dhcp-basics/brief.md",
        "labs/dhcp-basics/start/r1/etc/network/interfaces",
        "labs/dhcp-basics/solution/apply.yml",
        "topologies/dhcp-basics.clab.yml",
        "graders/test_dhcp_basics.py",
    ],
)
def test_the_digest_changes_with_any_byte(copied, file):
    before = digest(copied)
    with (copied / file).open("a") as content:
        content.write("\n")
    assert digest(copied) != before


def test_the_digest_changes_when_a_file_comes_goes_or_moves(copied):
    folder = copied / "labs" / SLUG / "start/pc1/etc"
    seen = [digest(copied)]
    (folder / "motd").touch()
    seen.append(digest(copied))
    (folder / "motd").rename(folder / "issue")
    seen.append(digest(copied))
    assert len(set(seen)) == 3
    (folder / "issue").unlink()
    assert digest(copied) == seen[0]


ANSWER = "title: t\nremove:\n  {0}: [/etc/x]\ncommands:\n  - {{node: {1}, run: [ls]}}\n"


@pytest.mark.parametrize(
    ("nodes", "folder", "where"),
    [
        (("srv9", "r1"), "r1", "apply.yml:3: remove.srv9"),
        (("r1", "srv9"), "r1", "apply.yml:5: commands.0.node"),
        (("r1", "r1"), "srv9", "srv9"),
    ],
)
def test_an_answer_that_names_no_node_is_refused_with_the_place(copied, nodes, folder, where):
    solution = copied / "labs" / SLUG / "solution"
    (solution / folder).mkdir(exist_ok=True)
    (solution / "apply.yml").write_text(ANSWER.format(*nodes))
    with pytest.raises(BadFileError, match=r"the topology has no node 'srv9'") as refused:
        LabFiles(copied, SLUG).answer(solution)
    assert refused.value.message.startswith(f"{solution / where}: ")


def test_a_start_file_of_no_node_is_refused(copied):
    (copied / "labs" / SLUG / "start/srv9").mkdir()
    with pytest.raises(BadFileError, match=r"start/srv9: the topology has no node 'srv9'"):
        LabFiles(copied, SLUG).checked(Seed(bytes(32)))
