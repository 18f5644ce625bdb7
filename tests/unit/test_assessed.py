"""What a learner may see of a check in an assessment, and in practice."""

from types import SimpleNamespace

import pytest

from netlab.actions.grade import told
from netlab.ksb import KsbRef
from netlab.result import CheckResult, CheckSpec, Verdict

SPEC = CheckSpec("fault", "What was wrong is known", 6, (KsbRef("S5"),), method="FD")
WORDS = "device right, interface wrong"
WRITTEN = ({"kind": "written", "at": "2026-01-01T09:00:00Z", "output": "device: r1"},)
ELSE = ({"kind": "command", "at": "2026-01-01T09:00:00Z", "output": "eth1 UP"},)


@pytest.mark.parametrize(
    ("assessed", "evidence", "hint", "observed"),
    [
        (False, WRITTEN, "look there", WORDS),
        (True, WRITTEN, None, "what you said"),
        (True, ELSE, None, WORDS),
    ],
)
def test_an_assessment_gives_no_hint_and_does_not_say_which_parts_of_a_diagnosis_are_right(
    assessed, evidence, hint, observed
):
    result = CheckResult(SPEC, Verdict.FAIL, 3.0, "expected", WORDS, "look there", evidence=evidence)
    seen = told(SimpleNamespace(run=SimpleNamespace(assessed=assessed)), result.as_json())
    assert (seen.hint, seen.observed, seen.points) == (hint, observed, 3.0)
