"""What a node inherits: defaults, then its kind, then its group, then what is written for the node itself."""

from collections.abc import Iterator
from typing import Any

from netlab.topology.clabfile import Body
from netlab.topology.clabnode import NodeSpec, Stage

KIND = "linux"
_NODE_ONLY = ("aliases", "mgmt_ipv4", "mgmt_ipv6", "ports")
Place = tuple[str | int, ...]


def kind_of(body: Body, name: str) -> str:
    """The node's own kind, else its group's, else that of the default group, else the default kind."""
    own, defaults = body.nodes.get(name) or NodeSpec(), body.defaults or NodeSpec()
    kinds = [own.kind, _group(body, own.group).kind, _group(body, defaults.group).kind, defaults.kind]
    return next((kind for kind in kinds if kind), KIND).lower()


def group_of(body: Body, name: str) -> str | None:
    own, defaults = body.nodes.get(name) or NodeSpec(), body.defaults or NodeSpec()
    kind = body.kinds.get(kind_of(body, name)) or NodeSpec()
    return own.group or kind.group or defaults.group


def layers(body: Body, name: str) -> Iterator[tuple[Place, NodeSpec]]:
    """Each place in the file that says something of this node, the most general first."""
    kind, group = kind_of(body, name), group_of(body, name)
    yield ("defaults",), body.defaults or NodeSpec()
    yield ("kinds", kind), body.kinds.get(kind) or NodeSpec()
    if group is not None and group in body.groups:
        yield ("groups", group), _group(body, group)
    yield ("nodes", name), body.nodes.get(name) or NodeSpec()


def merged(body: Body, name: str) -> NodeSpec:
    """All layers as one: maps and lists come together, a single value is the most specific one."""
    together: dict[str, Any] = {}
    for place, layer in layers(body, name):
        for key in layer.model_fields_set:
            value = getattr(layer, key)
            if value is not None and (key not in _NODE_ONLY or place[0] == "nodes"):
                together[key] = _joined(key, together.get(key), value)
    return NodeSpec.model_construct(**together)


def _joined(key: str, before: Any, value: Any) -> Any:
    if key in {"binds", "volumes"}:
        return list({target(text): text for text in [*(before or []), *value]}.values())
    if key == "stages":
        return {stage: _stages((before or {}).get(stage), value.get(stage)) for stage in {**(before or {}), **value}}
    if isinstance(value, dict) and key in {"env", "labels", "sysctls", "tmpfs"}:
        return (before or {}) | value
    if isinstance(value, list) and key not in _NODE_ONLY:
        return list(dict.fromkeys([*(before or []), *value])) if key != "components" else value
    return value


def _stages(before: Stage | None, value: Stage | None) -> Stage:
    both = [stage for stage in (before, value) if stage]
    waits = [wait for stage in both for wait in stage.wait_for]
    return Stage(wait_for=waits, exec=[command for stage in both for command in stage.commands()])


def target(text: str) -> str:
    """Where a bind or volume is mounted: `source:target:options`, or `target` alone."""
    parts = text.split(":")
    return parts[1] if len(parts) > 1 else parts[0]


def _group(body: Body, name: str | None) -> NodeSpec:
    return (body.groups.get(name) if name else None) or NodeSpec()
