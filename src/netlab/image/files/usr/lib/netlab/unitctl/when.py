"""Points in time as journalctl takes them: `today`, `09:30`, `2026-11-23 09:30`, `5 min ago`, `-1h`."""

import time

from unitctl.syntax import UNITS_OF_TIME

FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d")
CLOCKS = ("%H:%M:%S", "%H:%M")
DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
DAY = 86400


def stamp(text: str, now: float | None = None) -> str:
    """The point in time, in the sortable form of journal entries. Raises ValueError."""
    current = time.time() if now is None else now
    seconds = _seconds(text.strip().lower(), current)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(seconds)) + f".{int(seconds % 1 * 1e6):06d}"


def _seconds(text: str, now: float) -> float:
    if text == "now":
        return now
    midnight = _midnight(now)
    if text in DAYS:
        return _midnight(midnight + DAYS[text] * DAY + DAY / 2)
    if text.startswith(("-", "+")):
        return now + _span(text[1:]) * (-1 if text[0] == "-" else 1)
    if text.endswith(" ago"):
        return now - _span(text[:-4])
    today = time.strftime("%Y-%m-%d ", time.localtime(now))
    for given, form in [*((text, form) for form in FORMATS), *((today + text, "%Y-%m-%d " + form) for form in CLOCKS)]:
        try:
            return time.mktime(time.strptime(given.upper(), form))
        except ValueError:
            continue
    raise ValueError(f"Failed to parse timestamp: {text}")


def _midnight(moment: float) -> float:
    return time.mktime(time.strptime(time.strftime("%Y-%m-%d", time.localtime(moment)), "%Y-%m-%d"))


def _span(text: str) -> float:
    """`1h 30min`, `5 minutes`: seconds."""
    total, number, unit = 0.0, "", ""
    for char in text.replace(" ", "") + "0":
        if char.isdigit() and unit:
            total, number, unit = total + _worth(number, unit), "", ""
        number, unit = (number + char, unit) if char.isdigit() else (number, unit + char)
    return total if total or text.strip() in ("0", "0s") else _worth(text.strip(), "s")


def _worth(number: str, unit: str) -> float:
    scale = UNITS_OF_TIME.get(unit, UNITS_OF_TIME.get(unit.removesuffix("s")))
    if scale is None or not number.isdigit():
        raise ValueError(f"Failed to parse timestamp: {number} {unit}")
    return int(number) * scale
