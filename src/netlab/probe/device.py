"""What a device says of itself, asked over SSH by netmiko and read as JSON or by a textfsm template."""

import io
import json
from importlib import resources
from typing import Any

import textfsm
from netmiko import BaseConnection, ConnectHandler, NetmikoAuthenticationException, NetmikoTimeoutException

from netlab.probe.evidence import Recorder

LOGIN_TIMEOUT = 8
READ_TIMEOUT = 10


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

    def run(self, command: str) -> str:
        """The command's output as the device prints it."""
        if self._connection is None:
            self._connection = self._connect()
        output = str(self._connection.send_command(command, read_timeout=READ_TIMEOUT))
        self._recorder.now.add("command", node=self.name, command=command, output=output)
        return output

    def _connect(self) -> BaseConnection:
        try:
            return ConnectHandler(**self._login)
        except (NetmikoAuthenticationException, NetmikoTimeoutException) as refused:
            raise ConnectionError(
                f"SSH to {self.name} failed: {str(refused).strip().splitlines()[0].rstrip('.')}"
            ) from refused

    def json(self, command: str) -> Any:
        """The output of a command that prints JSON; raises ValueError when it does not."""
        return json.loads(self.run(command))

    def table(self, command: str, template: str) -> list[dict[str, str]]:
        """The output as rows, by a textfsm template of netlab's own (`probe/templates/NAME.textfsm`)."""
        return parse_table(self.run(command), template)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.disconnect()
            self._connection = None


def parse_table(output: str, template: str) -> list[dict[str, str]]:
    """Rows of a command's output, keyed by the template's value names."""
    text = resources.files("netlab.probe").joinpath(f"templates/{template}.textfsm").read_text("utf-8")
    machine = textfsm.TextFSM(io.StringIO(text))
    return [dict(zip(machine.header, row, strict=True)) for row in machine.ParseText(output)]
