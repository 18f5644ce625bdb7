"""Finding a unit: by file, alias, template or init script."""

from unitctl.syntax import Values, read_unit
from unitctl.unit import SUFFIXES, UNIT_DIRS, Host, Unit, full_name

INIT_D = "/etc/init.d"


def load(host: Host, name: str) -> Unit:
    """The unit of this name: by file, by alias, from a template or from an init script."""
    unit = _from_files(host, full_name(name)) or _from_alias(host, full_name(name))
    if unit is None:
        unit = Unit(full_name(name))
        _from_init_script(host, unit)
    return unit


def _from_files(host: Host, name: str) -> Unit | None:
    prefix, at, rest = name.partition("@")
    templates = [f"{prefix}@.{rest.rpartition('.')[2]}"] if at and not rest.startswith(".") else []
    for candidate in [name, *templates]:
        for folder in UNIT_DIRS:
            path = f"{folder}/{candidate}"
            target = host.link(path)
            if target == "/dev/null":
                masked = Unit(name)
                masked.masked, masked.path = True, path
                return masked
            base = target.rpartition("/")[2]
            if target and base not in (name, *templates):
                return load(host, base)
            if target.startswith("/"):
                path = target
            if (text := host.read(path)) is not None:
                return _filled(host, Unit(name), path, text, [name, *templates])
    return None


def _filled(host: Host, unit: Unit, path: str, text: str, names: list[str]) -> Unit:
    unit.path = path
    read_unit(text, unit.values)
    dropins: dict[str, str] = {}
    for name in reversed(names):
        for folder in reversed(UNIT_DIRS):
            for file in host.list(f"{folder}/{name}.d"):
                if file.endswith(".conf"):
                    dropins[file] = f"{folder}/{name}.d/{file}"
    for file in sorted(dropins):
        if (more := host.read(dropins[file])) is not None:
            read_unit(more, unit.values)
            unit.dropins.append(dropins[file])
    return unit


def _from_alias(host: Host, name: str) -> Unit | None:
    """A unit that would get this name when enabled (Alias=), so `bind9` works at once."""
    for file in unit_files(host):
        text = host.read(f"{UNIT_DIRS[-1]}/{file}") or ""
        if "Alias=" in text and name in text:
            values: Values = {}
            read_unit(text, values)
            if name in " ".join(values.get("Install.Alias", [])).split():
                return _from_files(host, file)
    return None


def _from_init_script(host: Host, unit: Unit) -> None:
    """What systemd-sysv-generator makes of /etc/init.d/NAME."""
    script = f"{INIT_D}/{unit.stem}"
    text = host.read(script) if unit.is_service else None
    if text is None:
        return
    unit.path = script
    unit.values = {"Service." + key: [value] for key, value in (
        ("Type", "forking"), ("RemainAfterExit", "yes"), ("ExecStart", f"{script} start"),
        ("ExecStop", f"{script} stop"), ("KillMode", "process"),
    )}  # fmt: skip
    unit.values["Install.WantedBy"] = ["multi-user.target"]
    for line in text.splitlines():
        head, _, rest = line.partition(":")
        if head == "# Short-Description":
            unit.values["Unit.Description"] = [rest.strip()]


def unit_files(host: Host) -> list[str]:
    """The names of all unit files."""
    names = {name for folder in UNIT_DIRS for name in host.list(folder) if name.endswith(SUFFIXES)}
    return sorted(names)
