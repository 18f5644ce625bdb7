"""One tree of errors: each class owns its exit code, each message names the thing and the next step."""

import errno
import os
import re
from collections.abc import Iterable
from enum import IntEnum

FULL = (errno.ENOSPC, errno.EDQUOT)


class ExitCode(IntEnum):
    """What the `netlab` command returns to the shell (listed in docs/commands.md)."""

    OK = 0
    BELOW_PASS_MARK = 1
    USAGE = 2
    NOT_CHECKED = 3
    UNKNOWN_NAME = 4
    WRONG_STATE = 5
    BAD_FILE = 6
    HOST = 7
    IMAGE = 8
    RUNTIME = 9
    INTERNAL = 70
    INTERRUPTED = 130


class NetlabError(Exception):
    """Something a person can act on: `message` says what is wrong, `next_step` what to do."""

    exit_code = ExitCode.INTERNAL

    def __init__(self, message: str, next_step: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step


class UsageError(NetlabError):
    """The words of the command do not fit together."""

    exit_code = ExitCode.USAGE


class UnknownNameError(NetlabError):
    """No lab, node or file goes by that name."""

    exit_code = ExitCode.UNKNOWN_NAME


class WrongStateError(NetlabError):
    """Right command, wrong moment: already running, or not running."""

    exit_code = ExitCode.WRONG_STATE


class BadFileError(NetlabError):
    """A file of a lab is broken; the message says which, where and how."""

    exit_code = ExitCode.BAD_FILE


class HostError(NetlabError):
    """This machine cannot do what is asked until something on it is changed."""

    exit_code = ExitCode.HOST


def unknown_name(message: str, name: str, known: Iterable[str], next_step: str) -> UnknownNameError:
    """With the nearest of the names there are, if one is near."""
    from difflib import get_close_matches  # every command imports this module, few make a mistake

    near = get_close_matches(name, list(known), n=1)
    return UnknownNameError(message, f"Did you mean {near[0]}? {next_step}" if near else next_step)


def cannot_write(folder: object, refused: OSError, variable: str) -> HostError:
    """What to say when netlab's own files cannot be written; the environment variable says where to."""
    first = _first_of(refused)
    other = "a folder on another disk" if first.errno in FULL else "a folder that you may write in"
    free = "Free some disk space, or set" if first.errno in FULL else "Set"
    return HostError(f"{folder} cannot be written: {first.strerror or first}.", f"{free} {variable} to {other}.")


def disk_full(folder: object, variable: str) -> HostError:
    """As `cannot_write`, where another program has met the full disk."""
    return cannot_write(folder, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), variable)


def _first_of(refused: OSError) -> OSError:
    """Of a whole tree that could not be copied (shutil.Error), the first refusal: it has them as texts only."""
    number = re.search(r"\[Errno (\d+)\]", str(refused)) if refused.errno is None else None
    return OSError(int(number[1]), os.strerror(int(number[1]))) if number else refused


class ImageError(NetlabError):
    """The node image cannot be built or is damaged."""

    exit_code = ExitCode.IMAGE


class RuntimeFailure(NetlabError):
    """A lab's network could not be made, changed or reached."""

    exit_code = ExitCode.RUNTIME


class TooMuchToKeep(RuntimeFailure):
    """A node's kept files are too many or too large to be saved; the learner can put that right."""
