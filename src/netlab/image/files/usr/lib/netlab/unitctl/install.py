"""enable, disable, mask and what is-enabled answers: symbolic links under /etc/systemd/system."""

import os

from unitctl.find import load
from unitctl.unit import CONFIG, UNIT_DIRS, Host, Unit, full_name

KINDS = (("WantedBy", "wants"), ("RequiredBy", "requires"))
ENABLED = ("enabled", "enabled-runtime", "static", "alias", "indirect", "generated")
ALWAYS = ("ssh.service", "rsyslog.service", "networking.service")  # the boot script starts them, link or no link


def state(host: Host, name: str) -> str:
    """As `systemctl is-enabled` words it."""
    unit = load(host, name)
    if not unit.found:
        return "not-found"
    if unit.masked:
        return "masked-runtime" if unit.path.startswith("/run/") else "masked"
    if _comes_up(host, unit):
        return "alias" if _alias_link(host, full_name(name), unit) else "enabled"
    if any(unit.words("Install." + key) for key in ("WantedBy", "RequiredBy", "Alias")):
        return "disabled"
    return "indirect" if unit.words("Install.Also") else "static"


def _comes_up(host: Host, unit: Unit) -> bool:
    """Whether it is enabled. The image has alias links of units that nothing starts.

    Such a link counts only for a unit that asks for no other.
    """
    made = links(host, unit)
    pulled = any("/" in path.removeprefix(f"{CONFIG}/") for path in made)
    asks = any(unit.words("Install." + key) for key, _ in KINDS)
    return unit.name in ALWAYS or pulled or (bool(made) and not asks)


def links(host: Host, unit: Unit) -> list[str]:
    """The links that `enable` makes and `disable` removes."""
    found = []
    for folder in host.list(CONFIG):
        path = f"{CONFIG}/{folder}"
        if folder.endswith((".wants", ".requires")):
            path += "/" + unit.name
            if host.link(path):
                found.append(path)
        elif _alias_link(host, folder, unit):
            found.append(path)
    return found


def _alias_link(host: Host, name: str, unit: Unit) -> bool:
    target = host.link(f"{CONFIG}/{name}").rpartition("/")[2]
    return target == unit.name and name != unit.name


def enable(host: Host, name: str, seen: tuple[str, ...] = ()) -> list[str]:
    """Make the links [Install] asks for; the messages say what was made."""
    unit = load(host, name)
    wanted = [f"{CONFIG}/{alias}" for alias in unit.words("Install.Alias")]
    for key, suffix in KINDS:
        wanted += [f"{CONFIG}/{t}.{suffix}/{unit.name}" for t in unit.words("Install." + key)]
    made = [_symlink(host, unit.path, path) for path in wanted if host.link(path) != unit.path]
    for other in unit.words("Install.Also"):
        if other not in seen:
            made += enable(host, other, (*seen, unit.name))
    return made


def disable(host: Host, name: str) -> list[str]:
    return [_remove(host, path) for path in links(host, load(host, name))]


def mask(host: Host, name: str) -> list[str]:
    path = f"{CONFIG}/{full_name(name)}"
    if host.link(path) == "/dev/null":
        return []
    if os.path.exists(host.at(path)) and not host.link(path):
        raise FileExistsError(f"File '{path}' already exists.")
    return [_symlink(host, "/dev/null", path)]


def unmask(host: Host, name: str) -> list[str]:
    paths = [f"{folder}/{full_name(name)}" for folder in UNIT_DIRS[:2]]
    return [_remove(host, path) for path in paths if host.link(path) == "/dev/null"]


def _symlink(host: Host, target: str, path: str) -> str:
    os.makedirs(os.path.dirname(host.at(path)), exist_ok=True)
    if host.link(path):
        os.unlink(host.at(path))
    os.symlink(target, host.at(path))
    return f"Created symlink '{path}' → '{target}'."


def _remove(host: Host, path: str) -> str:
    os.unlink(host.at(path))
    return f"Removed '{path}'."
