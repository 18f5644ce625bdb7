"""Faults of packet filters and address translation, in nftables' rule file."""

import re

from netlab.faults import stanza
from netlab.faults.change import Change, Site

RULES = "/etc/nftables.conf"
_INDENT = r"[ \t]*"


def _line(rule: object) -> str:
    return rf"({_INDENT}{re.escape(str(rule))})"


def wrong_rule(site: Site) -> Change:
    """`rule`: as it stands in the file; it is missing, or it is what `becomes` says."""
    rule = site.ask("rule")
    if "becomes" not in site.given:
        return site.file(RULES, stanza.drop(site.text(RULES), _line(rule)))
    return stanza.bend(site, RULES, rf"{_INDENT}({re.escape(str(rule))})", site.given["becomes"])


def wrong_order(site: Site) -> Change:
    """`rule`: it comes right after the rule `behind`, which decides first."""
    text, rule, behind = site.text(RULES), site.ask("rule"), site.ask("behind")
    line = stanza.value(text, stanza.whole(text), _line(rule))
    without = stanza.drop(text, _line(rule))
    before = stanza.value(without, stanza.whole(without), _line(behind))
    return site.file(RULES, without.replace(f"{before}\n", f"{before}\n{line}\n"))
