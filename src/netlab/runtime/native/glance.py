"""How the ends of cables are now, whatever has been done to them on the nodes."""

import json
import subprocess
from typing import Any

from netlab.runtime.native.impair import CUT
from netlab.runtime.native.wiring import ALIAS

Plan = dict[str, Any]


def look(ports: list[Plan]) -> list[Plan]:
    """For each plan that is there (`node`, `interface`, `cut`): these, `up`, and whether `cut` is so."""
    there = {node: _ups(node) for node in sorted({one["node"] for one in ports})}
    found = []
    for one in ports:
        now = there[one["node"]].get(one["interface"])
        if now:
            name, up = now
            found.append(one | {"up": up, "cut": one["cut"] and _is_cut(one["node"], name)})
    return found


def _ups(node: str) -> dict[str, tuple[str, bool]]:
    """A node's cabled interfaces by their names on the plan: what they are called now, and whether they are up."""
    links = _told(["ip", "-n", node, "-json", "link"])
    marked = ((link, link.get("ifalias", "")) for link in links)
    return {
        alias.removeprefix(ALIAS): (link["ifname"], "UP" in link["flags"])
        for link, alias in marked
        if alias.startswith(ALIAS)
    }


def _is_cut(node: str, name: str) -> bool:
    return any(
        one.get("pref") == CUT for one in _told(["tc", "-n", node, "-json", "filter", "show", "dev", name, "egress"])
    )


def _told(argv: list[str]) -> list[Plan]:
    """Nothing, when the interface goes just now."""
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=10)
    told: list[Plan] = json.loads(done.stdout or "[]") if done.returncode == 0 else []
    return told
