"""Knowledge, skill and behaviour statements of an occupational standard, and how a check refers to them."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

CODE = re.compile(r"[KSB][1-9][0-9]?")


@dataclass(frozen=True, slots=True)
class Standard:
    """One standard: `ksbs` and `duties` map a code (`S13`, `D4`) to a short title."""

    code: str
    title: str
    ksbs: Mapping[str, str]
    duties: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class KsbRef:
    """A check's claim on one KSB. `direct`: a pass cannot be had without it; else it only supports."""

    code: str
    direct: bool = True

    def __str__(self) -> str:
        return self.code if self.direct else f"{self.code}:supporting"


def parse_ref(text: str) -> KsbRef:
    """`S13` or `K9:supporting`; raises ValueError for anything else."""
    code, _, role = text.partition(":")
    if not CODE.fullmatch(code) or role not in ("", "direct", "supporting"):
        raise ValueError(f"'{text}' is not a KSB: write a code such as S13, or K9:supporting")
    return KsbRef(code, direct=role != "supporting")


def natural(code: str) -> tuple[int, int]:
    """A sort key: K2 before K10, and K, S, B, D in that order."""
    return "KSBD".index(code[0]), int(code[1:])


def unknown(codes: Iterable[str], standard: Standard) -> list[str]:
    """The codes that the standard has neither as KSB nor as duty."""
    return sorted(set(codes) - set(standard.ksbs) - set(standard.duties), key=str)


@cache
def standard(code: str = "ST0127") -> Standard:
    """A standard shipped with netlab, with short titles of our own (never the official wording)."""
    text = resources.files("netlab.standards").joinpath(f"{code.lower()}.json").read_text("utf-8")
    data = json.loads(text)
    return Standard(data["code"], data["title"], data["ksbs"], data["duties"])
