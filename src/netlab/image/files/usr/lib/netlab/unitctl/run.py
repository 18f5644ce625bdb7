"""Running the commands of a service: its environment, directories, user and log."""

import grp
import os
import pwd

from unitctl import journal, proc
from unitctl.errors import Failed, outcome
from unitctl.folders import DIRECTORIES
from unitctl.syntax import Command, read_environment_file, read_seconds
from unitctl.unit import Host, Unit

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
DEFAULT_SIGNALS = (1, 2, 3, 13, 15, 25)
START_SECONDS = 30.0
SETPRIV = "/usr/bin/setpriv"


class Runner:
    """Runs the commands of one unit."""

    def __init__(self, host: Host, unit: Unit, mark: str) -> None:
        self.host = host
        self.unit = unit
        self.user = unit.get("Service.User")
        self.uid, self.gid = _ids(self.user, unit.get("Service.Group"))
        self.env = self._environment(mark)

    def _environment(self, mark: str) -> dict[str, str]:
        env = {"PATH": PATH, "LANG": "C.UTF-8", "INVOCATION_ID": mark}
        if self.user:
            entry = pwd.getpwuid(self.uid)
            env |= {"USER": entry.pw_name, "LOGNAME": entry.pw_name, "HOME": entry.pw_dir}
        for kind, base in DIRECTORIES:
            if names := self.unit.words(f"Service.{kind}Directory"):
                paths = [f"{base}/{name.partition(':')[0]}" for name in names]
                env[kind.upper() + "_DIRECTORY"] = ":".join(self.host.at(path) for path in paths)
        for word in self.unit.words("Service.Environment"):
            name, _, value = word.partition("=")
            env[name] = value
        for path in self.unit.all("Service.EnvironmentFile"):
            text = self.host.read(path.lstrip("-"))
            if text is None and not path.startswith("-"):
                raise Failed("resources", what=f"Failed to load environment files: {path}")
            env |= read_environment_file(text or "")
        for name in self.unit.words("Service.UnsetEnvironment"):
            env.pop(name, None)
        return env

    def spawn(self, command: Command) -> int:
        """Start a command in a session of its own; its output goes to the unit's log."""
        program, argv = command.argv(self.env)
        program = _which(program)
        wrapper = self._wrapper(command)
        if wrapper:
            program, argv = SETPRIV, [*wrapper, program, *argv[1:]]
        out = journal.open_log(self.host, self.unit.name)
        mask = os.umask(int(self.unit.get("Service.UMask", "22"), 8))
        here = os.open(".", os.O_RDONLY | os.O_DIRECTORY)
        try:
            _enter(self.unit.get("Service.WorkingDirectory", "/"), self.env)
            return os.posix_spawn(
                program, argv, self.env, setsid=True, setsigmask=(), setsigdef=DEFAULT_SIGNALS,
                file_actions=[
                    (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
                    (os.POSIX_SPAWN_DUP2, out, 1),
                    (os.POSIX_SPAWN_DUP2, out, 2),
                ],
            )  # fmt: skip
        except OSError as error:
            message = f"{self.unit.name}: Failed to execute {program}: {error.strerror}"
            journal.write(self.host, self.unit.name, message)
            raise Failed("exit-code", 203 << 8, program) from error
        finally:
            os.fchdir(here)
            os.umask(mask)
            os.close(here)
            os.close(out)

    def _wrapper(self, command: Command) -> list[str]:
        """Setpriv with what the unit asks for: user, group, ambient capabilities."""
        if command.as_root or (self.uid, self.gid) == (os.getuid(), os.getgid()):
            return []
        groups = "--init-groups" if self.user else "--clear-groups"
        words = [SETPRIV, f"--reuid={self.uid}", f"--regid={self.gid}", groups]
        names = self.unit.words("Service.AmbientCapabilities")
        caps = ",".join("+" + name.lower().removeprefix("cap_") for name in names if name[:1] != "~")
        return [*words, *([f"--inh-caps={caps}", f"--ambient-caps={caps}"] if caps else []), "--"]

    def run(self, key: str, seconds: float) -> None:
        """Run the commands of ExecStartPre, ExecStop, ... one after the other."""
        for command in self.unit.commands(key):
            try:
                self.finish(self.spawn(command), command, key, seconds)
            except Failed:
                if not command.may_fail:
                    raise

    def finish(self, pid: int, command: Command, key: str, seconds: float) -> None:
        """Wait for a command; it has to end well."""
        what = f"{key}={' '.join(command.words)}"
        status = proc.wait_child(pid, seconds)
        if status is None:
            os.killpg(pid, 9)
            os.waitpid(pid, 0)
            raise Failed("timeout", what=what)
        if status and not command.may_fail:
            if os.waitstatus_to_exitcode(status) in self._good_codes():
                return
            raise Failed(outcome(status)[0], status, what)

    def _good_codes(self) -> list[int]:
        words = self.unit.words("Service.SuccessExitStatus")
        return [int(word) for word in words if word.isdigit()]

    def seconds(self, key: str, default: float) -> float:
        text = self.unit.get(f"Service.Timeout{key}Sec") or self.unit.get("Service.TimeoutSec")
        return read_seconds(text, default)


def _ids(user: str, group: str) -> tuple[int, int]:
    uid, gid = os.getuid(), os.getgid()
    try:
        if user:
            entry = pwd.getpwuid(int(user)) if user.isdigit() else pwd.getpwnam(user)
            uid, gid = entry.pw_uid, entry.pw_gid
        if group:
            gid = int(group) if group.isdigit() else grp.getgrnam(group).gr_gid
    except KeyError as error:
        raise Failed("exit-code", 217 << 8, f"user {user} or group {group} not found") from error
    return uid, gid


def _which(program: str) -> str:
    if "/" in program:
        return program
    candidates = [f"{folder}/{program}" for folder in PATH.split(":")]
    return next((path for path in candidates if os.access(path, os.X_OK)), program)


def _enter(folder: str, env: dict[str, str]) -> None:
    path = env.get("HOME", "/root") if folder.lstrip("-") == "~" else folder.lstrip("-")
    try:
        os.chdir(path)
    except OSError:
        if not folder.startswith("-"):
            raise
