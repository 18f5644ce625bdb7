"""Look at this machine: what it can run, and the exact fix for what it cannot."""

import os
import shutil
from collections.abc import Iterable, Iterator

from netlab.catalog import LabFiles
from netlab.errors import BadFileError, HostError
from netlab.image.build import SPACE_NEEDED, find
from netlab.image.store import ImageStore
from netlab.runtime.native.client import AGENT
from netlab.runtime.native.features import features
from netlab.runtime.native.host import HostCheck, checks
from netlab.state import Home

LAB = "lab "


def examine(home: Home, store: ImageStore, labs: Iterable[LabFiles]) -> Iterator[HostCheck]:
    """Every check of the host, then the node image, which belongs to one of the ids, then each lab."""
    of_host = list(checks(home.root, AGENT))
    yield from of_host
    if all(check.ok for check in of_host if check.name == "id ranges"):
        yield _image(store)
    yield from map(of_lab, labs)


def of_lab(files: LabFiles) -> HostCheck:
    """Whether the host has what this lab needs beyond what all labs do; the fix is that of the first lack."""
    name = f"{LAB}{files.slug}"
    try:
        needs = files.lab.needs
    except BadFileError as broken:
        return HostCheck(name, ok=False, detail=f"is broken: {broken.message}", fix=broken.next_step, needed=False)
    for check in features(needs, AGENT):
        if not check.ok:
            return HostCheck(name, ok=False, detail=f"needs {check.name}: {check.detail}", fix=check.fix, needed=False)
    return HostCheck(name, ok=True, detail="can run here", needed=False)


def require(files: LabFiles) -> None:
    """Raises HostError when the lab cannot run on this computer."""
    check = of_lab(files)
    if not check.ok:
        raise HostError(f"{files.slug} cannot run on this computer: it {check.detail}.", check.fix)


def _image(store: ImageStore) -> HostCheck:
    image = find(store)
    if image:
        return HostCheck("node image", ok=True, detail=f"{image.short}, built {image.built}")
    existing = next(path for path in (store.directory, *store.directory.parents) if path.exists())
    if not (existing.is_dir() and os.access(existing, os.W_OK)):
        fix = "Set NETLAB_CACHE to a folder that you may write in."
        return HostCheck("node image", ok=False, detail=f"not built, and {existing} cannot be written in", fix=fix)
    free = shutil.disk_usage(existing).free
    if free < SPACE_NEEDED:
        detail = f"not built, and only {free >> 20} MiB are free in {existing}"
        return HostCheck("node image", ok=False, detail=detail, fix="Free 2 GiB, or set NETLAB_CACHE.")
    return HostCheck("node image", ok=False, detail="not built yet", fix="netlab image build", needed=False)
