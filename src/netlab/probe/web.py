"""A page of a web server, and its certificate, fetched from a node's network by the grader's own client."""

import http.client
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from cryptography import x509
from cryptography.x509.oid import NameOID

from netlab.probe.inside import Address, socket_to

TIMEOUT = 5.0
MOST = 64 << 10  # bytes of a page
_GONE = (OSError, http.client.HTTPException, ValueError)


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a server shows. `trusted`: by the authority that was given, for that name, and now (RFC 5280, RFC 6125)."""

    subject: str
    names: tuple[str, ...]
    issuer: str
    begins: datetime
    ends: datetime
    trusted: bool
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """`status` 0: no page, and `why` says so. `headers`: names in small letters. `body`: its first 64 KiB."""

    status: int
    why: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    certificate: Certificate | None = None


def fetch(  # noqa: PLR0913 - all but the first by name
    netns: str,
    node: str,
    *,
    to: Address,
    host: str,
    path: str = "/",
    port: int = 80,
    tls: bool = False,
    authority: str | None = None,
) -> Page:
    """GET one page. `host`: the name in the request and, with `tls`, in the handshake. `authority`: PEM to trust.

    Raises CannotLookError when netlab cannot send from that node.
    """
    try:
        line = _connected(netns, node, to, port)
    except OSError as refused:
        return Page(0, (refused.strerror or str(refused)).lower())
    try:
        with line:
            shown = _secured(line, host, None) if tls else line
            certificate = _certificate(shown) if isinstance(shown, ssl.SSLSocket) else None
            page = _get(shown, host, path)
    except _GONE as wrong:
        return Page(0, str(wrong))
    if certificate and authority:
        certificate = _judged(certificate, lambda: _connected(netns, node, to, port), host, authority)
    return replace(page, certificate=certificate)


def _connected(netns: str, node: str, to: Address, port: int) -> socket.socket:
    line = socket_to(netns, node, to, socket.SOCK_STREAM)
    line.settimeout(TIMEOUT)
    line.connect((str(to), port))
    return line


def _secured(line: socket.socket, host: str, authority: str | None) -> ssl.SSLSocket:
    """Any certificate will do without an `authority`: what is wrong with it is looked at afterwards."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = authority is not None
    context.verify_mode = ssl.CERT_REQUIRED if authority else ssl.CERT_NONE
    if authority:
        context.load_verify_locations(cadata=authority)
    return context.wrap_socket(line, server_hostname=host)


def _get(line: socket.socket, host: str, path: str) -> Page:
    talk = http.client.HTTPConnection(host, timeout=TIMEOUT)
    talk.sock = line
    talk.request("GET", path, headers={"Host": host, "Connection": "close", "User-Agent": "curl/8.0"})
    answer = talk.getresponse()
    body = answer.read(MOST).decode("utf-8", "replace")
    return Page(answer.status, "", {name.lower(): value for name, value in answer.getheaders()}, body)


def _certificate(line: ssl.SSLSocket) -> Certificate:
    shown = x509.load_der_x509_certificate(line.getpeercert(binary_form=True) or b"")
    try:
        alternatives = shown.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = (*alternatives.get_values_for_type(x509.DNSName), *alternatives.get_values_for_type(x509.IPAddress))
    except x509.ExtensionNotFound:
        names = ()
    return Certificate(
        _common_name(shown.subject),
        tuple(map(str, names)),
        _common_name(shown.issuer),
        shown.not_valid_before_utc,
        shown.not_valid_after_utc,
        trusted=False,
    )


def _common_name(name: x509.Name) -> str:
    return ", ".join(str(part.value) for part in name.get_attributes_for_oid(NameOID.COMMON_NAME))


def _judged(shown: Certificate, connect: Callable[[], socket.socket], host: str, authority: str) -> Certificate:
    """Whether a client that trusts only that authority would accept it: one tries."""
    try:
        with connect() as line:
            _secured(line, host, authority).close()
    except ssl.SSLCertVerificationError as wrong:
        return replace(shown, why_not=wrong.verify_message or str(wrong))
    except OSError as gone:
        return replace(shown, why_not=str(gone))
    return replace(shown, trusted=True)
