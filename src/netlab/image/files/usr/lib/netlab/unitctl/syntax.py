"""The syntax of unit files and command lines. Pure functions."""

ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "s": " "}
QUOTED = "\\\"'"
UNITS_OF_TIME = {
    "us": 1e-6, "ms": 1e-3, "s": 1.0, "sec": 1.0, "second": 1.0, "seconds": 1.0,
    "m": 60.0, "min": 60.0, "minute": 60.0, "minutes": 60.0,
    "h": 3600.0, "hr": 3600.0, "hour": 3600.0, "d": 86400.0, "day": 86400.0, "week": 604800.0,
}  # fmt: skip
FOREVER = 3600.0

Values = dict[str, list[str]]


def read_unit(text: str, into: Values) -> None:
    """Add the assignments of a unit file to `into`, by "Section.Key"; `Key=` empties a list."""
    section = pending = ""
    for raw in text.splitlines():
        line = raw.strip()
        if line[:1] in ("#", ";"):
            continue
        if line.endswith("\\"):
            pending += line[:-1] + " "
            continue
        line, pending = pending + line, ""
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1]
            continue
        key, sep, value = line.partition("=")
        if not sep:
            continue
        name = f"{section}.{key.strip()}"
        if value.strip():
            into.setdefault(name, []).append(value.strip())
        else:
            into[name] = []


def split_words(text: str) -> list[str]:
    """Split as systemd does: white space, both quotes, C escapes (unknown ones are kept)."""
    words: list[str] = []
    word: list[str] | None = None
    quote, i = "", 0
    while i < len(text):
        char = text[i]
        if char == "\\" and i + 1 < len(text):
            plain, i = _escape(text, i + 1)
            word = [*(word or []), plain]
            continue
        if quote:
            if char == quote:
                quote = ""
            else:
                word = [*(word or []), char]
        elif char in "\"'":
            quote, word = char, word or []
        elif char.isspace():
            if word is not None:
                words.append("".join(word))
            word = None
        else:
            word = [*(word or []), char]
        i += 1
    if word is not None:
        words.append("".join(word))
    return words


def _escape(text: str, i: int) -> tuple[str, int]:
    """The character meant by the escape whose letter is at `i`, and where to go on."""
    char = text[i]
    if char in QUOTED:
        return char, i + 1
    if char in ESCAPES:
        return ESCAPES[char], i + 1
    try:
        if char == "x":
            return chr(int(text[i + 1 : i + 3], 16)), i + 3
        if char in "01234567":
            return chr(int(text[i : i + 3], 8)), i + 3
    except ValueError:
        pass
    return "\\" + char, i + 1


def read_environment_file(text: str) -> dict[str, str]:
    """The assignments of an EnvironmentFile: shell-like quotes, comments, no expansion."""
    found: dict[str, str] = {}
    lines = iter(text.splitlines())
    for raw in lines:
        line = raw.strip()
        if not line or line[0] in "#;":
            continue
        while line.endswith("\\"):
            line = line[:-1] + next(lines, "").strip()
        name, sep, value = line.partition("=")
        name = name.strip().removeprefix("export ").strip()
        if sep and name.replace("_", "a").isalnum() and not name[0].isdigit():
            found[name] = _shell_value(value.strip())
    return found


def _shell_value(text: str) -> str:
    out: list[str] = []
    quote = ""
    chars = iter(text)
    for char in chars:
        if char == quote:
            quote = ""
        elif not quote and char in "\"'":
            quote = char
        elif char == "\\" and quote != "'":
            following = next(chars, "")
            out.append(following if not quote or following in '"\\$`' else char + following)
        else:
            out.append(char)
    return "".join(out)


def expand_words(words: list[str], env: dict[str, str]) -> list[str]:
    """`$VAR` as a word becomes its words, `${VAR}` its text, `$$` a dollar."""
    out: list[str] = []
    for word in words:
        if len(word) > 1 and word[0] == "$" and word[1] not in "{$":
            out += split_words(env.get(word[1:], ""))
        else:
            out.append(_expand_braces(word, env))
    return out


def _expand_braces(word: str, env: dict[str, str]) -> str:
    out, i = "", 0
    while (dollar := word.find("$", i)) >= 0:
        out += word[i:dollar]
        end = word.find("}", dollar)
        if word.startswith("$$", dollar):
            out, i = out + "$", dollar + 2
        elif word.startswith("${", dollar) and end > 0:
            out, i = out + env.get(word[dollar + 2 : end], ""), end + 1
        else:
            out, i = out + "$", dollar + 1
    return out + word[i:]


def expand_specifiers(text: str, table: dict[str, str]) -> str:
    """Replace %n, %i and so on; an unknown specifier stays as it is."""
    if "%" not in text:
        return text
    out, i = "", 0
    while (at := text.find("%", i)) >= 0:
        letter = text[at + 1 : at + 2]
        out += text[i:at] + ("%" if letter == "%" else table.get(letter, "%" + letter))
        i = at + 2
    return out + text[i:]


class Command:
    """One command of an Exec line: its words (not yet expanded) and its prefix characters."""

    __slots__ = ("flags", "words")

    def __init__(self, words: list[str]) -> None:
        first = words[0].lstrip("-@:+!|")
        self.flags = words[0][: len(words[0]) - len(first)]
        self.words = [first, *words[1:]]

    @property
    def may_fail(self) -> bool:
        return "-" in self.flags

    @property
    def as_root(self) -> bool:
        """`+` and `!` drop User=; `!!` only where ambient capabilities are missing."""
        return "+" in self.flags or ("!" in self.flags and "!!" not in self.flags)

    def argv(self, env: dict[str, str]) -> tuple[str, list[str]]:
        """The program and its argument vector (argv[0] differs with `@`)."""
        rest = self.words[1:] if ":" in self.flags else expand_words(self.words[1:], env)
        if "@" in self.flags and rest:
            return self.words[0], rest
        return self.words[0], [self.words[0], *rest]


def read_commands(value: str) -> list[Command]:
    """The commands of one Exec value (a `;` word separates several)."""
    groups: list[list[str]] = [[]]
    for word in split_words(value):
        if word == ";":
            groups.append([])
        else:
            groups[-1].append(";" if word == "\\;" else word)
    return [Command(group) for group in groups if group]


def read_seconds(text: str, default: float) -> float:
    """A time span such as `2m`, `1min 30s`, `500ms`, `90`."""
    if not text:
        return default
    if text in ("infinity", "0"):
        return FOREVER
    spans = [["", ""]]
    for char in text.replace(" ", ""):
        if char.isalpha():
            spans[-1][1] += char
        else:
            if spans[-1][1]:
                spans.append(["", ""])
            spans[-1][0] += char
    return sum(float(number or 1) * UNITS_OF_TIME.get(unit, 1.0) for number, unit in spans)


def is_true(text: str) -> bool:
    return text.lower() in ("1", "yes", "true", "on", "y", "t")
