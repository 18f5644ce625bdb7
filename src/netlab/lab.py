"""What `labs/<slug>/lab.yml` says about a lab, and the small file beside each solution or mistake."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from netlab import ksb
from netlab.parameters import Parameter

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,39}$")]
AbsolutePath = Annotated[str, StringConstraints(pattern=r"^/.+$")]
LEVELS = ("beginner", "intermediate", "advanced")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Lab(_Strict):
    """One lab. `points` is the declared maximum; the grader's checks must add up to it."""

    schema_: Literal["netlab.lab/1"] = Field(alias="schema")
    slug: Slug
    title: str = Field(min_length=3, max_length=80)
    version: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+$")]
    summary: str
    level: Literal["beginner", "intermediate", "advanced"]
    minutes: int = Field(ge=5, le=480)
    standard: str = "ST0127"
    duties: list[str] = Field(min_length=1)
    ksbs: list[str] = Field(min_length=1)
    topology: str
    network: list[str] = Field(default_factory=list, description="parameters shown as 'your own network'")
    needs: list[str] = Field(default_factory=list, description="what the host must have, as `doctor` names it")
    points: float = Field(gt=0)
    pass_mark: int = Field(default=70, ge=1, le=100)
    parameters: dict[str, Parameter] = Field(default_factory=dict)
    keep: dict[str, list[AbsolutePath]] = Field(
        default_factory=dict, description="per node: the files that survive a power cycle and are handed in"
    )
    groups: dict[str, str] = Field(default_factory=dict, description="check group: heading in the results")

    @field_validator("duties", "ksbs")
    @classmethod
    def _known_codes(cls, codes: list[str]) -> list[str]:
        bare = [code if code[:1] == "D" else ksb.parse_ref(code).code for code in codes]
        if missing := ksb.unknown(bare, ksb.standard()):
            raise ValueError(f"ST0127 has no {', '.join(missing)}")
        return codes

    @model_validator(mode="after")
    def _network_is_drawn(self) -> "Lab":
        if missing := set(self.network) - set(self.parameters):
            raise ValueError(f"network: no such parameter: {', '.join(sorted(missing))}")
        return self


class Command(_Strict):
    """A command run on a node when a solution or mistake is put in place."""

    node: str
    run: list[str] = Field(min_length=1)


class Answer(_Strict):
    """`apply.yml` of a solution, an alternative or a mistake; the node folders beside it hold its files.

    A mistake is laid over the reference solution: `fails` lists exactly the checks that it must fail.
    """

    title: str
    commands: list[Command] | None = None
    remove: dict[str, list[AbsolutePath]] = Field(default_factory=dict)
    fails: list[str] = Field(default_factory=list)
