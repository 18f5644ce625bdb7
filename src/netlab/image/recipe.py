"""What goes into the node image. Change this and the next start builds a new one."""

import hashlib
from importlib import resources
from pathlib import Path

SUITE = "trixie"
PACKAGES = (
    # the base of a node
    *("catatonit", "python3-minimal", "openssh-server", "iproute2", "ifupdown", "procps", "psmisc", "rsyslog", "sudo"),
    # routers and switches
    *("frr", "frr-pythontools", "openvswitch-switch", "bridge-utils", "lldpd", "isc-dhcp-relay"),
    *("nftables", "conntrack", "ulogd2"),
    # servers
    *("dnsmasq", "kea-dhcp4-server", "kea-dhcp6-server", "bind9", "unbound", "nginx-light", "snmpd", "chrony"),
    *("nfdump", "cron"),
    # what a person at the keyboard reaches for
    *("isc-dhcp-client", "bind9-dnsutils", "iputils-ping", "iputils-arping", "traceroute", "mtr-tiny", "tcpdump"),
    *("iperf3", "curl", "netcat-openbsd", "ethtool", "snmp", "nmap"),
    *("vim", "nano", "less", "bash-completion"),
    "man-db",  # the packages bring their pages anyway; the reader costs 5 MB, and its index is made in a second
)
# Nothing is enabled in the image: what runs on a node is what its lab, or the learner, enables. So the packages' links
# go, their aliases (bind9, chronyd) too; those of sshd and rsyslog stay, which run on every node. The hooks
# for systemd-resolved, chrony and BIND cost every `ifup` 40 ms and have nothing to tell on a node. Open vSwitch's
# database is where its manual pages say, not a link to /var/lib: `keep:` keeps files, not what links lead to.
# File capabilities do not survive the tar: mtr-packet has what its package gives it where those are missing.
CLEAN_UP = (
    'rm -rf "$1"/etc/systemd/system/*.wants "$1"/etc/ssh/ssh_host_* "$1"/etc/hostname "$1"/etc/resolv.conf '
    '"$1"/etc/network/if-*.d/resolved "$1"/etc/network/if-*.d/chrony "$1"/etc/network/if-*.d/bind9 '
    '"$1"/etc/openvswitch/conf.db "$1"/etc/openvswitch/.conf.db.* && chmod u+s "$1"/usr/bin/mtr-packet && '
    'find "$1"/etc/systemd/system -maxdepth 1 -type l ! -name sshd.service ! -name syslog.service -delete'
)
APT_OPTIONS = ('Acquire::Languages "none"', 'APT::Install-Recommends "false"')


def files() -> Path:
    """The tree that is copied over the packages: init, service control, shell settings."""
    return Path(str(resources.files("netlab.image").joinpath("files")))


def digest() -> str:
    """Names this recipe: the suite, the packages and every byte of the copied files."""
    summed = hashlib.sha256(repr((SUITE, PACKAGES, CLEAN_UP, APT_OPTIONS)).encode())
    root = files()
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            mode = path.stat().st_mode & 0o111 != 0
            summed.update(f"\0{path.relative_to(root)}\0{mode}\0".encode() + path.read_bytes())
    return summed.hexdigest()


def argv(mirror: str | None) -> list[str]:
    """The mmdebstrap command that writes the image as a tar to stdout (see mmdebstrap(1)).

    It is run as root of a user namespace; in this mode its own mounts are in a namespace of their own too.
    """
    return [
        "mmdebstrap",
        "--mode=unshare",
        "--variant=minbase",
        "--format=tar",
        *(f"--aptopt={option}" for option in APT_OPTIONS),
        f"--include={','.join(PACKAGES)}",
        f"--customize-hook={CLEAN_UP}",
        SUITE,
        "-",
        *([mirror] if mirror else []),
    ]
