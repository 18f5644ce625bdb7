"""The power cut that grading asks for, and what did not come back after it."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from netlab.actions.bench import Bench
from netlab.actions.events import OnEvent, PowerBack, PowerCycle
from netlab.errors import NetlabError
from netlab.result import Gone

PATIENCE = 5
_RUNNING = ("systemctl", "list-units", "--state=running")
_ENABLED = ("sh", "-c", "ls /etc/systemd/system/*.wants")


def cycle(bench: Bench, nodes: Sequence[str], on_event: OnEvent) -> None:
    """Restart the nodes; before and after, the learner hears what that means for their services."""
    on_event(PowerCycle(tuple(nodes)))
    before = _ask(bench, nodes, _RUNNING)
    bench.runtime.restart(nodes, lambda _: None)
    on_event(PowerBack(tuple(nodes), _gone(bench, before)))


def _gone(bench: Bench, before: dict[str, set[str]]) -> tuple[Gone, ...]:
    """The services that ran before and do not now. What a node says here is told, never graded."""
    after = _ask(bench, list(before), _RUNNING)
    lost = {node: sorted(services - after.get(node, services)) for node, services in before.items()}
    enabled = _ask(bench, [node for node, services in lost.items() if services], _ENABLED)
    return tuple(
        Gone(node, service.removesuffix(".service"), enabled=service in enabled.get(node, ()))
        for node, services in lost.items()
        for service in services
    )


def _ask(bench: Bench, nodes: Sequence[str], command: Sequence[str]) -> dict[str, set[str]]:
    """The services that the answer names, by node; a node that does not answer is left out."""
    if not nodes:
        return {}
    with ThreadPoolExecutor() as pool:
        answers = pool.map(lambda node: _words(bench, node, command), nodes)
        return {node: words for node, words in zip(nodes, answers, strict=True) if words}


def _words(bench: Bench, node: str, command: Sequence[str]) -> set[str]:
    try:
        said = bench.runtime.exec(node, command, timeout=PATIENCE).stdout
    except (NetlabError, TimeoutError, OSError):  # a node that a learner broke: its checks say so
        return set()
    return {word for word in said.split() if word.endswith(".service")}
