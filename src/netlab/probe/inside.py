"""Sockets of the grader's own in the network of a node (setns(2)): they stay there wherever they are used."""

import socket
import threading
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address
from typing import TypeVar

from netlab.probe.failure import CannotLookError
from netlab.runtime.native.syscalls import CLONE_NEWNET, setns

T = TypeVar("T")
Address = IPv4Address | IPv6Address
V4 = 4


def family(address: Address) -> socket.AddressFamily:
    """Of the sockets that talk to such an address."""
    return socket.AF_INET if address.version == V4 else socket.AF_INET6


def socket_to(netns: str, node: str, to: Address, kind: int, protocol: int = 0) -> socket.socket:
    """A socket in a node's network, to talk to that address; raises CannotLookError when there can be none."""
    try:
        return opened(netns, lambda: socket.socket(family(to), kind, protocol))
    except OSError as refused:
        raise CannotLookError(f"netlab cannot send packets from {node}") from refused


def opened(netns: str, make: Callable[[], socket.socket]) -> socket.socket:
    """A socket that `make` makes in another network namespace. Raises OSError."""
    return within(netns, make)


def within(netns: str, work: Callable[[], T]) -> T:
    """What `work` gives in another network namespace. Only a thread made for it moves there. Raises what it raises."""
    outcome: list[T] = []
    wrong: list[Exception] = []

    def move() -> None:
        try:
            setns(netns, CLONE_NEWNET)
            outcome.append(work())
        except Exception as raised:  # noqa: BLE001 - it is raised again below
            wrong.append(raised)

    thread = threading.Thread(target=move)
    thread.start()
    thread.join()
    if wrong:
        raise wrong[0]
    return outcome[0]
