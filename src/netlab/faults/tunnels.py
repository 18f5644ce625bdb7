"""Faults of IPsec tunnels, in strongSwan's swanctl.conf(5)."""

from netlab.faults.change import Change, Site
from netlab.faults.stanza import bend

SWANCTL = "/etc/swanctl/swanctl.conf"


def psk_mismatch(site: Site) -> Change:
    """`secret`: in place of the one that both ends know; `file`: swanctl.conf unless told."""
    return bend(
        site, str(site.given.get("file", SWANCTL)), r'[ \t]*secret[ \t]*=[ \t]*"?([^"\n]+?)"?', site.ask("secret")
    )


def proposal_mismatch(site: Site) -> Change:
    """`proposal`: what the other end does not offer; `of`: `proposals` (IKE, unless told) or `esp_proposals`."""
    name = "esp_proposals" if site.given.get("of") == "esp_proposals" else "proposals"
    pattern = rf"[ \t]*{name}[ \t]*=[ \t]*(\S+)"
    return bend(site, str(site.given.get("file", SWANCTL)), pattern, site.ask("proposal"))
