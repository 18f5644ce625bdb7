"""Faults of how machines are looked after: ports, certificates, logs, approved configuration, backups."""

import re

from netlab.command import Command
from netlab.faults.change import Change, FaultError, Site, Trace
from netlab.faults.stanza import add_line, bend, swap, whole

_LISTENS = r"[ \t]*(?:listen[ \t]+(?:[\d.]+:)?|Port[ \t]+|port[ \t]*=[ \t]*)(\d+)\b.*"
_EXPIRED = ("-not_before", "20240301000000Z", "-not_after", "20250301000000Z")


def wrong_port(site: Site) -> Change:
    """`file` of nginx (`listen`), sshd (`Port`) or dnsmasq (`port=`); `port`: the wrong one."""
    return bend(site, str(site.ask("file")), _LISTENS, int(site.ask("port")))


def config_drift(site: Site) -> Change:
    """`file`; `line`: the approved one, without its indent; `becomes`: what somebody made of it."""
    pattern = rf"[ \t]*({re.escape(str(site.ask('line')))})"
    return bend(site, str(site.ask("file")), pattern, site.ask("becomes"))


def backup_corrupt(site: Site) -> Change:
    """`file`: a text, which ends in the middle."""
    path = str(site.ask("file"))
    text = site.text(path)
    half = text[: len(text) // 2].rstrip()
    if "\n" not in half:
        raise FaultError(f"{path} is too short to be cut off")
    return site.file(path, half, Trace("file", site.node, value=half.splitlines()[-1].strip()))


def log_full(site: Site) -> Change:
    """`file` of rsyslog, which writes to `log`; it stops at `size` bytes (512 unless told), as a full disk would."""
    path, log = str(site.ask("file")), str(site.ask("log"))
    name = log.rsplit("/", 1)[-1].replace(".", "_")
    line = f"$outchannel {name},{log},{int(site.given.get('size', 512))}"
    text = swap(site.text(path), whole(site.text(path)), rf"\S+[ \t]+(-?{re.escape(log)})", f":omfile:${name}")
    return site.file(path, f"{line}\n{text}", Trace("file", site.node, value=line))


def dhcp_rogue(site: Site) -> Change:
    """`file` of a dnsmasq that gives out no addresses; `range`: `FIRST,LAST,LEASE`; `router`: itself, as a rule."""
    path = str(site.ask("file"))
    if "dhcp-range=" in (text := site.text(path)):
        raise FaultError(f"{path} of {site.node} gives out addresses already")
    scope = f"dhcp-range={site.ask('range')}"
    new = add_line(add_line(text, scope), f"dhcp-option=option:router,{site.ask('router')}")
    return site.file(path, new, Trace("file", site.node, value=scope))


def certificate_expired(site: Site) -> Change:
    """`certificate`, and the `authority` and `key` that sign it, files on the node; `service` presents it.

    They are made on the node, so this is done there: the same certificate, for another time.
    """
    path, service = str(site.ask("certificate")), str(site.ask("service"))
    signed = ("-in", path, "-CA", str(site.ask("authority")), "-CAkey", str(site.ask("key")), "-out", path)

    def commands(*dates: str) -> list[Command]:
        again = Command(site.node, ("openssl", "x509", *signed, *dates))
        return [again, Command(site.node, ("systemctl", "restart", service))]

    return Change(commands=commands(*_EXPIRED), undo=commands("-days", "365"))
