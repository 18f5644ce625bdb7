"""Written work held against facts: what it names, what it leaves out, and what this network never had.

Nothing of this passes or fails anybody. It is what the person who marks the work sees beside it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network, ip_address
from typing import Any

NEAR = 0.05  # a number counts as named if it is no further off than this share of it
_ADDRESS = re.compile(
    r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f:]*:[0-9A-Fa-f:]*:[0-9A-Fa-f.:]*)(?![\w:]|\.\w)"
)
_NUMBER = re.compile(r"(?<![\w.])[+-]?\d+(?:\.\d+)?(?![\w]|\.\d)")
_MAC = re.compile(r"[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}")
_Network = IPv4Network | IPv6Network
_Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Findings:
    """`words`: how many there are. `named`, `missing`: facts by name. `strangers`: addresses not of this network."""

    words: int
    named: tuple[str, ...]
    missing: tuple[str, ...]
    strangers: tuple[str, ...]

    @property
    def summary(self) -> str:
        """For the person who marks it."""
        parts = [f"{self.words} words wait for a person to mark them"]
        parts += [f"facts named: {', '.join(self.named)}"] if self.named else []
        parts += [f"facts not named: {', '.join(self.missing)}"] if self.missing else []
        parts += [f"not of this network: {', '.join(self.strangers[:6])}"] if self.strangers else []
        return "; ".join(parts)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def look(text: str, facts: Mapping[str, Any], own: Iterable[Any]) -> Findings:
    """`facts`: what should be named, by name; `own`: the learner's parameters, whatever they are."""
    named = tuple(name for name, fact in facts.items() if names(text, fact))
    missing = tuple(name for name in facts if name not in named)
    return Findings(len(text.split()), named, missing, tuple(strangers(text, [*own, *facts.values()])))


def names(text: str, fact: Any) -> bool:
    """Is the fact in the text? A number may be a little off; case and spaces do not matter."""
    if isinstance(fact, bool) or not isinstance(fact, int | float):
        plain = " ".join(str(fact).lower().split())
        found = rf"(?<![\w.:]){re.escape(plain)}(?![\w:]|\.\d)"
        return bool(plain) and re.search(found, " ".join(text.lower().split())) is not None
    return any(abs(float(said) - fact) <= abs(fact) * NEAR for said in _NUMBER.findall(text))


def strangers(text: str, own: Iterable[Any]) -> list[str]:
    """Addresses in the text that are neither one of the learner's own nor in one of their networks."""
    addresses, networks = _places(own)
    found = dict.fromkeys(said.rstrip(":.") for said in _ADDRESS.findall(_MAC.sub(" ", text)))
    return [said for said in found if (one := _address(said)) and not _is_own(one, addresses, networks)]


def _is_own(one: _Address, addresses: set[_Address], networks: list[_Network]) -> bool:
    special = one.is_loopback or one.is_unspecified or one.is_multicast or one.is_link_local
    mask = one.version == 4 and _is_mask(int(one))  # noqa: PLR2004 - the version of IP
    return special or mask or one in addresses or any(one in network for network in networks)


def _is_mask(value: int) -> bool:
    """255.255.255.0, or its wildcard 0.0.0.255."""
    inverse = value ^ 0xFFFFFFFF
    return inverse & (inverse + 1) == 0 or value & (value + 1) == 0


def _places(own: Iterable[Any]) -> tuple[set[_Address], list[_Network]]:
    addresses: set[_Address] = set()
    networks: list[_Network] = []
    for value in _flat(own):
        if isinstance(value, IPv4Interface | IPv6Interface):
            networks.append(value.network)
        elif isinstance(value, IPv4Network | IPv6Network):
            networks.append(value)
        elif isinstance(value, IPv4Address | IPv6Address):
            addresses.add(value)
        elif isinstance(value, str) and (one := _address(value)):
            addresses.add(one)
    return addresses, networks


def _flat(values: Iterable[Any]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, list | tuple):
            yield from _flat(value)
        elif isinstance(value, Mapping):
            yield from _flat(value.values())
        else:
            yield value


def _address(text: str) -> _Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None
