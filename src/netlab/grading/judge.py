"""How a check gives its verdict: what was expected, what was observed, what to look at."""

from netlab.probe.evidence import Recorder


class CheckFailed(Exception):
    """The learner's network does not do what the check asks."""

    def __init__(self, expected: str, observed: str, hint: str) -> None:
        super().__init__(f"expected {expected}; observed {observed}")
        self.expected = expected
        self.observed = observed
        self.hint = hint


class Expect:
    """`expect(condition, expected=…, observed=…, hint=…)` in a check: false ends it as a fail."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def __call__(self, condition: object, *, expected: str, observed: str, hint: str = "") -> None:
        evidence = self._recorder.now
        evidence.expected, evidence.observed = expected, observed
        if not condition:
            raise CheckFailed(expected, observed, hint)
