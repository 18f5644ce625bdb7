"""Unit files: where they are, what they say, whether they are enabled."""

import os

from unitctl.syntax import Command, Values, expand_specifiers, read_commands, split_words

CONFIG = "/etc/systemd/system"
UNIT_DIRS = (CONFIG, "/run/systemd/system", "/usr/lib/systemd/system")
SUFFIXES = (
    ".service",
    ".socket",
    ".target",
    ".timer",
    ".mount",
    ".path",
    ".slice",
    ".scope",
    ".device",
)
BASES = {"%": "%", "t": "/run", "S": "/var/lib", "C": "/var/cache", "L": "/var/log", "E": "/etc"}


class Host:
    """The file system the manager works on; another root is for tests and for image builds."""

    def __init__(self, root: str = "/") -> None:
        self.root = root.rstrip("/")

    def at(self, path: str) -> str:
        return self.root + path

    def read(self, path: str) -> str | None:
        try:
            with open(self.at(path), encoding="utf-8", errors="replace") as file:
                return file.read()
        except OSError:
            return None

    def list(self, path: str) -> list[str]:
        try:
            return sorted(os.listdir(self.at(path)))
        except OSError:
            return []

    def link(self, path: str) -> str:
        """What the symbolic link points to, or nothing."""
        try:
            return os.readlink(self.at(path))
        except OSError:
            return ""


def full_name(name: str) -> str:
    return name if name.endswith(SUFFIXES) else name + ".service"


class Unit:
    """A unit as its files describe it. `path` is the main file, empty if there is none."""

    __slots__ = ("dropins", "masked", "name", "path", "values")

    def __init__(self, name: str) -> None:
        self.name = name
        self.path = ""
        self.masked = False
        self.dropins: list[str] = []
        self.values: Values = {}

    @property
    def found(self) -> bool:
        return bool(self.path)

    @property
    def is_service(self) -> bool:
        return self.name.endswith(".service")

    @property
    def stem(self) -> str:
        return self.name.rpartition(".")[0]

    @property
    def prefix(self) -> str:
        return self.stem.partition("@")[0]

    @property
    def instance(self) -> str:
        return self.stem.partition("@")[2]

    def get(self, key: str, default: str = "") -> str:
        values = self.values.get(key)
        return self._plain(values[-1]) if values else default

    def all(self, key: str) -> list[str]:
        return [self._plain(value) for value in self.values.get(key, [])]

    def words(self, key: str) -> list[str]:
        return [word for value in self.all(key) for word in split_words(value)]

    def commands(self, key: str) -> list[Command]:
        commands = [c for value in self.values.get("Service." + key, []) for c in read_commands(value)]
        for command in commands:
            command.words = [self._plain(word) for word in command.words]
        return commands

    @property
    def kind(self) -> str:
        return self.get("Service.Type", "simple" if self.commands("ExecStart") else "oneshot")

    @property
    def description(self) -> str:
        return self.get("Unit.Description", self.name)

    @property
    def title(self) -> str:
        """As systemd names a unit in its messages."""
        return self.name if self.description == self.name else f"{self.name} - {self.description}"

    def _plain(self, text: str) -> str:
        if "%" not in text:
            return text
        table = {
            **BASES, "n": self.name, "N": self.stem, "p": self.prefix, "P": unescape(self.prefix),
            "i": self.instance, "I": unescape(self.instance), "H": os.uname().nodename,
            "u": "root", "U": "0", "h": "/root", "s": "/bin/bash",
        }  # fmt: skip
        return expand_specifiers(text, table)


def unescape(text: str) -> str:
    r"""Undo systemd-escape: `-` is a slash and \x2d a dash."""
    first, *rest = text.replace("-", "/").split("\\x")
    return first + "".join(chr(int(part[:2], 16)) + part[2:] for part in rest)
