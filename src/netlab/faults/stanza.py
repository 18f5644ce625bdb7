"""Edit one stanza of a text: in interfaces(5) and in FRR a head line and the lines that belong to it."""

import re

from netlab.faults.change import Change, FaultError, Site, Trace

INTERFACES, FRR, SYSCTL = "/etc/network/interfaces", "/etc/frr/frr.conf", "/etc/sysctl.d/60-local.conf"
_HEAD = re.compile(r"^(auto|allow-\w+|iface|mapping|source)\b", re.MULTILINE)


def iface(text: str, card: str) -> tuple[int, int]:
    """Where the stanza of an interface begins and ends. Raises FaultError when there is none."""
    found = re.search(rf"^iface {re.escape(card)} inet\b.*\n?", text, re.MULTILINE)
    if not found:
        raise FaultError(f"{INTERFACES} has no stanza for {card}")
    after = _HEAD.search(text, found.end())
    return found.start(), after.start() if after else len(text)


def block(text: str, head: str) -> tuple[int, int]:
    """The same of FRR: `interface eth1`, `router ospf`. Lines that belong to it begin with a space."""
    found = re.search(rf"^{head}\n((?: .*\n?)*)", text, re.MULTILINE)
    if not found:
        raise FaultError(f"{FRR} has no '{head}'")
    return found.start(), found.end()


def whole(text: str) -> tuple[int, int]:
    return 0, len(text)


def swap(text: str, within: tuple[int, int], pattern: str, new: str) -> str:
    """The one line there that matches, with what its last group holds replaced. Raises FaultError."""
    one = _only(text, within, pattern)
    start, end = (within[0] + place for place in one.span(one.lastindex or 0))
    return text[:start] + new + text[end:]


def drop(text: str, pattern: str) -> str:
    """Without the one line that matches. Raises FaultError."""
    one = _only(text, whole(text), pattern)
    return text[: one.start()] + text[one.end() :].removeprefix("\n")


def value(text: str, within: tuple[int, int], pattern: str) -> str:
    """What the last group of the one line there holds. Raises FaultError."""
    one = _only(text, within, pattern)
    return one[one.lastindex or 0]


def _only(text: str, within: tuple[int, int], pattern: str) -> re.Match[str]:
    found = list(re.finditer(rf"^{pattern}$", text[within[0] : within[1]], re.MULTILINE))
    if len(found) != 1:
        raise FaultError(f"{len(found) or 'no'} lines match where one has to ({pattern})")
    return found[0]


def bend(site: Site, path: str, pattern: str, new: object, within: tuple[int, int] | None = None) -> Change:
    """A file of which what the last group of the one line that matches holds is `new`; that line is the trace."""
    text = site.text(path)
    bent = swap(text, within or whole(text), pattern, str(new))
    lines = (after for before, after in zip(text.splitlines(), bent.splitlines(), strict=True) if before != after)
    return site.file(path, bent, *(Trace("file", site.node, value=line.strip()) for line in lines))


def add(text: str, within: tuple[int, int], line: str) -> str:
    """With one more line at the end of the stanza, indented as its others are."""
    start, end = within
    inside = text[start:end].rstrip("\n")
    indent = re.match(r"\s*", inside.splitlines()[-1])
    deep = indent[0] if indent and "\n" in inside else "    "
    return f"{text[:start]}{inside}\n{deep}{line}\n{text[start + len(inside) :].removeprefix(chr(10))}"


def add_line(text: str, line: str) -> str:
    """With one more line at the end."""
    return f"{text.rstrip(chr(10))}\n{line}\n"


def interface_block(site: Site) -> tuple[str, tuple[int, int]]:
    """FRR's text, with a block for the interface, and where that is."""
    text = site.text(FRR)
    head = f"interface {re.escape(site.card)}"
    if not re.search(rf"^{head}$", text, re.MULTILINE):
        text = text.rstrip("\n") + f"\n!\ninterface {site.card}\n"
    return text, block(text, head)
