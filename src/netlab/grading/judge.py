"""How a check gives its verdict: what was expected, what was observed, what to look at."""

from netlab.probe.evidence import Recorder

LONGEST = 1000  # characters of what was seen: a node may say what it likes


class CheckFailed(Exception):
    """The learner's network does not do what the check asks; `share` (0 to 1) of its points is earned all the same."""

    def __init__(self, expected: str, observed: str, hint: str, share: float = 0.0) -> None:
        super().__init__(f"expected {expected}; observed {observed}")
        self.share = share
        self.expected = expected
        self.observed = observed
        self.hint = hint


class NeedsHumanError(Exception):
    """A person has to mark this; `observed` says what there is to mark."""

    def __init__(self, observed: str) -> None:
        super().__init__(observed)
        self.observed = observed


class Expect:
    """`expect(condition, expected=…, observed=…, hint=…)` in a check: false ends it as a fail.

    `expect.share(3, of=4, …)` ends it as a fail that earns three quarters of the points; four of four is a pass.
    """

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def __call__(self, condition: object, *, expected: str, observed: str, hint: str = "") -> None:
        seen = self._note(expected, observed)
        if not condition:
            raise CheckFailed(expected, seen, hint)

    def share(self, right: float, *, of: float, expected: str, observed: str, hint: str = "") -> None:
        """Raises ValueError for what is no share."""
        if not 0 <= right <= of or of <= 0:
            raise ValueError(f"{right:g} of {of:g} is no share")
        seen = self._note(expected, observed)
        if right < of:
            raise CheckFailed(expected, seen, hint, right / of)

    def _note(self, expected: str, observed: str) -> str:
        seen = observed if len(observed) <= LONGEST else f"{observed[:LONGEST]} …"
        self._recorder.now.expected, self._recorder.now.observed = expected, seen
        return seen
