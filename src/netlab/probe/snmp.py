"""Questions to an SNMP agent, asked from a node's network (pysnmp: it knows version 3, which scapy does not)."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pysnmp.hlapi.v3arch.asyncio as hlapi
from pysnmp.error import PySnmpError
from pysnmp.proto import errind
from pysnmp.proto.rfc1905 import EndOfMibView, NoSuchInstance, NoSuchObject

from netlab.probe.failure import CannotLookError
from netlab.probe.inside import V4, Address, within

PORT = 161
EACH, TRIES = 1.0, 3  # seconds
MOST = 2000  # values of one walk
_BULK = 25
_NUMBERS = (hlapi.Integer32, hlapi.Unsigned32, hlapi.Counter32, hlapi.Counter64, hlapi.Gauge32, hlapi.TimeTicks)
_HASHES = {
    "": hlapi.USM_AUTH_NONE,
    "MD5": hlapi.USM_AUTH_HMAC96_MD5,
    "SHA": hlapi.USM_AUTH_HMAC96_SHA,
    "SHA-256": hlapi.USM_AUTH_HMAC192_SHA256,
    "SHA-512": hlapi.USM_AUTH_HMAC384_SHA512,
}
_CIPHERS = {
    "": hlapi.USM_PRIV_NONE,
    "DES": hlapi.USM_PRIV_CBC56_DES,
    "AES": hlapi.USM_PRIV_CFB128_AES,
    "AES-256": hlapi.USM_PRIV_CFB256_AES,
}
Value = int | str | None


@dataclass(frozen=True, slots=True)
class SnmpUser:
    """A user of version 3 (RFC 3414). Without `key` nothing is authenticated, without `secret` nothing is encrypted."""

    name: str
    key: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    authentication: str = "SHA"
    privacy: str = "AES"


@dataclass(frozen=True, slots=True)
class SnmpAnswer:
    """`status`: "answered", "no answer", or what the agent or its security said.

    `values`: by OID, None for one that the agent does not have (RFC 3416, 4.2.1); octets as text.
    """

    status: str
    values: Mapping[str, Value] = field(default_factory=dict)


def ask_agent(  # noqa: PLR0913 - made by one caller
    netns: str, node: str, server: Address, oids: tuple[str, ...], who: str | SnmpUser, *, walk: bool = False
) -> SnmpAnswer:
    """One GET, or all below each OID (`walk`). `who`: a community of version 2c, or a user of version 3.

    Raises CannotLookError when netlab cannot send from that node.
    """
    question = _Question(server, who)
    try:
        return within(netns, lambda: asyncio.run(question.carry_out(oids, walk=walk)))
    except OSError as refused:
        raise CannotLookError(f"netlab cannot send packets from {node}") from refused


class _Question:
    def __init__(self, server: Address, who: str | SnmpUser) -> None:
        self._server = server
        self._who = _login(who)

    async def carry_out(self, oids: tuple[str, ...], *, walk: bool) -> SnmpAnswer:
        engine = hlapi.SnmpEngine()
        kind = hlapi.UdpTransportTarget if self._server.version == V4 else hlapi.Udp6TransportTarget
        try:
            target = await kind.create((str(self._server), PORT), timeout=EACH, retries=TRIES - 1)
            place = engine, self._who, target, hlapi.ContextData()
            return await (_walk(place, oids) if walk else _get(place, oids))
        except PySnmpError as wrong:
            return SnmpAnswer(str(wrong))
        finally:
            engine.close_dispatcher()


def _login(who: str | SnmpUser) -> Any:
    if isinstance(who, str):
        return hlapi.CommunityData(who, mpModel=1)  # noqa: S508 - what a lab teaches is what is looked at
    return hlapi.UsmUserData(
        who.name,
        who.key or None,
        who.secret or None,
        authProtocol=_HASHES[who.authentication if who.key else ""],
        privProtocol=_CIPHERS[who.privacy if who.secret else ""],
    )


async def _get(place: tuple[Any, ...], oids: tuple[str, ...]) -> SnmpAnswer:
    asked = [hlapi.ObjectType(hlapi.ObjectIdentity(oid)) for oid in oids]
    indication, status, _, rows = await hlapi.get_cmd(*place, *asked, lookupMib=False)
    return _refusal(indication, status) or SnmpAnswer("answered", {str(oid): _value(value) for oid, value in rows})


async def _walk(place: tuple[Any, ...], oids: tuple[str, ...]) -> SnmpAnswer:
    values: dict[str, Value] = {}
    for oid in oids:
        asked = hlapi.ObjectType(hlapi.ObjectIdentity(oid))
        rows = hlapi.bulk_walk_cmd(*place, 0, _BULK, asked, lookupMib=False, lexicographicMode=False)
        async for indication, status, _, bindings in rows:
            if refusal := _refusal(indication, status):
                return refusal
            values |= {str(name): _value(value) for name, value in bindings}
            if len(values) >= MOST:
                break
    return SnmpAnswer("answered", values)


def _refusal(indication: Any, status: Any) -> SnmpAnswer | None:
    if indication:
        silent = isinstance(indication, errind.RequestTimedOut)
        return SnmpAnswer("no answer" if silent else str(indication))
    return SnmpAnswer(status.prettyPrint()) if status else None


def _value(value: Any) -> Value:
    if isinstance(value, NoSuchObject | NoSuchInstance | EndOfMibView):
        return None
    if isinstance(value, _NUMBERS):
        return int(value)
    if isinstance(value, hlapi.OctetString) and not isinstance(value, hlapi.IpAddress):
        return bytes(value).decode("utf-8", "replace")
    return str(value.prettyPrint())
