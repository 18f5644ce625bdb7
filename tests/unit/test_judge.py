"""What a check says of what it saw."""

import pytest

from netlab.grading.judge import LONGEST, CheckFailed, Expect
from netlab.probe.evidence import Recorder


@pytest.mark.parametrize(
    "judge", [lambda expect, **said: expect(None, **said), lambda expect, **said: expect.share(1, of=2, **said)]
)
def test_a_node_that_says_very_much_is_not_quoted_to_the_end(judge):
    recorder = Recorder()
    with pytest.raises(CheckFailed) as failed:
        judge(Expect(recorder), expected="an address", observed="10.0.0.1, " * 20_000)
    assert failed.value.observed == recorder.now.observed
    assert len(failed.value.observed) == LONGEST + len(" …")
    assert failed.value.observed.endswith("10.0.0.1,  …")
