"""A topology as it was started, as JSON: what runs is known even if its file has been changed or deleted since."""

from typing import Any

from pydantic import TypeAdapter

from netlab.topology.model import Topology

_ADAPTER = TypeAdapter(Topology)


def dump(topology: Topology) -> Any:
    """Plain data that `load` takes."""
    return _ADAPTER.dump_python(topology, mode="json")


def load(data: Any) -> Topology:
    """Raises ValueError for what is no topology."""
    return _ADAPTER.validate_python(data)
