"""Ask the agent, the part of the native runtime that works inside the namespaces, to do something."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from netlab import proc
from netlab.errors import HostError, RuntimeFailure
from netlab.runtime.native import host

AGENT = (sys.executable, "-I", "-m", "netlab.runtime.native.agent")


def ask(verb: str, plan: dict[str, Any], home: Path) -> Iterator[dict[str, Any]]:
    """The agent's events as they come. Raises HostError (what to fix on this machine) or RuntimeFailure."""
    failure = None
    pipe = subprocess.PIPE
    # A session of its own: Ctrl-C is for us to handle, and never cuts the agent off half-way.
    with subprocess.Popen(
        [*AGENT, verb], stdin=pipe, stdout=pipe, stderr=pipe, text=True, start_new_session=True
    ) as agent:
        assert agent.stdin  # noqa: S101 - for the type checker: we asked for pipes
        assert agent.stdout  # noqa: S101
        assert agent.stderr  # noqa: S101
        try:
            agent.stdin.write(json.dumps(plan))
            agent.stdin.close()
            for line in agent.stdout:
                event = json.loads(line)
                if event["event"] == "error":
                    failure = event["reason"]
                else:
                    yield event
            complaint = agent.stderr.read().strip()
        except BaseException:
            agent.kill()
            raise
    if failure or agent.returncode:
        raise _explain(" ".join(part for part in (failure, complaint) if part), home)


def _explain(reason: str, home: Path) -> HostError | RuntimeFailure:
    """Why it failed: what is wrong with the host if something is, else what the agent says."""
    problem = host.first_problem(home, AGENT)
    if problem:
        return HostError(f"This machine cannot run labs yet: {problem.name}: {problem.detail}.", problem.fix)
    if "No space left" in reason:
        return HostError(f"{home}: No space left on device.", "Free some disk space, or set NETLAB_HOME.")
    return RuntimeFailure(f"The network failed: {reason}.", "Try again; `netlab doctor` looks at this machine.")


def remove_tree(directory: Path) -> None:
    """Remove a folder whose files may belong to any id of a pod. Nothing to do when it is not there."""
    if not directory.exists():
        return
    shutil.rmtree(directory, ignore_errors=os.geteuid() != 0)
    if directory.exists():  # what is left belongs to other ids of the pod
        proc.run([*AGENT, "mapped", str(directory.parent), "rm", "-rf", directory.name], timeout=120)
    if directory.exists():
        raise RuntimeFailure(f"{directory} cannot be removed.", "Remove it by hand, as root if need be.")
