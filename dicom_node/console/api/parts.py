"""What the endpoints work with: questions and actions, as callables that the console's process fills in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from dicom_node.console.api.answers import DeadLetterBody, DestinationBody, ModelsBody, QuarantinedBody, RetriedBody
from dicom_node.desk_ports import ImageDesk
from dicom_node.study_ports import Happening, PersonRequest, RequestOutcome, StudyPage, StudyQuery
from domain.correction import RetractionReason


class CarriedOut(Protocol):
    """What became of a request of a person: how much changed, or why it was refused."""

    @property
    def outcome(self) -> RequestOutcome:
        """DONE, NOTHING or REFUSED."""
        ...

    @property
    def changed(self) -> int:
        """How much."""
        ...

    @property
    def refusal(self) -> str:
        """A sentence with the next step."""
        ...


class QuarantineActs(Protocol):
    """What may be done with a file that was put aside. Raises InterventionRefused, LedgerError and OSError."""

    def retry(self, number: int) -> RetriedBody:
        """Take it in again."""
        ...

    def discard(self, number: int, reason: str, by: str) -> None:
        """Remove it for good."""
        ...


@dataclass(frozen=True, slots=True)
class ApiParts:
    """Questions and actions. All of them wait for the ledger, and raise LedgerError where it fails.

    Attributes:
        search: a page of studies.
        timeline: what happened to one; empty where it is unknown.
        carry_out: records what a person asks for a study, and does it.
        quarantined: what was put aside, newest first, so many.
        quarantine: what may be done with it; raises ModelError where it cannot be opened.
        dead_letters: what failed for good, so many.
        replay: sends what failed again, of a study or of all, to a destination or to all; returns how many.
        discard: gives up what failed of a study: destination or None, reason, by whom; returns how many.
        models: the bundle that reads.
        desk: reads single images, which lie in `spool`.
    """

    search: Callable[[StudyQuery], StudyPage]
    timeline: Callable[[str], tuple[Happening, ...]]
    carry_out: Callable[[PersonRequest, RetractionReason], CarriedOut]
    quarantined: Callable[[int], Sequence[QuarantinedBody]]
    quarantine: Callable[[], QuarantineActs]
    dead_letters: Callable[[int], Sequence[DeadLetterBody]]
    replay: Callable[[str | None, str | None], int]
    discard: Callable[[str, str | None, str, str], int]
    destinations: Callable[[], Sequence[DestinationBody]]
    models: Callable[[], ModelsBody]
    desk: ImageDesk
    spool: Path
