"""What time a server tells, asked from a node's network (RFC 5905). No clock is ever set.

48 octets are read by hand: the library for it opens its own socket, which would not be the node's.
"""

import secrets
import socket
import struct
import time
from dataclasses import dataclass
from ipaddress import IPv4Address

from netlab.probe.inside import Address, socket_to

PORT = 123
EACH, TRIES = 1.0, 3  # seconds
_PACKET = struct.Struct("!BBbbII4s8s8s8s8s")  # RFC 5905, 7.3
_VERSION, _CLIENT, _SERVER = 4, 3, 4
_EPOCH = 2_208_988_800  # seconds from 1900 to 1970
_UNSYNCHRONISED, _HIGHEST = 3, 15  # a leap indicator, and the last stratum that is one
_FRACTION = 1 << 32
_SHORT = 1 << 16


@dataclass(frozen=True, slots=True)
class NtpAnswer:
    """Seconds throughout; `offset`: what the server's clock is ahead of this computer's, `delay` there and back.

    `reference`: what the server follows, an IPv4 address or a word (`GPS`); of stratum 0 why it does not answer
    (`RATE`, RFC 5905, 7.4). `leap`: 3 when it is not synchronised itself.
    """

    stratum: int
    leap: int
    reference: str
    offset: float
    delay: float
    root_delay: float
    root_dispersion: float

    @property
    def synchronised(self) -> bool:
        return self.leap != _UNSYNCHRONISED and 0 < self.stratum <= _HIGHEST


def ask_time(netns: str, node: str, server: Address) -> NtpAnswer | None:
    """None when nobody answers. Raises CannotLookError when netlab cannot send from that node."""
    with socket_to(netns, node, server, socket.SOCK_DGRAM) as line:
        line.settimeout(EACH)
        for _ in range(TRIES):
            try:
                line.connect((str(server), PORT))
                if found := _once(line):
                    return found
            except ConnectionRefusedError:  # the server may be about to start
                time.sleep(EACH / TRIES)  # the interval of a poll that ends after so many tries
            except OSError:
                continue
    return None


def _once(line: socket.socket) -> NtpAnswer | None:
    """Our own time is not told: a random number in its place is what the answer must repeat."""
    word, left = secrets.token_bytes(8), time.time()
    line.send(_PACKET.pack(_VERSION << 3 | _CLIENT, 0, 0, 0, 0, 0, b"", b"", b"", b"", word))
    deadline = time.monotonic() + EACH
    while time.monotonic() < deadline:
        if found := read_answer(line.recv(512), word, left, time.time()):
            return found
    return None


def read_answer(data: bytes, word: bytes, left: float, back: float) -> NtpAnswer | None:
    """The answer in a datagram to the packet with that word; None for anything else."""
    if len(data) < _PACKET.size:
        return None
    flags, stratum, _, _, delay, dispersion, reference, _, origin, received, sent = _PACKET.unpack_from(data)
    if flags & 7 != _SERVER or origin != word:
        return None
    there, then = _seconds(received), _seconds(sent)
    return NtpAnswer(
        stratum=stratum,
        leap=flags >> 6,
        reference=_reference(reference, stratum),
        offset=((there - left) + (then - back)) / 2,
        delay=(back - left) - (then - there),
        root_delay=delay / _SHORT,
        root_dispersion=dispersion / _SHORT,
    )


def _seconds(stamp: bytes) -> float:
    return int.from_bytes(stamp) / _FRACTION - _EPOCH


def _reference(data: bytes, stratum: int) -> str:
    """RFC 5905, 7.3: four letters up to stratum 1, then the server's own server."""
    return data.rstrip(b"\0").decode("ascii", "replace") if stratum <= 1 else str(IPv4Address(data))
