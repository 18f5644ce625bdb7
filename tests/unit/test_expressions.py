"""What the author of a lab is told about a template or an expression: our words, and the line."""

from ipaddress import IPv4Network

import pytest

from netlab.expressions import FillError, fill, work_out

VALUES = {"customer": "Harbour Dental", "lan": IPv4Network("192.0.2.0/28"), "rooms": ["A", "B"], "number": 5}
LIBRARY = ("jinja", "undefined", "token", "template was", "print statement", "object", "python")

MISTAKES = [
    ("{{ custmer }}", "there is no parameter 'custmer' (perhaps 'customer' is meant)"),
    ("{{ custmer | lower }}", "there is no parameter 'custmer'"),
    ("{{ [zone] }}", "there is no parameter 'zone'"),
    ("{{ 'a' if number else zone }}", "there is no parameter 'zone'"),
    ("{% if number > 9 %}{{ zone }}{% endif %}", "there is no parameter 'zone'"),
    ("{{ lan.netmsk }}", "a subnet has no 'netmsk'"),
    ("{{ [lan.netmsk] }}", "a subnet has no 'netmsk'"),
    ("{{ lan[99] }}", "a subnet has no element 99"),
    ("{{ rooms[5] }}", "a list has no element 5"),
    ("{{ lan[1] + 2 ** 40 }}", "it leads to an address"),
    ("{{ number // 0 }}", "it divides by zero"),
    ("{{ rooms + 'C' }}", "it does with a value what cannot be done"),
    ("{{ number() }}", "it does with a value what cannot be done"),
    ("{{ number | replace }}", "it does with a value what cannot be done"),
    ("{{ customer | lowr }}", "there is no filter 'lowr'"),
    ("{{ rooms | map('lowr') | list }}", "there is no filter 'lowr'"),
    ("{{ number is evn }}", "there is no test 'evn'"),
    ("{{ customer.__class__ }}", "'__class__' may not be used here"),
    ("{{ number + }}", "something is missing before }}"),
    ("{{ }}", "something is missing before }}"),
    ("{{ number lan }}", "'lan' stands where }} should"),
    ("{{ number", "}} is missing"),
    ("{{ number ! }}", "the character '!' cannot stand here"),
    ("{% if number %}", "{% if %} is never ended"),
    ("{% endif %}", "{% endif %} is not known here"),
    ("{% fi %}", "{% fi %} is not known here"),
    ("{# why", "a comment is never ended: #} is missing"),
    ("{% include 'other' %}", "another file cannot be taken in here"),
]


@pytest.mark.parametrize(("template", "reason"), MISTAKES, ids=[template for template, _ in MISTAKES])
def test_a_mistake_in_a_template_is_told_with_its_line(template, reason):
    with pytest.raises(FillError) as told:
        fill(f"one\n{{{{ number }}}}\n{template}", VALUES)
    assert told.value.reason.startswith(reason)
    assert told.value.line == 3
    assert not any(word in told.value.reason.lower() for word in LIBRARY)


@pytest.mark.parametrize(
    "expression",
    ["custmer", "custmer | lower", "[custmer]", "lan.netmsk", "[lan[99]]", "number +", "number if lan", "}}"],
)
def test_an_expression_never_comes_to_nothing(expression):
    if expression == "number if lan":
        assert work_out(expression, VALUES) == VALUES["number"]
        return
    with pytest.raises(FillError) as told:
        work_out(expression, VALUES)
    assert not any(word in told.value.reason.lower() for word in LIBRARY)


def test_loops_and_names_set_in_the_text_are_known():
    text = (
        "{% set a = number %}{% for room in rooms %}{{ loop.index }}{{ room }}{{ a }}{% endfor %}{{ range(2) | list }}"
    )
    assert fill(text, VALUES) == "1A52B5[0, 1]"
