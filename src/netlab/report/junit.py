"""A result as JUnit XML, which every CI system and many mark books read."""

import re
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from netlab.result import CheckResult, Result, Verdict

_NOT_IN_XML = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")  # XML 1.0, 2.2
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# JUnit knows no verdict of a person's that is still to come, so that is skipped, too.
_ELEMENTS = {
    Verdict.FAIL: "failure",
    Verdict.ERROR: "error",
    Verdict.SKIPPED: "skipped",
    Verdict.NEEDS_HUMAN: "skipped",
}


def junit(result: Result) -> bytes:
    """The whole document, UTF-8. One test case a check; a fail is a failure, an error stays one."""
    root = Element("testsuites")
    suite = SubElement(root, "testsuite", _totals(result))
    for name, value in _facts(result).items():
        SubElement(_child(suite, "properties"), "property", name=name, value=_text(value))
    for check in result.checks:
        _case(suite, result.slug, check)
    indent(root)
    document: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _totals(result: Result) -> dict[str, str]:
    kinds = [_ELEMENTS.get(check.verdict) for check in result.checks]
    counts = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    return {
        "name": result.slug,
        "tests": str(len(kinds)),
        **{name: str(kinds.count(kind)) for name, kind in counts.items()},
        "time": f"{sum(check.seconds for check in result.checks):.3f}",
        "timestamp": _text(str(result.record.get("started", ""))),
    }


def _facts(result: Result) -> dict[str, str]:
    """What belongs to the whole run."""
    return {
        "learner": result.learner,
        "attempt": str(result.attempt),
        "points": f"{result.points:g}",
        "max": f"{result.maximum:g}",
        "percent": f"{result.percent:g}",
        **{name: str(value) for name, value in result.record.items()},
    }


def _case(suite: Element, slug: str, check: CheckResult) -> None:
    name = _text(f"{check.spec.id}: {check.spec.title}")
    case = SubElement(suite, "testcase", classname=slug, name=name, time=f"{check.seconds:.3f}")
    properties = SubElement(case, "properties")
    for ref in check.spec.ksbs:
        role = "ksb" if ref.direct else "ksb-supporting"
        SubElement(properties, "property", name=role, value=ref.code)
    SubElement(properties, "property", name="points", value=f"{check.points:g}/{check.spec.max:g}")
    if kind := _ELEMENTS.get(check.verdict):
        outcome = SubElement(case, kind, message=_text(_first_line(check)))
        outcome.text = _text(_reasons(check))


def _first_line(check: CheckResult) -> str:
    return check.observed or ("marked by a person" if check.verdict is Verdict.NEEDS_HUMAN else check.verdict.value)


def _reasons(check: CheckResult) -> str:
    rows = {"expected": check.expected, "observed": check.observed, "look at": check.hint, "debug": check.debug}
    return "\n".join(f"{name}: {text}" for name, text in rows.items() if text)


def _child(parent: Element, tag: str) -> Element:
    found = parent.find(tag)
    return SubElement(parent, tag) if found is None else found


def _text(text: str) -> str:
    """Without the control characters that a device may print and XML cannot hold."""
    return _NOT_IN_XML.sub(_REPLACEMENT, text)
