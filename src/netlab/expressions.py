"""Templates and expressions: one strict sandbox for both, and in plain words what is wrong with one.

Jinja2 lets a misspelt name pass as nothing in more than one place: unknown names are looked for before anything is
worked out, also in branches that are not taken.
"""

import re
import traceback
from collections.abc import Mapping
from difflib import get_close_matches
from ipaddress import AddressValueError, NetmaskValueError
from typing import Any

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import SandboxedEnvironment


class _Nothing(StrictUndefined):
    """Also inside a list, which is turned into text by the repr of what is in it."""

    __slots__ = ()
    __repr__ = StrictUndefined._fail_with_undefined_error  # noqa: SLF001 - how Jinja2 documents such classes


_JINJA = SandboxedEnvironment(
    undefined=_Nothing, keep_trailing_newline=True, trim_blocks=True, lstrip_blocks=True, autoescape=False
)
_WRONG = (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
_TEMPLATE = "<template>"  # what Jinja2 calls a template's file in a traceback
_SIGNS = {
    "end of print statement": "}}",
    "end of statement block": "%}",
    "begin of print statement": "{{",
    "begin of statement block": "{%",
    "end of template": "the end",
}
_THINGS = {
    "IPv4Network": "a subnet",
    "IPv4Address": "an address",
    "int": "a number",
    "float": "a number",
    "str": "a text",
    "list": "a list",
    "dict": "a mapping",
}
_WORDS = (
    (r"No (filter|test) named '(.+?)'", "there is no {0} '{1}'"),
    (r"'(.+)' is undefined", "there is no parameter '{0}'"),
    (r"'(?:\w+\.)*(\w+) object' has no attribute '(.+)'", "{0} has no '{1}'"),
    (r"(?:\w+\.)*(\w+) object has no element (.+)", "{0} has no element {1}"),
    (r"access to attribute '(.+?)'", "'{0}' may not be used here"),
    (r"Encountered unknown tag '(.+?)'", "{{% {0} %}} is not known here"),
    (r"Unexpected end of template\. .*needs to be closed is '(.+?)'", "{{% {0} %}} is never ended"),
    (r"Missing end of comment tag", "a comment is never ended: #}} is missing"),
    (r"(?:unexpected end of template, )expected '(.+?)'", "{0} is missing"),
    (r"expected token '(.+?)', got '(.+?)'", "'{1}' stands where {0} should"),
    (r"Expected an expression, got '(.+?)'", "something is missing before {0}"),
    (r"unexpected char (.+?) at", "the character {0} cannot stand here"),
    (r"unexpected '(.+?)'", "something is missing before {0}"),
    (r"no loader for this environment", "another file cannot be taken in here"),
)


class FillError(ValueError):
    """A text that cannot be filled in, or an expression that cannot be worked out; `line` counts from 1."""

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


def fill(text: str, values: Mapping[str, Any]) -> str:
    """The text with its `{{ … }}` filled in. Raises FillError."""
    try:
        tree = _JINJA.parse(text)
        _refuse_unknown(tree, values)
        return _JINJA.from_string(tree).render(values)
    except FillError:
        raise
    except _WRONG as wrong:
        raise FillError(reason(wrong), _line(wrong)) from wrong


def work_out(expression: str, values: Mapping[str, Any]) -> Any:
    """The value of an expression such as `lan[1] + 5`. Raises FillError."""
    try:
        compiled = _JINJA.compile_expression(expression, undefined_to_none=False)
        _refuse_unknown(_JINJA.parse(f"{{{{ {expression} }}}}"), values)
        value = compiled(**values)
        repr(value)  # which no undefined value survives, wherever in a list it is
    except FillError:
        raise
    except _WRONG as wrong:
        raise FillError(reason(wrong), 1) from wrong
    return value


def _refuse_unknown(tree: nodes.Template, values: Mapping[str, Any]) -> None:
    unknown = find_undeclared_variables(tree) - set(values) - set(_JINJA.globals)
    found = [(name.lineno, name.name) for name in tree.find_all(nodes.Name) if name.name in unknown]
    for line, name in sorted(found):
        near = get_close_matches(name, values, n=1)
        meant = f" (perhaps '{near[0]}' is meant)" if near else ""
        raise FillError(f"there is no parameter '{name}'{meant}", line)


def reason(wrong: Exception) -> str:
    """What went wrong, in our own words."""
    if isinstance(wrong, TemplateError | SecurityError) or "no loader" in str(wrong):
        return _in_words(str(wrong))
    if isinstance(wrong, ZeroDivisionError):
        return "it divides by zero"
    if isinstance(wrong, AddressValueError | NetmaskValueError | OverflowError):
        return "it leads to an address or a number that there cannot be"
    return "it does with a value what cannot be done with such a value"


def _in_words(message: str) -> str:
    for pattern, words in _WORDS:
        if found := re.match(pattern, message, re.DOTALL):
            return words.format(*(_SIGNS.get(part, _THINGS.get(part, part)) for part in found.groups()))
    return "it is not written as a template must be"


def _line(wrong: Exception) -> int:
    if isinstance(wrong, TemplateSyntaxError):
        return wrong.lineno
    lines = [frame.lineno for frame in traceback.extract_tb(wrong.__traceback__) if frame.filename == _TEMPLATE]
    return next((line for line in reversed(lines) if line), 1)
