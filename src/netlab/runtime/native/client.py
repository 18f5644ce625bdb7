"""Ask the agent, the part of the native runtime that works inside the namespaces, to do something."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from netlab import proc
from netlab.errors import HostError, RuntimeFailure, TooMuchToKeep, disk_full
from netlab.runtime.native import host

LITTLE = 4 << 20  # bytes: a disk with less room than this is full
NO_NETEM = "NoNetemError"  # see impair
BAD_SETTING = "did not come up: its sysctl "  # see agent and process
AGENT = (sys.executable, "-I", "-m", "netlab.runtime.native.agent")


def ask(verb: str, plan: dict[str, Any], home: Path) -> Iterator[dict[str, Any]]:
    """The agent's events as they come. Raises HostError (what to fix on this machine) or RuntimeFailure."""
    failure, kind, too_much = None, "", ""
    pipe = subprocess.PIPE
    # A session of its own: Ctrl-C is for us to handle, and never cuts the agent off half-way.
    with subprocess.Popen(
        [*AGENT, verb], stdin=pipe, stdout=pipe, stderr=pipe, text=True, start_new_session=True
    ) as agent:
        assert agent.stdin  # noqa: S101 - for the type checker: we asked for pipes
        assert agent.stdout  # noqa: S101
        assert agent.stderr  # noqa: S101
        try:
            with suppress(BrokenPipeError):  # it was killed before it could read: its exit code says so
                agent.stdin.write(json.dumps(plan | {"asked_by": os.getpid()}))
                agent.stdin.close()
            for line in agent.stdout:
                event = json.loads(line)
                if event["event"] == "error":
                    failure, kind = event["reason"], event["kind"]
                elif event["event"] == "too-much":
                    too_much = f"{event['name']} has more to keep than it may: {event['reason']}."
                else:
                    yield event
            complaint = agent.stderr.read().strip()
        except BaseException:  # also Ctrl-C: nobody listens to the agent any more; handed on below
            agent.kill()
            raise
    if too_much:
        raise TooMuchToKeep(too_much, "Remove it on the node or move it to /tmp there, then try again.")
    if kind == NO_NETEM:
        raise HostError(f"{failure}.", "Where it is a module of the kernel, `sudo modprobe sch_netem` loads it.")
    if failure or agent.returncode:
        raise _explain(" ".join(part for part in (failure, complaint) if part), home)


def _explain(reason: str, home: Path) -> HostError | RuntimeFailure:
    """Why it failed: what is wrong with the host if something is, else what the agent says."""
    # The kernel says "No space left" of user namespaces, too, where it is allowed none.
    if "No space left" in reason and shutil.disk_usage(home).free < LITTLE:
        return disk_full(home, "NETLAB_HOME")
    problem = host.first_problem(home, AGENT)
    if problem:
        return HostError(f"This machine cannot run labs yet: {problem.name}: {problem.detail}.", problem.fix)
    return RuntimeFailure(f"The network failed: {reason}.", _next_step(reason))


def _next_step(reason: str) -> str:
    if BAD_SETTING in reason:
        return "Correct the node's `sysctls` in the topology file."
    return "Try again; `netlab doctor` looks at this machine."


def remove_tree(directory: Path) -> None:
    """Remove a folder whose files may belong to any id of a pod. Nothing to do when it is not there.

    By rm(1), since a node may have nested folders deeper than Python's rmtree can follow.
    """
    for prefix in ([], [*AGENT, "mapped", str(directory.parent)]):  # what rm leaves belongs to other ids of the pod
        if not directory.exists():
            return
        argv = [*prefix, "/bin/rm", "-rf", "--", directory.name]
        done = proc.run(argv, timeout=120, cwd=directory.parent)
        while done.code == -signal.SIGINT:  # Ctrl-C; the agent has a session of its own only after an instant
            done = proc.run(argv, timeout=120, cwd=directory.parent)
    if directory.exists():
        raise RuntimeFailure(
            f"{directory} cannot be removed: {done.complaint}.", "Remove it by hand, as root if need be."
        )
