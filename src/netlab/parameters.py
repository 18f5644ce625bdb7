"""Draw a learner's own parameters (subnets, addresses, MACs, numbers, names) from a seed.

Every value comes from HMAC-SHA256 of the seed and the parameter's name: the same seed gives the same network on
every machine, and a parameter added at the end changes no other (a subnet added earlier takes its room first).
"""

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from netlab.complaints import matching
from netlab.expressions import FillError, work_out
from netlab.seed import Seed

Values = Mapping[str, Any]


class ParameterError(ValueError):
    """The parameter `name` cannot be drawn."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"parameter '{name}': {reason}")
        self.name = name
        self.reason = reason


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class VlanId(int):
    """The number of a VLAN (IEEE 802.1Q)."""


class PortNumber(int):
    """A TCP or UDP port."""


class Choice(_Strict):
    """One of a list; with `apart`, none that was drawn before it."""

    draw: Literal["choice"]
    of: list[Any] = Field(min_length=1)
    apart: bool = False

    def value(self, name: str, seed: Seed, before: Values) -> Any:
        left = [one for one in self.of if one not in before.values()] if self.apart else self.of
        return _one(name, seed, left, "every one of the list is drawn already")


class Vlan(_Strict):
    """A VLAN that no other parameter has. 1 is everybody's default, and 1002 to 1005 are not for Ethernet."""

    draw: Literal["vlan"]
    low: int = Field(default=2, ge=2, le=4094)
    high: int = Field(default=1001, ge=2, le=4094)

    def value(self, name: str, seed: Seed, before: Values) -> VlanId:
        taken = {one for one in before.values() if isinstance(one, VlanId)} | set(range(1002, 1006))
        left = [one for one in range(self.low, self.high + 1) if one not in taken]
        return VlanId(_one(name, seed, left, f"no free VLAN is left from {self.low} to {self.high}"))


class Port(_Strict):
    """A port that no other parameter has; above the well-known ones, below those that clients are given (RFC 6335)."""

    draw: Literal["port"]
    low: int = Field(default=1024, ge=1, le=65535)
    high: int = Field(default=49151, ge=1, le=65535)

    def value(self, name: str, seed: Seed, before: Values) -> PortNumber:
        taken = {one for one in before.values() if isinstance(one, PortNumber)}
        left = [one for one in range(self.low, self.high + 1) if one not in taken]
        return PortNumber(_one(name, seed, left, f"no free port is left from {self.low} to {self.high}"))


def _one(name: str, seed: Seed, left: Sequence[Any], otherwise: str) -> Any:
    if not left:
        raise ParameterError(name, otherwise)
    return left[seed.number(name, len(left))]


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
        blocks = ", ".join(map(str, self.within))
        found: IPv4Network = _one(name, seed, free, f"no free /{self.prefix} is left inside {blocks}")
        return found


class Mac(_Strict):
    """A locally administered unicast MAC address (IEEE 802: second-least bit of the first octet set)."""

    draw: Literal["mac"]
    prefix: Annotated[str, matching(r"[0-9a-f]{2}(:[0-9a-f]{2}){2}", "the first half of a MAC address")] = "02:6e:6c"

    def value(self, name: str, seed: Seed, _: Values) -> str:
        tail = seed.number(name, 1 << 24).to_bytes(3)
        return ":".join([self.prefix, *(f"{octet:02x}" for octet in tail)])


class Expression(_Strict):
    """Worked out from the parameters before it, as a Jinja2 expression: `lan1[1]`, `first + 30`."""

    draw: Literal["expression"]
    expression: str

    def value(self, name: str, _: Seed, before: Values) -> Any:
        try:
            return work_out(self.expression, before)
        except FillError as wrong:
            reason = f"{self.expression!r} cannot be worked out from the parameters before it: {wrong.reason}"
            raise ParameterError(name, reason) from wrong


Parameter = Annotated[Choice | Integer | Subnet | Mac | Vlan | Port | Expression, Field(discriminator="draw")]


def draw(parameters: Mapping[str, Parameter], seed: Seed) -> dict[str, Any]:
    """All parameters in the order written; raises ParameterError for the first that cannot be drawn."""
    values: dict[str, Any] = {}
    for name, parameter in parameters.items():
        values[name] = parameter.value(name, seed, values)
    return values


def plain(values: Values) -> dict[str, Any]:
    """The same values as JSON holds them: addresses and subnets as text."""
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, VlanId | PortNumber):
        return int(value)
    if isinstance(value, IPv4Address | IPv4Network):
        return str(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
