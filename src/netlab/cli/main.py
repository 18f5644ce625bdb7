"""Put the commands together; turn every error into a sentence and an exit code."""

import os
import re
import sys
from typing import Annotated

import typer

from netlab import __version__
from netlab.cli import (
    answer,
    author,
    bash,
    begin,
    capture,
    checkpoint,
    hint,
    image,
    learn,
    link,
    manage,
    show,
    topology,
    watch,
)
from netlab.cli.help import nothing_said
from netlab.errors import FULL, ExitCode, NetlabError

# typer has numbers checked by pydantic, whose words are for programmers.
_PLAIN = (
    (r"Input should be greater than or equal to (\S+)", r"it must be \1 or more"),
    (r"Input should be less than or equal to (\S+)", r"it must be \1 or less"),
    (r"Input should be a valid integer.*", "it must be a whole number"),
    (r"Input should be a valid number.*", "it must be a number"),
)
app = typer.Typer(
    name="netlab",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Hands-on network labs that start in a second and grade themselves.\n\n"
    "Start with:  netlab list  -  netlab start dhcp-basics  -  netlab brief  -  netlab connect NODE  -  netlab grade",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
bash.mend()
show.register(app)
begin.register(app)
learn.register(app)
answer.register(app)
hint.register(app)
watch.register(app)
manage.register(app)
link.register(app)
checkpoint.register(app)
capture.register(app)
app.add_typer(topology.app, name="topology")
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
        return _tell(f"{place}{refused.strerror or refused}.", _way_out(refused), ExitCode.HOST)
    except Exception as wrong:
        code = _usage(wrong)
        if code is None and os.environ.get("NETLAB_DEBUG"):
            raise
        return _broken(wrong) if code is None else code


def _way_out(refused: OSError) -> str:
    if refused.errno in FULL:
        return "Free some disk space, or set NETLAB_HOME and NETLAB_CACHE to folders on another disk."
    return "May you read and write there? NETLAB_HOME and NETLAB_CACHE say where netlab keeps its own files."


def _usage(wrong: Exception) -> int | None:
    """What click has to say about the words of the command, without depending on where typer keeps click."""
    words = getattr(wrong, "format_message", None)
    if words is None:
        return None
    if nothing_said(wrong):
        print(words())
        return ExitCode.USAGE
    context = getattr(wrong, "ctx", None)
    path = context.command_path if context else _named(sys.argv[1:])
    said = str(words())
    for pattern, plain in _PLAIN:
        said = re.sub(pattern, plain, said)
    return _tell(said, f"See `{path} --help`.", ExitCode.USAGE)


def _named(words: list[str]) -> str:
    """The command as far as it was a command, for an error that does not know it."""
    commands = getattr(typer.main.get_command(app), "commands", {})
    return f"netlab {words[0]}" if words and words[0] in commands else "netlab"


def _broken(wrong: Exception) -> int:
    message = f"Something went wrong inside netlab: {type(wrong).__name__}: {wrong}"
    return _tell(message, "Run it again with `netlab --debug …` and report that.", ExitCode.INTERNAL)


def _tell(message: str, next_step: str, code: ExitCode) -> int:
    from netlab.report.paint import clean  # an error may quote what a node said

    print("\r\033[K" if sys.stderr.isatty() else "", end="", file=sys.stderr)
    text = clean(f"netlab: {message}" + (f"\n        {next_step}" if next_step else ""))
    print(text, file=sys.stderr, flush=True)
    return code
