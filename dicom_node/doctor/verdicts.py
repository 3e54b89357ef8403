"""What a look at something found."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from dicom_node.association_failures.explanation import Explanation, Place


class Verdict(StrEnum):
    """GOOD; WARNING: works, and somebody should know; FAULT: something does not arrive; UNKNOWN: could not be seen."""

    GOOD = "good"
    WARNING = "warning"
    FAULT = "fault"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes:
        probe: what, such as `TCP`.
        meaning: what was seen, and what it means.
        change: what to change; empty where nothing is to be changed.
        place: on which side.
        code: that docs/operations.md has an entry for, where there is one.
    """

    probe: str
    verdict: Verdict
    meaning: str
    change: str = ""
    place: Place = Place.NOWHERE
    code: str = ""


@dataclass(frozen=True, slots=True)
class Examined:
    """Everything that was looked at of one subject: a peer, or a part of this machine.

    Attributes:
        subject: such as `destination pacs`.
        checks: in the order in which they were made.
        seconds: how long it took.
    """

    subject: str
    checks: tuple[Check, ...] = field(default=())
    seconds: float = 0.0

    @property
    def verdict(self) -> Verdict:
        """The worst of its checks."""
        return worst(check.verdict for check in self.checks)


_FROM_BAD: tuple[Verdict, ...] = (Verdict.FAULT, Verdict.WARNING, Verdict.UNKNOWN, Verdict.GOOD)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the worst of some verdicts, GOOD where there is none."""
    found = set(verdicts)
    return next((each for each in _FROM_BAD if each in found), Verdict.GOOD)


def good(probe: str, meaning: str) -> Check:
    """Return that something is as it should be."""
    return Check(probe, Verdict.GOOD, meaning)


def faulty(probe: str, explanation: Explanation) -> Check:
    """Return a failure of a connection or an association."""
    meaning = f"{explanation.said}: {explanation.meaning}"
    return Check(probe, Verdict.FAULT, meaning, explanation.change, explanation.place, explanation.code)
