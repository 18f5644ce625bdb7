"""What `labs/<slug>/lab.yml` says about a lab, and the small file beside each solution or mistake."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from netlab import ksb
from netlab.command import Command
from netlab.complaints import matching
from netlab.parameters import Parameter
from netlab.questions.question import Question, QuestionId

Slug = Annotated[str, matching(r"[a-z][a-z0-9-]{1,39}", "a name such as dhcp-basics: small letters, digits and -")]
AbsolutePath = Annotated[str, matching(r"/.+", "a path that begins with /")]
UnitName = Annotated[str, matching(r"[A-Za-z0-9][A-Za-z0-9@._-]*", "the name of a service such as frr")]
Need = Literal["tun", "netem", "8021q", "vrf", "dummy", "bonding", "gre", "wireguard", "mpls"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


Band = Literal["easy", "medium", "hard"]


class FaultPick(_Strict):
    """Which of the lab's faults a learner gets: `count` of those of the band, drawn from the seed."""

    band: Band
    count: int = Field(default=1, ge=1, le=4)
    of: list[str] = Field(default_factory=list, description="which come into question; all, unless told")


class Lab(_Strict):
    """One lab. `points` is the declared maximum; the grader's checks must add up to it."""

    schema_: Literal["netlab.lab/1"] = Field(alias="schema")
    slug: Slug
    title: str = Field(min_length=3, max_length=80)
    version: Annotated[str, matching(r"\d+\.\d+", "a version such as 1.0, in quotes")]
    summary: str
    level: Literal["beginner", "intermediate", "advanced"]
    minutes: int = Field(ge=5, le=480)
    standard: str = "ST0127"
    duties: list[str] = Field(min_length=1)
    ksbs: list[str] = Field(min_length=1)
    topology: str
    network: list[str] = Field(default_factory=list, description="parameters shown as 'your own network'")
    needs: list[Need] = Field(default_factory=list, description="what the host must have, as `doctor` names it")
    link_control: bool = Field(default=False, description="whether learners may change links with `netlab link`")
    points: float = Field(gt=0)
    pass_mark: int = Field(default=70, ge=1, le=100)
    parameters: dict[str, Parameter] = Field(default_factory=dict)
    keep: dict[str, list[AbsolutePath]] = Field(
        default_factory=dict, description="per node: the files that survive a power cycle and are handed in"
    )
    enable: dict[str, list[UnitName]] = Field(
        default_factory=dict, description="per node: the services that are enabled at the start, such as frr"
    )
    questions: dict[QuestionId, Question] = Field(
        default_factory=dict, description="what `netlab answer` asks; a check marks each"
    )
    faults: FaultPick | None = Field(default=None, description="the lab starts with faults to find")
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
        for number, name in enumerate(self.network):
            if name not in self.parameters:
                about = {"name": name, "at": ("network", number)}
                raise PydanticCustomError("netlab", "there is no parameter '{name}'", about)
        return self


class Answer(_Strict):
    """`apply.yml` of a solution, an alternative or a mistake; the node folders beside it hold its files.

    A mistake is laid over the reference solution: `fails` lists exactly the checks that it must fail.
    """

    title: str
    commands: list[Command] | None = None
    remove: dict[str, list[AbsolutePath]] = Field(default_factory=dict)
    fails: list[str] = Field(default_factory=list)
    needless: list[str] = Field(
        default_factory=list, description="of a solution: lines and commands whose absence is no mistake"
    )
