"""What a power cut means for a learner: one line before it, one after it, and what to do in the end."""

from collections.abc import Sequence

from netlab.result import Gone


def before_text(nodes: Sequence[str]) -> str:
    return f"Power cut    {_and(nodes)}: what is not saved or enabled there is lost now."


def after_text(nodes: Sequence[str], gone: Sequence[Gone]) -> str:
    lost = ", ".join(f"{one.service} on {one.node}" for one in gone)
    were = "was" if len(nodes) == 1 else "were"
    rest = f"what was not saved or enabled is gone: {lost}." if lost else "all services that ran before run again."
    return f"Power back   {_and(nodes)} {were} restarted; {rest}"


def next_steps(gone: Sequence[Gone]) -> list[str]:
    """For each service that is down now: why, and on a line of their own the commands that bring it back."""
    return [line for one in gone for line in _next_step(one)]


def _next_step(one: Gone) -> tuple[str, str]:
    reason = "it is enabled, but did not start" if one.enabled else "it was not enabled"
    command = f"systemctl status {one.service}" if one.enabled else f"systemctl enable --now {one.service}"
    return (
        f"{one.service} does not run on {one.node} now: {reason}.",
        f"    netlab connect {one.node}     then     {command}",
    )


def _and(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
