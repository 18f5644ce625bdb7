"""`--image [NAME=]PATH`: which of a topology's images each given one is."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from netlab.clab.blueprint import Given
from netlab.errors import UsageError
from netlab.image.oci import store
from netlab.image.oci.manifest import Manifest

_HUB = ("docker.io/library/", "docker.io/", "index.docker.io/library/")


@dataclass(frozen=True, slots=True)
class Brought:
    """An image that lies at `path`, not yet unpacked."""

    path: Path
    manifest: Manifest

    def as_given(self) -> Given:
        """What it says of its own start."""
        config = self.manifest.config
        pairs = (text.partition("=") for text in _texts(config.get("Env")))
        return Given(
            digest=self.manifest.digest,
            entrypoint=_texts(config.get("Entrypoint")),
            cmd=_texts(config.get("Cmd")),
            env={name: value for name, _, value in pairs},
            directory=str(config.get("WorkingDir") or "/"),
            user=str(config.get("User") or ""),
        )


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list) else ()


def match(options: Sequence[str], used: Collection[str]) -> Mapping[str, Brought]:
    """The given images by the name that the topology calls them. Raises UsageError or BadFileError."""
    found: dict[str, Brought] = {}
    for option in options:
        name, path = _split(option)
        images = store.look(path)
        for wanted in _wanted(name, images, used, option):
            found[wanted] = Brought(path, _one_of(images, wanted))
    return found


def _split(option: str) -> tuple[str, Path]:
    name, sign, path = option.partition("=")
    if not sign or Path(option).exists():
        return "", Path(option).expanduser()
    return name, Path(path).expanduser()


def _wanted(name: str, images: list[Manifest], used: Collection[str], option: str) -> list[str]:
    own = {full(one) for image in images for one in image.names}
    fitting = [one for one in used if full(one) == full(name)] if name else [one for one in used if full(one) in own]
    if not fitting and not name and len(set(used)) == 1:
        fitting = list(used)
    if fitting:
        return fitting
    known = ", ".join(sorted(one for one in used if one)) or "none"
    if name:
        raise UsageError(f"No node of the topology uses the image {name}.", f"Its nodes use: {known}.")
    raise UsageError(
        f"{option} does not say which image of the topology it is.", f"Write --image NAME={option}; nodes use: {known}."
    )


def _one_of(images: list[Manifest], wanted: str) -> Manifest:
    named = [image for image in images if full(wanted) in {full(name) for name in image.names}]
    return (named or images)[0]


def full(name: str) -> str:
    """`docker.io/library/alpine:latest` is what `alpine` means; both become `alpine:latest`."""
    for prefix in _HUB:
        name = name.removeprefix(prefix)
    return name if ":" in name.rpartition("/")[2] or "@" in name else f"{name}:latest"
