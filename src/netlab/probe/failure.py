"""When a probe could not look: never the verdict on a network, but for a card that is down."""


class CannotLookError(Exception):
    """One calm sentence for the learner without a full stop, and what to do about it.

    What the library said is the cause (`raise … from`): it is kept in the evidence, and no learner must read it.
    """

    def __init__(self, message: str, next_step: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step


class CardDownError(CannotLookError):
    """The card that a probe stands on is administratively down: the state of the network, and so a fail."""

    def __init__(self, node: str, interface: str) -> None:
        super().__init__(f"{interface} of {node} is down", f"on {node}: ip link set {interface} up")
