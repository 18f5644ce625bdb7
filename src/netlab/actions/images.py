"""Housekeeping of the node images."""

from pathlib import Path

from netlab.actions.bench import Bench
from netlab.image import recipe
from netlab.image.build import alone
from netlab.image.oci.store import GivenStore
from netlab.image.store import ImageStore
from netlab.runtime.native.client import remove_tree
from netlab.state import Home


def clean(home: Home, store: ImageStore, *, everything: bool) -> list[str]:
    """Remove the images that no running lab uses, and leftovers of builds; returns their names.

    The image of today's recipe, which the next start would have to build again, only with `everything`.
    """
    if not store.directory.is_dir():
        return []
    used = {run.image for run in home.runs()}
    wanted = None if everything else recipe.digest()
    with alone(store, lambda _: None):
        old = [image for image in store.images() if image.digest not in used and image.recipe != wanted]
        doomed = [*(store.directory / image.digest for image in old), *store.leftovers()]
        for folder in doomed:
            remove_tree(folder)
        doomed += _clean_given(home, GivenStore(store))
    return [folder.name[:12] for folder in doomed]


def _clean_given(home: Home, store: GivenStore) -> list[Path]:
    """Images that were given with --image, and that no running topology uses."""
    benches = [Bench.of(run, store.images) for run in home.runs() if not run.has_lab]
    used = {node.rootfs for bench in benches for node in bench.topology.nodes.values()}
    doomed = [store.directory / digest for digest in store.digests() if digest not in used]
    for folder in [*doomed, *store.leftovers()]:
        remove_tree(folder)
    return doomed
