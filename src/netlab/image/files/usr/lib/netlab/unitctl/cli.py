"""systemctl: run a command line."""

import os
import sys

from unitctl.call import Call
from unitctl.errors import JobError
from unitctl.unit import Host
from unitctl.verbs import NEED_UNITS, VERBS, Handler

USAGE = """systemctl [OPTIONS...] COMMAND [UNIT...]

netlab's small service manager; it knows these commands of systemd:
  start stop restart reload try-restart reload-or-restart kill [-s SIGNAL]
  status is-active is-failed is-enabled show cat
  enable disable [--now] mask unmask daemon-reload reset-failed
  list-units list-unit-files"""


def main(args: list[str], root: str = "/") -> int:
    """Run a command line; the exit code."""
    try:
        call = Call(Host(root), args)
        if "help" in call.flags or "version" in call.flags:
            print(USAGE if "help" in call.flags else "systemd 257 (netlab's own systemctl)")
            return 0
        return _handler(call)(call)
    except JobError as error:
        print(error, file=sys.stderr)
        return error.code
    except PermissionError as error:
        print(f"Access denied: {error.filename or error}", file=sys.stderr)
        return 4
    except BrokenPipeError:
        os.dup2(os.open("/dev/null", os.O_WRONLY), 1)
        return 0


def _handler(call: Call) -> Handler:
    handler = VERBS.get(call.verb)
    if handler is None:
        from unitctl import absent

        raise JobError(absent.verb(call.verb, call.names))
    if handler in NEED_UNITS and not call.names:
        raise JobError("Too few arguments.")
    return handler
