"""What a device says of itself, asked over SSH by netmiko and read as JSON or by a textfsm template."""

import io
import json
import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from importlib import resources
from typing import Any

import textfsm
from netmiko import BaseConnection, NetmikoAuthenticationException
from netmiko.exceptions import NetmikoBaseException, SSHException

from netlab.probe.evidence import Recorder
from netlab.probe.failure import CannotLookError
from netlab.probe.shell import Shell

LOGIN_TIMEOUT = 8
READ_TIMEOUT = 10
AGAIN = 0.25  # seconds between two questions of one poll
NOT_RUN = {126: "cannot be run", 127: "is missing"}  # exit codes of a shell that found no program, or no right to it
_EXIT = "netlab-exit-code:"
_ENDED = rf"{_EXIT}\d+\s"  # to look for a prompt would take netmiko longer than most commands
_REBOOT = "`netlab restart {}` boots it with all its programs (what is not saved there is lost)"
_BROKEN = (NetmikoBaseException, SSHException, OSError, EOFError)


class Device:
    """One node's command line. The session is opened when first needed and closed by `close`."""

    def __init__(self, name: str, address: str, key_file: str, recorder: Recorder) -> None:
        self.name = name
        self._login = {
            "device_type": "linux",
            "host": address,
            "username": "root",
            "use_keys": True,
            "key_file": key_file,
            "conn_timeout": LOGIN_TIMEOUT,
            "auth_timeout": LOGIN_TIMEOUT,
            "banner_timeout": LOGIN_TIMEOUT,
        }
        self._recorder = recorder
        self._connection: BaseConnection | None = None
        self._coming: Future[BaseConnection] | None = None

    def log_in(self) -> None:
        """Begin to open the session while other things are done; the first command waits for what is left of it."""
        self._coming = Future()
        threading.Thread(target=_fulfil, args=(self._coming, self._connect), daemon=True).start()

    def run(self, command: str) -> str:
        """The command's output as the device prints it; raises CannotLookError when it could not be run."""
        try:
            if self._connection is None:
                coming, self._coming = self._coming, None
                self._connection = coming.result() if coming else self._connect()
            asked = f"{command}; echo {_EXIT}$?"
            said = str(self._connection.send_command(asked, _ENDED, READ_TIMEOUT, strip_prompt=False))
        except _BROKEN as broken:
            self.close()
            raise CannotLookError(
                f"{self.name} did not answer the command `{command}` within {READ_TIMEOUT} s", _REBOOT.format(self.name)
            ) from broken
        output, code = split_exit_code(said)
        self._recorder.now.add("command", node=self.name, command=command, output=output, code=code)
        if code in NOT_RUN:
            program = command.split(maxsplit=1)[0]
            raise CannotLookError(f"the program {program} {NOT_RUN[code]} on {self.name}", _REBOOT.format(self.name))
        return output

    def _connect(self) -> BaseConnection:
        try:
            return Shell(**self._login)
        except NetmikoAuthenticationException as refused:
            raise CannotLookError(f"{self.name} refuses netlab's login", _REBOOT.format(self.name)) from refused
        except _BROKEN as silent:
            raise CannotLookError(f"nobody answers at {self.name}'s login (SSH)", _REBOOT.format(self.name)) from silent

    def json(self, command: str) -> Any:
        """The output of a command that prints JSON; raises CannotLookError when it does not."""
        said = self.run(command)
        try:
            return json.loads(said)
        except ValueError as wrong:
            program = command.split(maxsplit=1)[0]
            message = f"what {program} printed on {self.name} is not what that program prints"
            raise CannotLookError(message, _REBOOT.format(self.name)) from wrong

    def until_json(self, command: str, right: Callable[[Any], bool], patience: float = 10.0) -> Any:
        """Ask until the answer is `right` or the time (seconds) is over: protocols take theirs. The last answer."""
        deadline = time.monotonic() + patience
        while not right(said := self.json(command)) and time.monotonic() < deadline:
            time.sleep(AGAIN)  # the interval of a poll that ends by the deadline above
        return said

    def table(self, command: str, template: str) -> list[dict[str, str]]:
        """The output as rows, by a textfsm template of netlab's own (`probe/templates/NAME.textfsm`)."""
        return parse_table(self.run(command), template)

    def close(self) -> None:
        connection, self._connection = self._connection, None
        coming, self._coming = self._coming, None
        if connection is not None:
            _hang_up(connection)
        if coming is not None:
            coming.add_done_callback(_drop)


def _fulfil(coming: Future[BaseConnection], connect: Callable[[], BaseConnection]) -> None:
    try:
        coming.set_result(connect())
    except CannotLookError as cannot:
        coming.set_exception(cannot)


def _drop(coming: Future[BaseConnection]) -> None:
    if not coming.exception():
        _hang_up(coming.result())


def _hang_up(connection: BaseConnection) -> None:
    with suppress(*_BROKEN):
        connection.disconnect()


def split_exit_code(said: str) -> tuple[str, int]:
    """What a command printed, and its exit code (-1 when the device did not tell)."""
    output, _, rest = said.rpartition(_EXIT)
    code = re.match(r"(\d+)(\s|$)", rest)  # what follows is the next prompt
    return (output.strip("\n"), int(code[1])) if code and _EXIT in said else (said, -1)


def parse_table(output: str, template: str) -> list[dict[str, str]]:
    """Rows of a command's output, keyed by the template's value names."""
    text = resources.files("netlab.probe").joinpath(f"templates/{template}.textfsm").read_text("utf-8")
    machine = textfsm.TextFSM(io.StringIO(text))
    return [dict(zip(machine.header, row, strict=True)) for row in machine.ParseText(output)]
