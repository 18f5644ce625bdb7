"""What systemd's programs can do and these cannot: one sentence that says so, and what to do instead."""

from unitctl.unit import full_name

TARGETS = "there are no targets to choose from; what is enabled runs after a power cut (`systemctl enable NAME`)"
WITHOUT = "nothing is started by sockets, paths or mounts here; `systemctl list-units` shows what runs"
ENVIRONMENT = "write Environment= into /etc/systemd/system/{0}.d/NAME.conf; it counts from the next restart"
GROUPS = "services run without control groups here"
JOBS = "a command returns when its job is done, so there is never one to list or to cancel"
OVERSEEN = "`systemctl enable` and `disable` are there"
VERBS = {
    "edit": "write /etc/systemd/system/{0}.d/NAME.conf yourself; it counts from the next restart",
    "revert": "remove your own files of /etc/systemd/system and /etc/systemd/system/{0}.d",
    "link": "copy the unit file into /etc/systemd/system",
    "list-timers": "nothing starts timers; cron is there (`systemctl enable --now cron`)",
    "list-dependencies": "`systemctl cat NAME` shows the Requires=, Wants= and After= of a unit",
    "clean": "stop the service and remove its files under /var and /run by hand",
    **dict.fromkeys(("get-default", "set-default", "isolate", "default", "rescue", "emergency"), TARGETS),
    **dict.fromkeys(("list-sockets", "list-paths", "list-automounts"), WITHOUT),
    **dict.fromkeys(("show-environment", "set-environment", "unset-environment", "import-environment"), ENVIRONMENT),
    **dict.fromkeys(("freeze", "thaw", "set-property", "bind", "mount-image", "whoami"), GROUPS),
    **dict.fromkeys(("list-jobs", "cancel"), JOBS),
    **dict.fromkeys(("preset", "preset-all", "add-wants", "add-requires"), OVERSEEN),
    **dict.fromkeys(
        ("list-machines", "switch-root", "log-level", "log-target", "service-log-level", "service-log-target"),
        "`systemctl --help` lists what there is",
    ),
}
PRIORITY = "priorities are not recorded; `-g TEXT` finds lines by what they say"
VACUUM = "a log is cut by itself when it has grown to 1 MB"
OPTIONS = {
    "-p": PRIORITY,
    "--priority": PRIORITY,
    "--disk-usage": "the logs are plain files, `du -ch /var/log/journal /var/log/syslog` adds them up",
    **dict.fromkeys(("--vacuum-size", "--vacuum-time", "--vacuum-files", "--rotate"), VACUUM),
    "--list-boots": "only the time since the last power cut is recorded",
}


def verb(name: str, units: list[str]) -> str:
    """Why there is no such command; a word that systemd does not know either is a slip of the fingers."""
    if name not in VERBS:
        return f"Unknown command verb '{name}'."
    unit = full_name(units[0]) if units else "NAME.service"
    return f"There is no `systemctl {name}` on a node: {VERBS[name].format(unit)}."


def option(name: str) -> str:
    return f"There is no `journalctl {name}` on a node: {OPTIONS.get(name, '`journalctl --help` lists what there is')}."
