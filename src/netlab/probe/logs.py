"""Messages to a log server, as they pass a card: RFC 5424, or as BSD did it (RFC 3164)."""

import re
from collections.abc import Iterator

from netlab.probe.bridging import base
from netlab.probe.ethernet import TCP, Carried, segment
from netlab.probe.facts import Frame, Syslog

PORT = 514
MOST = 8192  # octets of a message
_MESSAGE = re.compile(r"(?:\d+ )?(?:<(\d{1,3})>)?(.*)", re.DOTALL)  # an octet count comes first in RFC 6587, 3.4.1
_SEVERITIES = 8


def syslogs(carried: Carried) -> Iterator[Frame]:
    """The message in a datagram; of TCP each line of a segment."""
    found = segment(carried, PORT)
    if found is None or found.port != PORT or not found.data:
        return
    tcp = found.packet.protocol == TCP
    said = found.data[:MOST].decode("utf-8", "replace")
    for line in said.splitlines() if tcp else [said]:
        parts = _MESSAGE.fullmatch(line)
        priority = int(parts[1]) if parts and parts[1] else None
        yield Syslog(
            **base(carried.frame),
            source=found.packet.source,
            target=found.packet.target,
            tcp=tcp,
            facility=None if priority is None else priority // _SEVERITIES,
            severity=None if priority is None else priority % _SEVERITIES,
            text=(parts[2] if parts else line).rstrip("\0\n"),
        )
