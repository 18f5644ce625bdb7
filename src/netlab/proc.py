"""The one place that runs other programs: an argv list in, a frozen result out, always with a timeout."""

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from netlab.errors import HostError


@dataclass(frozen=True, slots=True)
class Finished:
    """A program that ended: its exit code and what it printed (undecodable bytes replaced)."""

    argv: tuple[str, ...]
    code: int
    stdout: str
    stderr: str

    @property
    def ok(self) -> bool:
        return self.code == 0

    @property
    def complaint(self) -> str:
        """The last line the program printed that is not empty: usually the reason it failed."""
        lines = (self.stderr.strip() or self.stdout.strip()).splitlines()
        return lines[-1] if lines else f"exit code {self.code} and no message"


def run(
    argv: Sequence[str],
    *,
    timeout: float,
    stdin: str = "",
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Finished:
    """Run `argv` and wait at most `timeout` seconds. It has no terminal: Ctrl-C is for us alone to handle.

    Raises HostError when the program is not installed and TimeoutError when it takes too long.
    """
    try:
        done = subprocess.run(
            argv,
            input=stdin,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            check=False,
            env=env,
            cwd=cwd,
            start_new_session=True,
        )
    except FileNotFoundError as missing:
        raise HostError(
            f"The program {argv[0]} is not installed.", "Run `netlab doctor` to see how to install it."
        ) from missing
    except subprocess.TimeoutExpired as slow:
        raise TimeoutError(f"{argv[0]} did not end within {timeout:g} s") from slow
    return Finished(tuple(argv), done.returncode, done.stdout, done.stderr)
