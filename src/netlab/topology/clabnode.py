"""What a topology file may say of a node: the keys of `nodes`, and of `groups`, `kinds` and `defaults`."""

from ipaddress import IPv4Address, IPv6Address
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints


def as_text(value: Any) -> Any:
    """Numbers and truth values are text where containerlab takes text; `true` stays the word it was."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


Text = Annotated[str, BeforeValidator(as_text)]
Texts = list[Text]
TextMap = dict[str, Text]
Command = Annotated[str, BeforeValidator(as_text), StringConstraints(min_length=1)]


class Strict(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        populate_by_name=True,
        alias_generator=lambda name: name.rstrip("_").replace("_", "-"),
    )


class StageCommand(Strict):
    """One command of a stage."""

    command: Command
    target: Literal["container", "host"] = "container"
    phase: Literal["on-enter", "on-exit"] = "on-enter"


class StagePhases(Strict):
    """The older way to write the commands of a stage."""

    on_enter: list[Command] = Field(default_factory=list)
    on_exit: list[Command] = Field(default_factory=list)


class WaitFor(Strict):
    node: str
    stage: Literal["create", "create-links", "configure", "healthy", "exit"]


class Stage(Strict):
    wait_for: list[WaitFor] = Field(default_factory=list)
    exec: list[StageCommand] | StagePhases = Field(default_factory=list)

    def commands(self) -> list[StageCommand]:
        """In the order they run: on entering the stage, then on leaving it."""
        if isinstance(self.exec, StagePhases):
            entering = [StageCommand(command=text) for text in self.exec.on_enter]
            return entering + [StageCommand(command=text, phase="on-exit") for text in self.exec.on_exit]
        return sorted(self.exec, key=lambda one: one.phase == "on-exit")


class Dns(Strict):
    servers: Texts = Field(default_factory=list)
    search: Texts = Field(default_factory=list)
    options: Texts = Field(default_factory=list)


class NodeSpec(Strict):
    """What can be said of a node, and in `groups`, `kinds` and `defaults` of several."""

    kind: str | None = None
    group: Text | None = None
    image: Text | None = None
    cmd: Text | None = None
    entrypoint: Text | None = None
    user: Text | None = None
    hostname: Text | None = None
    env: TextMap | None = None
    env_files: Texts | None = None
    exec: list[Command] | None = None
    binds: Texts | None = None
    volumes: Texts | None = None
    labels: TextMap | None = None
    sysctls: TextMap | None = None
    tmpfs: TextMap | None = None
    shm_size: Text | None = None
    dns: Dns | None = None
    aliases: Texts | None = None
    mgmt_ipv4: IPv4Address | None = None
    mgmt_ipv6: IPv6Address | None = None
    network_mode: Text | None = None
    startup_delay: int | None = None
    stages: dict[Literal["create", "create-links", "configure", "healthy", "exit"], Stage] | None = None
    devices: Texts | None = None
    ports: Texts | None = None
    certificate: dict[str, Any] | None = None
    pid_mode: str | None = None
    # What makes no difference on a node of kind linux here (see `rules.WITHOUT_EFFECT`).
    type: Text | None = None
    license: Text | None = None
    startup_config: Text | None = None
    enforce_startup_config: bool | None = None
    suppress_startup_config: bool | None = None
    image_pull_policy: str | None = None
    restart_policy: Text | None = None
    auto_remove: bool | None = None
    credentials: dict[str, Any] | None = None
    runtime: str | None = None
    link_apply_mode: str | None = None
    cpu: float | None = None
    cpu_set: Text | None = None
    memory: Text | None = None
    extras: dict[str, Any] | None = None
    config: dict[str, Any] | None = None
    healthcheck: dict[str, Any] | None = None
    components: list[dict[str, Any]] | None = None
    cap_add: Texts | None = None
    privileged: bool | None = None
    cgroupns_mode: str | None = None
    cgroup_parent: str | None = None
    security_opts: Texts | None = None
