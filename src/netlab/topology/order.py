"""Which nodes boot before which: `stages` with `wait-for`, and `startup-delay`."""

from collections.abc import Mapping

from netlab.topology.clabnode import NodeSpec


class CircleError(Exception):
    """Nodes that wait for one another."""


def waits(specs: Mapping[str, NodeSpec]) -> dict[str, set[str]]:
    """For each node those it waits for. Links are there before any node boots, so that is never waited for."""
    return {
        name: {
            wait.node
            for stage, said in (spec.stages or {}).items()
            for wait in said.wait_for
            if stage in {"create", "create-links"} and wait.stage not in {"create", "create-links"}
        }
        for name, spec in specs.items()
    }


def waves(specs: Mapping[str, NodeSpec]) -> dict[str, int]:
    """The wave in which each node boots, from 0. Raises CircleError."""
    needed, delays = waits(specs), sorted({spec.startup_delay or 0 for spec in specs.values()})
    found: dict[str, int] = {}

    def wave(name: str, path: tuple[str, ...] = ()) -> int:
        if name in path:
            raise CircleError(f"{' waits for '.join((*path[path.index(name) :], name))}")
        if name not in found:
            own = delays.index(specs[name].startup_delay or 0)
            found[name] = max([own, *(wave(other, (*path, name)) + 1 for other in needed[name] if other in specs)])
        return found[name]

    return {name: wave(name) for name in specs}


def run_order(specs: Mapping[str, NodeSpec]) -> list[str]:
    """The nodes in the order in which their commands run: who waits for another's stage comes after it."""
    done: list[str] = []

    def visit(name: str, path: tuple[str, ...] = ()) -> None:
        if name in done or name in path or name not in specs:
            return
        for stage in (specs[name].stages or {}).values():
            for wait in stage.wait_for:
                visit(wait.node, (*path, name))
        done.append(name)

    for name in specs:
        visit(name)
    return done
