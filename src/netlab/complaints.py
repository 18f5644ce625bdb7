"""What pydantic refuses in a file, in our own words: what must stand there, and no name of Python's."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import AfterValidator, ValidationError

Place = tuple[int | str, ...]
MISSING, UNKNOWN = "missing", "extra_forbidden"
_WHOLE = "this must be a whole number"
_NUMBER = "this must be a number"
_TRUTH = "this must be true or false"
_KEYS = "this must be keys with values, as in `key: value`"
_NETWORK = "this must be an {0} network such as {1}, without host bits"
_REASONS = {
    UNKNOWN: "netlab does not know this key here",
    MISSING: "this key is missing",
    "string_type": "this must be text; put a number or a date in quotes",
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "int_parsing_size": "this number is too large",
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "bool_type": _TRUTH,
    "bool_parsing": _TRUTH,
    "list_type": "this must be a list",
    "dict_type": _KEYS,
    "model_type": _KEYS,
    "model_attributes_type": _KEYS,
    "string_too_short": "this must have at least {min_length} characters",
    "string_too_long": "this may have at most {max_length} characters",
    "too_short": "this list must have at least {min_length}, and has {actual_length}",
    "too_long": "this list may have at most {max_length}, and has {actual_length}",
    "greater_than": "this must be more than {gt:g}",
    "greater_than_equal": "this must be {ge:g} or more",
    "less_than": "this must be less than {lt:g}",
    "less_than_equal": "this must be {le:g} or less",
    "literal_error": "this must be {expected}",
    "union_tag_invalid": "there is no {discriminator} called '{tag}', only {expected_tags}",
    "union_tag_not_found": "the key {discriminator} is missing",
    "ip_v4_address": "this must be an IPv4 address such as 192.0.2.1",
    "ip_v6_address": "this must be an IPv6 address such as 2001:db8::1",
    "ip_v4_interface": "this must be an IPv4 address and prefix length such as 192.0.2.1/24",
    "ip_v6_interface": "this must be an IPv6 address and prefix length such as 2001:db8::1/64",
    "ip_v4_network": _NETWORK.format("IPv4", "192.0.2.0/24"),
    "ip_v6_network": _NETWORK.format("IPv6", "2001:db8::/64"),
}
_OWN = {"value_error", "topology", "netlab"}
_OTHERWISE = "this is not a value that can stand here"


def matching(pattern: str, what: str) -> AfterValidator:
    """For `Annotated[str, …]`: the whole text must match, or it is said to be no `what`."""

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(f"'{text}' is not {what}")
        return text

    return AfterValidator(check)


def complaints(wrong: ValidationError) -> list[tuple[Place, str, str]]:
    """The place, the kind and the reason of everything that pydantic refuses."""
    # A mistyped key is both unknown and missing: the unknown one is where the mistake stands.
    errors = sorted(wrong.errors(), key=lambda error: error["type"] != UNKNOWN)
    found = ((error, error.get("ctx", {})) for error in errors)
    return [((*error["loc"], *ctx.get("at", ())), error["type"], _reason(error, ctx)) for error, ctx in found]


def _reason(error: Mapping[str, Any], ctx: Mapping[str, Any]) -> str:
    if error["type"] in _OWN:
        return str(error["msg"]).removeprefix("Value error, ")
    return _REASONS.get(error["type"], _OTHERWISE).format(**ctx)
