"""What looking at a peer finds, for a person to see."""

from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class PeerFinding:
    """One thing that was looked at.

    Attributes:
        probe: what, such as `TCP` or `C-ECHO`.
        verdict: good; warning: works, and somebody should know; fault: something does not arrive; unknown.
        meaning: what was seen, and what it means.
        change: what to change; empty where nothing is.
        place: on which side, in words; empty where nothing is to be changed.
    """

    probe: str
    verdict: Literal["good", "warning", "fault", "unknown"]
    meaning: str
    change: str = ""
    place: str = ""


class PeerCheck(Protocol):
    """Looks at a destination as a delivery would meet it; sends nothing of a patient."""

    def __call__(self, destination: str) -> tuple[PeerFinding, ...]:
        """Return what was found, in the order in which it was looked at; never raises for what the peer does."""
        ...
