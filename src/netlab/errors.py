"""One tree of errors: each class owns its exit code, each message names the thing and the next step."""

from enum import IntEnum


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


class ImageError(NetlabError):
    """The node image cannot be built or is damaged."""

    exit_code = ExitCode.IMAGE


class RuntimeFailure(NetlabError):
    """A lab's network could not be made, changed or reached."""

    exit_code = ExitCode.RUNTIME
