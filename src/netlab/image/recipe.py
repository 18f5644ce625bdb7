"""What goes into the node image. Change this and the next start builds a new one."""

import hashlib
from importlib import resources
from pathlib import Path

SUITE = "trixie"
PACKAGES = (
    # the base of a node
    *("catatonit", "python3-minimal", "openssh-server", "iproute2", "ifupdown", "procps", "psmisc", "rsyslog", "sudo"),
    # routers and switches
    *("frr", "openvswitch-switch", "bridge-utils", "lldpd", "nftables", "isc-dhcp-relay"),
    # servers
    *("dnsmasq", "kea-dhcp4-server", "bind9", "unbound", "nginx-light", "snmpd", "chrony"),
    # what a person at the keyboard reaches for
    *("isc-dhcp-client", "bind9-dnsutils", "iputils-ping", "iputils-arping", "traceroute", "mtr-tiny", "tcpdump"),
    *("iperf3", "curl", "netcat-openbsd", "ethtool", "snmp", "vim-tiny", "nano", "less", "bash-completion"),
)
# Nothing is enabled in the image: what runs on a node is what its lab, or the learner, enables. The hooks
# for systemd-resolved, chrony and BIND cost every `ifup` 40 ms and have nothing to tell on a node.
CLEAN_UP = (
    'rm -rf "$1"/etc/systemd/system/*.wants "$1"/etc/ssh/ssh_host_* "$1"/etc/hostname "$1"/etc/resolv.conf '
    '"$1"/etc/network/if-*.d/resolved "$1"/etc/network/if-*.d/chrony "$1"/etc/network/if-*.d/bind9'
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


def argv(mirror: str | None, *, as_root: bool) -> list[str]:
    """The mmdebstrap command that writes the image as a tar to stdout (see mmdebstrap(1))."""
    return [
        "mmdebstrap",
        "--mode=root" if as_root else "--mode=unshare",
        "--variant=minbase",
        "--format=tar",
        *(f"--aptopt={option}" for option in APT_OPTIONS),
        f"--include={','.join(PACKAGES)}",
        f"--customize-hook={CLEAN_UP}",
        SUITE,
        "-",
        *([mirror] if mirror else []),
    ]
