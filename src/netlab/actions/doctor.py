"""Look at this machine: what it can run, and the exact fix for what it cannot."""

import shutil
from collections.abc import Iterator

from netlab.image import recipe
from netlab.image.build import SPACE_NEEDED
from netlab.image.store import ImageStore
from netlab.runtime.native.client import AGENT
from netlab.runtime.native.host import HostCheck, checks
from netlab.state import Home


def examine(home: Home, store: ImageStore) -> Iterator[HostCheck]:
    """Every check of the host, then the node image."""
    yield from checks(home.root, AGENT)
    yield _image(store)


def _image(store: ImageStore) -> HostCheck:
    image = store.find(recipe.digest())
    if image:
        return HostCheck("node image", ok=True, detail=f"{image.short}, built {image.built}")
    existing = next(path for path in (store.directory, *store.directory.parents) if path.exists())
    free = shutil.disk_usage(existing).free
    if free < SPACE_NEEDED:
        detail = f"not built, and only {free >> 20} MiB are free in {existing}"
        return HostCheck("node image", ok=False, detail=detail, fix="Free 2 GiB, or set NETLAB_CACHE.")
    return HostCheck("node image", ok=False, detail="not built yet", fix="netlab image build", needed=False)
