"""Draw a learner's own parameters (subnets, addresses, MACs, numbers, names) from a seed.

Every value comes from HMAC-SHA256 of the seed and the parameter's name: the same seed gives the same network on
every machine, and a parameter added at the end changes no other (a subnet added earlier takes its room first).
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Annotated, Any, Literal

from jinja2 import TemplateError, Undefined
from jinja2.sandbox import SandboxedEnvironment
from pydantic import BaseModel, ConfigDict, Field, model_validator

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Seed:
    """The secret of one attempt: HMAC(key, learner, lab, attempt)."""

    digest: bytes

    @classmethod
    def derive(cls, key: bytes, learner: str, lab: str, attempt: int) -> "Seed":
        message = "\0".join((learner, lab, str(attempt))).encode()
        return cls(hmac.digest(key, message, "sha256"))

    @property
    def commitment(self) -> str:
        """A hash that proves later which seed was used without showing it now."""
        return hashlib.sha256(b"netlab seed commitment\0" + self.digest).hexdigest()

    def number(self, name: str, below: int) -> int:
        """A number in 0 … below-1, uniform, fixed for this seed and name."""
        drawn = hmac.digest(self.digest, name.encode(), "sha256")
        return int.from_bytes(drawn) % below


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Choice(_Strict):
    """One of a list."""

    draw: Literal["choice"]
    of: list[Any] = Field(min_length=1)

    def value(self, name: str, seed: Seed, _: Values) -> Any:
        return self.of[seed.number(name, len(self.of))]


class Integer(_Strict):
    """A whole number from `low` to `high` in steps of `step`."""

    draw: Literal["integer"]
    low: int
    high: int
    step: int = Field(default=1, ge=1)

    @model_validator(mode="after")
    def _low_before_high(self) -> "Integer":
        if self.low > self.high:
            raise ValueError(f"low is {self.low}, but high only {self.high}")
        return self

    def value(self, name: str, seed: Seed, _: Values) -> int:
        return self.low + self.step * seed.number(name, (self.high - self.low) // self.step + 1)


class Subnet(_Strict):
    """An IPv4 subnet of length `prefix` inside `within`, clear of every subnet drawn before it."""

    draw: Literal["subnet"]
    within: list[IPv4Network] = Field(min_length=1)
    prefix: int = Field(ge=8, le=30)

    @model_validator(mode="after")
    def _fits(self) -> "Subnet":
        if small := [str(block) for block in self.within if block.prefixlen > self.prefix]:
            raise ValueError(f"a /{self.prefix} does not fit into {', '.join(small)}")
        return self

    def value(self, name: str, seed: Seed, before: Values) -> IPv4Network:
        taken = [value for value in before.values() if isinstance(value, IPv4Network)]
        free = [
            subnet
            for block in self.within
            for subnet in block.subnets(new_prefix=self.prefix)
            if not any(subnet.overlaps(other) for other in taken)
        ]
        if not free:
            blocks = ", ".join(map(str, self.within))
            raise ValueError(f"parameter '{name}': no free /{self.prefix} is left inside {blocks}")
        return free[seed.number(name, len(free))]


class Mac(_Strict):
    """A locally administered unicast MAC address (IEEE 802: second-least bit of the first octet set)."""

    draw: Literal["mac"]
    prefix: str = Field(default="02:6e:6c", pattern=r"^[0-9a-f]{2}(:[0-9a-f]{2}){2}$")

    def value(self, name: str, seed: Seed, _: Values) -> str:
        tail = seed.number(name, 1 << 24).to_bytes(3)
        return ":".join([self.prefix, *(f"{octet:02x}" for octet in tail)])


class Expression(_Strict):
    """Worked out from the parameters before it, as a Jinja2 expression: `lan1[1]`, `first + 30`."""

    draw: Literal["expression"]
    expression: str

    def value(self, name: str, _: Seed, before: Values) -> Any:
        try:
            value = _EXPRESSIONS.compile_expression(self.expression, undefined_to_none=False)(**before)
        except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as wrong:
            raise ValueError(f"parameter '{name}': {self.expression!r} cannot be worked out: {wrong}") from wrong
        if isinstance(value, Undefined):  # jinja gives this instead of raising
            raise ValueError(  # noqa: TRY004 - the author's mistake, not a wrong type
                f"parameter '{name}': {self.expression!r} names nothing that was drawn before it"
            )
        return value


Parameter = Annotated[Choice | Integer | Subnet | Mac | Expression, Field(discriminator="draw")]
_EXPRESSIONS = SandboxedEnvironment()


def draw(parameters: Mapping[str, Parameter], seed: Seed) -> dict[str, Any]:
    """All parameters in the order written; raises ValueError naming the one that cannot be drawn."""
    values: dict[str, Any] = {}
    for name, parameter in parameters.items():
        values[name] = parameter.value(name, seed, values)
    return values


def plain(values: Values) -> dict[str, Any]:
    """The same values as JSON holds them: addresses and subnets as text."""
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, IPv4Address | IPv4Network):
        return str(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
