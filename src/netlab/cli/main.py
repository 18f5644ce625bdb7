"""Put the commands together; turn every error into a sentence and an exit code."""

import os
import sys
from typing import Annotated

import typer

from netlab import __version__
from netlab.cli import author, image, learn, manage, show
from netlab.errors import ExitCode, NetlabError

app = typer.Typer(
    name="netlab",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Hands-on network labs that start in a second and grade themselves.\n\n"
    "Start with:  netlab list  -  netlab start dhcp-basics  -  netlab brief  -  netlab connect NODE  -  netlab grade",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
show.register(app)
learn.register(app)
manage.register(app)
app.add_typer(image.app, name="image")
app.add_typer(author.app, name="author")


def _version(wanted: bool) -> None:
    if wanted:
        print(f"netlab {__version__} (netlab-exercises)")
        raise typer.Exit


@app.callback()
def root(
    _: Annotated[bool, typer.Option("--version", help="Show the version.", callback=_version, is_eager=True)] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """Set what holds for every command."""
    if debug:
        os.environ["NETLAB_DEBUG"] = "1"


def run() -> int:
    """The command's exit code; every error has become a sentence by then."""
    try:
        return app(standalone_mode=False) or ExitCode.OK
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.OK
    except NetlabError as wrong:
        if os.environ.get("NETLAB_DEBUG"):
            raise
        return _tell(wrong.message, wrong.next_step, wrong.exit_code)
    except OSError as refused:
        if os.environ.get("NETLAB_DEBUG"):
            raise
        place = f"{refused.filename}: " if refused.filename else ""
        next_step = "Is there room on the disk, and may you write there? NETLAB_HOME and NETLAB_CACHE say where to."
        return _tell(f"{place}{refused.strerror or refused}.", next_step, ExitCode.HOST)
    except Exception as wrong:
        if usage := _usage(wrong):
            return _tell(*usage, ExitCode.USAGE)
        if os.environ.get("NETLAB_DEBUG"):
            raise
        place = f"{type(wrong).__name__}: {wrong}"
        return _tell(
            f"Something went wrong inside netlab: {place}",
            "Run it again with `netlab --debug …` and report that.",
            ExitCode.INTERNAL,
        )


def _usage(wrong: Exception) -> tuple[str, str] | None:
    """What click has to say about the words of the command, without depending on where typer keeps click."""
    formatter = getattr(wrong, "format_message", None)
    if formatter is None:
        return None
    context = getattr(wrong, "ctx", None)
    path = context.command_path if context else "netlab"
    return str(formatter()), f"See `{path} --help`."


def _tell(message: str, next_step: str, code: ExitCode) -> int:
    print("\r\033[K" if sys.stderr.isatty() else "", end="", file=sys.stderr)
    print(f"netlab: {message}" + (f"\n        {next_step}" if next_step else ""), file=sys.stderr, flush=True)
    return code
