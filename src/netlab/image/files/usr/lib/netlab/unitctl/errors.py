"""What can go wrong, in systemd's words."""

import os

from unitctl.unit import Unit

REASONS = {
    "exit-code": "the control process exited with error code",
    "signal": "a fatal signal was delivered to the control process",
    "timeout": "a timeout was exceeded",
    "protocol": "the service did not take the steps required by its unit configuration",
    "resources": "of unavailable resources or another system error",
}
ADVICE = 'See "systemctl status {0}" and "journalctl -xeu {0}" for details.'


class Failed(Exception):
    """A service could not be started: systemd's result word, the wait status, the command."""

    def __init__(self, result: str, status: int = 0, what: str = "") -> None:
        super().__init__(result)
        self.result = result
        self.status = status
        self.what = what


class JobError(Exception):
    """A job failed; the message is for the user."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


def outcome(status: int) -> tuple[str, str]:
    """A wait status as systemd words it: the result and `code=exited, status=1`."""
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        return "signal", f"code=killed, signal={-code}"
    return ("exit-code" if code else "success"), f"code=exited, status={code}"


def job_failed(unit: Unit, result: str) -> JobError:
    reason = REASONS.get(result, "of an error")
    text = f"Job for {unit.name} failed because {reason}."
    return JobError(f"{text}\n{ADVICE.format(unit.name)}")
