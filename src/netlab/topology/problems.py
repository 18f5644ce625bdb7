"""What of a topology cannot be honoured, and what makes no difference: each with its place in the file."""

from dataclasses import dataclass

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that netlab cannot honour. `optional`: the rest works without it, if that is asked for."""

    place: Place
    text: str
    fix: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that is accepted and makes no difference, or means something else here than it might seem."""

    place: Place
    text: str
