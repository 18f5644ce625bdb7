"""Built images in the user's cache: `images/<digest>/` with `rootfs/` and `image.json`."""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Image:
    """A finished image. `digest` is over its content, `recipe` over what it was made from; `built` is ISO 8601."""

    digest: str
    recipe: str
    suite: str
    built: str
    bytes: int

    @property
    def short(self) -> str:
        return f"sha256:{self.digest[:12]}"


@dataclass(frozen=True, slots=True)
class ImageStore:
    """Where images are kept. A folder counts as an image only once its `image.json` is in place."""

    cache: Path

    @property
    def directory(self) -> Path:
        return self.cache / "images"

    def rootfs(self, image: Image) -> Path:
        return self.directory / image.digest / "rootfs"

    def images(self) -> Iterator[Image]:
        for path in sorted(self.directory.glob("*/image.json")):
            with suppress(OSError, ValueError, TypeError):
                yield Image(**json.loads(path.read_text("utf-8")))

    def find(self, recipe: str, owner: int) -> Image | None:
        """The newest image made from this recipe whose root is that uid: others cannot be used in its pods."""
        fitting = [image for image in self.images() if image.recipe == recipe and self._owner(image) == owner]
        return max(fitting, key=lambda image: image.built, default=None)

    def _owner(self, image: Image) -> int | None:
        with suppress(FileNotFoundError):
            return self.rootfs(image).stat().st_uid
        return None

    def publish(self, built: Path, image: Image) -> None:
        """Make a finished build an image: the last step is one rename, so half an image cannot be seen."""
        (built / "image.json").write_text(json.dumps(asdict(image), indent=1), "utf-8")
        target = self.directory / image.digest
        if not target.exists():
            built.rename(target)

    def leftovers(self) -> list[Path]:
        """Folders of builds that did not finish."""
        return sorted(self.directory.glob(".building-*"))
