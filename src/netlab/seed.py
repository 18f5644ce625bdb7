"""The secret of one attempt, from which everything of a learner's own follows."""

import hashlib
import hmac
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Seed:
    """The secret of one attempt: HMAC(key, learner, lab, attempt)."""

    digest: bytes

    @classmethod
    def derive(cls, key: bytes, learner: str, lab: str, attempt: int) -> "Seed":
        message = "\0".join((learner, lab, str(attempt))).encode()
        return cls(hmac.digest(key, message, "sha256"))

    @property
    def commitment(self) -> str:
        """A hash that proves later which seed was used without showing it now."""
        return hashlib.sha256(b"netlab seed commitment\0" + self.digest).hexdigest()

    def number(self, name: str, below: int) -> int:
        """A number in 0 … below-1, uniform, fixed for this seed and name."""
        drawn = hmac.digest(self.digest, name.encode(), "sha256")
        return int.from_bytes(drawn) % below
