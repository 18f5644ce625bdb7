"""Questions to a name server, asked from a node's network by the grader's own resolver (dnspython)."""

import socket
from dataclasses import dataclass

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import dns.reversename

from netlab.probe.inside import Address, socket_to

PORT = 53
SMALL = 1.0  # seconds for one try; a datagram may be lost
TRIES = 3


@dataclass(frozen=True, slots=True)
class NameAnswer:
    """What a server said. `status`: its rcode (NOERROR, NXDOMAIN, REFUSED …), "no answer" when it said nothing.

    `values`: the records asked for, as text, in order. `authoritative`, `recursive`: the AA and RA flags (RFC 1035,
    4.1.1). `records`: all of the answer section, as `name type value`.
    """

    status: str
    values: tuple[str, ...] = ()
    authoritative: bool = False
    recursive: bool = False
    records: tuple[str, ...] = ()


def ask(  # noqa: PLR0913 - a question has as many parts; all but the first by name
    netns: str,
    node: str,
    *,
    server: Address,
    name: str,
    kind: str = "A",
    recursion: bool = True,
    tcp: bool = False,
) -> NameAnswer:
    """One question. An address as `name` with `kind` PTR is turned round; `kind` AXFR asks for the whole zone, by TCP.

    Raises CannotLookError when netlab cannot send from that node.
    """
    query = dns.message.make_query(_name(name, kind), kind)
    query.flags = query.flags if recursion else query.flags & ~dns.flags.RD
    way = _by_tcp if tcp or kind == "AXFR" else _by_udp
    line = socket_to(netns, node, server, socket.SOCK_STREAM if way is _by_tcp else socket.SOCK_DGRAM)
    try:
        with line:
            line.settimeout(SMALL)
            said = way(line, server, query)
    except (OSError, dns.exception.DNSException, EOFError):
        return NameAnswer("no answer")
    return _read(said, kind)


def _name(name: str, kind: str) -> str:
    turned = kind == "PTR" and not name.rstrip(".").endswith(".arpa")
    return str(dns.reversename.from_address(name)) if turned else name


def _by_udp(line: socket.socket, server: Address, query: dns.message.Message) -> dns.message.Message:
    for left in reversed(range(TRIES)):
        try:
            return dns.query.udp(query, str(server), SMALL, PORT, sock=line, ignore_unexpected=True)
        except dns.exception.Timeout:
            if not left:
                raise
    raise AssertionError  # the last try has returned or raised


def _by_tcp(line: socket.socket, server: Address, query: dns.message.Message) -> dns.message.Message:
    line.connect((str(server), PORT))
    return dns.query.tcp(query, str(server), SMALL * TRIES, PORT, sock=line, one_rr_per_rrset=True)


def _read(said: dns.message.Message, kind: str) -> NameAnswer:
    rows = [(rrset, record) for rrset in said.answer for record in rrset]
    wanted = None if kind == "AXFR" else dns.rdatatype.from_text(kind)
    return NameAnswer(
        dns.rcode.to_text(said.rcode()),
        tuple(str(record) for rrset, record in rows if wanted in (None, rrset.rdtype)),
        bool(said.flags & dns.flags.AA),
        bool(said.flags & dns.flags.RA),
        tuple(f"{rrset.name} {dns.rdatatype.to_text(rrset.rdtype)} {record}" for rrset, record in rows),
    )
