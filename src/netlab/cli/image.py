"""`netlab image`: build, look at and clear the node image."""

import os
from typing import Annotated

import typer

from netlab.cli.entry import open_context
from netlab.cli.help import Command
from netlab.cli.options import JsonOption, PlainOption

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Build, look at and clear the node image.")


@app.command(cls=Command)
def build(json: JsonOption = False, plain: PlainOption = False) -> None:
    """Build the node image now (a start does it by itself when it is missing)."""
    from netlab.image import build as building

    context = open_context(json=json, plain=plain)
    image = building.ensure(
        context.store,
        lambda text: context.screen.passing(f"Node image   {text}"),
        mirror=os.environ.get("NETLAB_MIRROR"),
    )
    if json:
        context.screen.data(
            {"digest": f"sha256:{image.digest}", "built": image.built, "path": str(context.store.rootfs(image))}
        )
    else:
        context.screen.say(f"Node image   ready ({image.short}, built {image.built})")


@app.command(cls=Command)
def info(json: JsonOption = False, plain: PlainOption = False) -> None:
    """Show the images on this machine."""
    from netlab.image import recipe

    context = open_context(json=json, plain=plain)
    images, wanted = list(context.store.images()), recipe.digest()
    if json:
        keys = ("suite", "built", "bytes")
        context.screen.data(
            [
                {
                    "digest": f"sha256:{one.digest}",
                    "current": one.recipe == wanted,
                    **{key: getattr(one, key) for key in keys},
                }
                for one in images
            ]
        )
        return
    for one in images:
        use = "in use" if one.recipe == wanted else "old"
        context.screen.say(f"{one.short}  Debian {one.suite}  built {one.built}  {one.bytes >> 20} MiB  {use}")
    if not any(one.recipe == wanted for one in images):
        context.screen.say("The image for this version is not built yet: `netlab image build`, or just start a lab.")


@app.command(cls=Command)
def clean(
    everything: Annotated[bool, typer.Option("--all", help="Also the image that the next start would use.")] = False,
    json: JsonOption = False,
    plain: PlainOption = False,
) -> None:
    """Remove old images that no running lab uses, and what unfinished builds left.

    The image that this version of netlab starts labs from stays, unless --all is given.
    """
    from netlab.actions.images import clean as carry_out

    context = open_context(json=json, plain=plain)
    removed = carry_out(context.home, context.store, everything=everything)
    if json:
        context.screen.data({"removed": removed})
    else:
        context.screen.say(
            f"Removed {len(removed)}: {' '.join(removed)}" if removed else "There was nothing to remove."
        )
