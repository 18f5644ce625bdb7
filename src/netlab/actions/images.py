"""Housekeeping of the node images."""

from netlab.image.build import alone
from netlab.image.store import ImageStore
from netlab.runtime.native.client import remove_tree
from netlab.state import Home


def clean(home: Home, store: ImageStore) -> list[str]:
    """Remove the images that no running lab uses, and leftovers of builds; returns their names."""
    if not store.directory.is_dir():
        return []
    used = {run.image for run in home.runs()}
    with alone(store, lambda _: None):
        spare = [store.directory / image.digest for image in store.images() if image.digest not in used]
        doomed = [*spare, *store.leftovers()]
        for folder in doomed:
            remove_tree(folder)
    return [folder.name[:12] for folder in doomed]
