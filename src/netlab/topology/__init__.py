"""Topologies: nodes and the cables between them, read from containerlab's own files."""

from netlab.topology.labfile import TopologyFile
from netlab.topology.model import (
    BOOT,
    DANGLING,
    LAB_MTU,
    MGMT_INTERFACE,
    MGMT_SUBNET,
    Endpoint,
    Factory,
    Link,
    Node,
    Topology,
)

__all__ = [
    "BOOT",
    "DANGLING",
    "LAB_MTU",
    "MGMT_INTERFACE",
    "MGMT_SUBNET",
    "Endpoint",
    "Factory",
    "Link",
    "Node",
    "Topology",
    "TopologyFile",
]
