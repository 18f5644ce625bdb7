"""Which keys of a node are honoured, which make no difference here, and which are refused, with the reason.

Every key of containerlab's schema is in one of the three tables; `docs/topologies.md` says the same for people.
"""

import re
import shlex
from collections.abc import Iterator

from netlab.topology.clabnode import NodeSpec
from netlab.topology.problems import Place, Problem, Remark

HONOURED = (
    *("kind", "group", "image", "cmd", "entrypoint", "user", "hostname", "labels", "aliases", "dns"),
    *("env", "env-files", "exec", "binds", "volumes", "tmpfs", "shm-size", "devices", "sysctls"),
    *("mgmt-ipv4", "mgmt-ipv6", "network-mode", "startup-delay", "stages"),
)
_OWN_LIMITS = "every node has the same limits, netlab's own"
_NOS = "that is for network operating systems; kind linux has none"
_OWN_ROOT = "a node's root is root of the node alone, with all rights there"
WITHOUT_EFFECT = {
    "type": "kind linux has no types",
    "license": _NOS,
    "startup-config": _NOS,
    "enforce-startup-config": _NOS,
    "suppress-startup-config": _NOS,
    "config": "it is for containerlab's own config engine",
    "extras": _NOS,
    "components": _NOS,
    "image-pull-policy": "nothing is ever downloaded",
    "restart-policy": "a node that ended is started again by `netlab restart NODE`",
    "auto-remove": "a node that ended stays, to be looked at",
    "credentials": "`netlab connect` needs no password",
    "runtime": "netlab's own runtime carries every node",
    "link-apply-mode": "links are never changed by reading the file again",
    "cpu": _OWN_LIMITS,
    "cpu-set": _OWN_LIMITS,
    "memory": _OWN_LIMITS,
    "healthcheck": "a node counts as healthy when it has booted",
    "cap-add": _OWN_ROOT,
    "privileged": _OWN_ROOT,
    "security-opts": _OWN_ROOT,
    "cgroupns-mode": "nodes have no cgroups of their own",
    "cgroup-parent": "nodes have no cgroups of their own",
}
REFUSED = {
    "ports": (
        "nothing on this computer can reach into a lab, so no port can be published",
        "Remove it, and use `netlab exec NODE -- curl …` or `netlab connect NODE`.",
    ),
    "certificate": (
        "netlab issues no certificates",
        "Make them with openssl, and put them on the node with `binds`.",
    ),
    "pid-mode": (
        "a node always has its own processes and sees no others",
        "Remove it.",
    ),
}
OWN_DEVICES = {f"/dev/{name}" for name in ("null", "zero", "full", "random", "urandom", "tty", "net/tun")}
IMPORT_ALL = "__IMPORT_ENVS"
_HOSTNAME = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]{0,62}[A-Za-z0-9_])?")
_SYSCTL = re.compile(r"(net\.|kernel\.(msg|sem|shm)|fs\.mqueue\.)[^\s]*")
_SIZE = re.compile(r"(\d+(?:\.\d*)?)\s*([kmg]?)i?b?", re.IGNORECASE)
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


def is_own_sysctl(name: str) -> bool:
    """Is this kernel setting one that each node has for itself?"""
    return bool(_SYSCTL.fullmatch(name)) and ".." not in name


def words_of(command: str | None) -> list[str]:
    """A command as words, split as a shell would; none for one that cannot be split (see `problems`)."""
    try:
        return shlex.split(command or "")
    except ValueError:
        return []


def size(text: str) -> int:
    """`256MB` in bytes. Raises ValueError."""
    found = _SIZE.fullmatch(text.strip())
    if not found:
        raise ValueError(f"'{text}' is not a size such as 256MB")
    return int(float(found[1]) * _UNITS[found[2].lower()])


def problems(place: Place, spec: NodeSpec) -> Iterator[Problem]:
    """What of one layer (a node, or a place that nodes inherit from) cannot be honoured."""
    for key, (text, fix) in REFUSED.items():
        value = getattr(spec, key.replace("-", "_"))
        if value and not (key == "certificate" and not value.get("issue")):
            yield Problem((*place, key), text, fix, optional=True)
    yield from _settings(place, spec)
    if IMPORT_ALL in (spec.env or {}):
        text = "it would hand all of this computer's environment to the node, with whatever secrets are in it"
        yield Problem((*place, "env", IMPORT_ALL), text, "Name the variables: `NAME: ${NAME}`.", optional=True)
    if spec.hostname is not None and not _HOSTNAME.fullmatch(spec.hostname):
        yield Problem((*place, "hostname"), f"'{spec.hostname}' cannot be the name of a computer")
    yield from _modes(place, spec)
    yield from _paths(place, spec)


def _settings(place: Place, spec: NodeSpec) -> Iterator[Problem]:
    for name in spec.sysctls or {}:
        if not is_own_sysctl(name):
            text = "only settings of a node's own network (net.…) can be changed; this one is the whole computer's"
            yield Problem((*place, "sysctls", name), text, "Remove it.", optional=True)
    for number, device in enumerate(spec.devices or []):
        if device.split(":")[0] not in OWN_DEVICES:
            text = f"{device} is a device of this computer, and no node gets those"
            yield Problem((*place, "devices", number), text, "Remove it.", optional=True)
    commands: dict[Place, str | None] = {(key,): getattr(spec, key) for key in ("cmd", "entrypoint")}
    commands |= {("exec", number): text for number, text in enumerate(spec.exec or [])}
    for where, command in commands.items():
        if command and command.strip() and not words_of(command):
            yield Problem((*place, *where), "a quote in this command is not closed")


def _modes(place: Place, spec: NodeSpec) -> Iterator[Problem]:
    mode = spec.network_mode or ""
    if mode == "host" or mode.startswith("container:"):
        whose = "this computer's" if mode == "host" else "another node's"
        text = f"'{mode}' would give the node {whose} network; here every node has its own"
        yield Problem((*place, "network-mode"), text, "Remove it, or write none.", optional=True)
    elif mode not in {"", "bridge", "none"}:
        yield Problem((*place, "network-mode"), f"'{mode}' is not known", "Write none, or remove it.")
    for name, stage in (spec.stages or {}).items():
        if any(command.target == "host" for command in stage.commands()):
            text = "a command with `target: host` would run on this computer; a topology may not do that here"
            yield Problem((*place, "stages", name, "exec"), text, "Run it yourself.", optional=True)
        if any(wait.stage == "exit" for wait in stage.wait_for):
            text = "waiting for another node's end is not possible here"
            yield Problem((*place, "stages", name, "wait-for"), text, "Wait for its stage configure.")


def _paths(place: Place, spec: NodeSpec) -> Iterator[Problem]:
    for path in spec.tmpfs or {}:
        if not path.startswith("/") or ".." in path.split("/") or path.rstrip("/") in {"", "/dev", "/proc", "/sys"}:
            yield Problem((*place, "tmpfs", path), f"'{path}' cannot be a tmpfs", "Give a folder such as /srv/data.")
    if spec.shm_size is not None:
        try:
            size(spec.shm_size)
        except ValueError as wrong:
            yield Problem((*place, "shm-size"), str(wrong))


def remarks(place: Place, spec: NodeSpec) -> Iterator[Remark]:
    """What of one layer makes no difference here."""
    for key, reason in WITHOUT_EFFECT.items():
        if key.replace("-", "_") in spec.model_fields_set:
            yield Remark((*place, key), reason)
    if spec.startup_delay:
        text = "later than the nodes without it, once those are ready; the seconds themselves are not waited"
        yield Remark((*place, "startup-delay"), text)
