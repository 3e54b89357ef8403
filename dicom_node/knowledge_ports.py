"""The Protocols of what is known beside the images: associations, performed steps, counts, orders, final reports.

Like those of ports.py; each has a fake in tests/fakes and one contract suite for both.
"""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from domain.completeness import Remark
from domain.final_report import FinalReport
from domain.order import ImagingOrder, OrderChange
from domain.order_match import OrderMatch
from domain.performed_step import PerformedStep, StepStatus


@dataclass(frozen=True, slots=True)
class AssociationState:
    """What is known of the associations that brought images of a study.

    Attributes:
        open: one is open, and the last image that it brought was of this study.
        released: the last one that ended was released and not aborted.
    """

    open: bool = False
    released: bool = False


class AssociationMarks(Protocol):
    """Which associations bring images of which studies; shared by every process that receives. Never raises."""

    def bring(self, association: Hashable, study_instance_uid: str) -> None:
        """Note that an association brings an image of a study, and no more of the study before."""
        ...

    def end(self, association: Hashable, *, released: bool) -> None:
        """Note that an association has ended; nothing where it brought no image or has ended before."""
        ...

    def states(self, study_instance_uids: Collection[str]) -> Mapping[str, AssociationState]:
        """Return what is known of these studies, and forget the ended associations of all others."""
        ...


@dataclass(frozen=True, slots=True)
class SourceAnswer:
    """What a source said when it was asked how many images a study has.

    Attributes:
        expected: how many images it holds; None where it gave no number, and `remark` says why.
        listed: their SOP Instance UIDs, where it had to list them.
    """

    asked_at: datetime
    expected: int | None = None
    listed: frozenset[str] | None = None
    remark: Remark | None = None


class SourceCounts(Protocol):
    """Asks sources by C-FIND, away from the thread that wants to know."""

    def sources_of(self, calling_ae_titles: Collection[str]) -> bool:
        """Say whether a study of these senders has a source that can be asked."""
        ...

    def ask(self, study_instance_uid: str, calling_ae_titles: Collection[str], arrived: Collection[str]) -> None:
        """Ask, unless a question is under way; returns at once."""
        ...

    def is_asking(self, study_instance_uid: str) -> bool:
        """Say whether a question is under way."""
        ...

    def answer(self, study_instance_uid: str) -> SourceAnswer | None:
        """Return the last answer, None where there is none."""
        ...

    def may_ask_again(self, study_instance_uid: str, now: datetime) -> bool:
        """Say whether the wait after the last answer is over."""
        ...

    def forget_others(self, study_instance_uids: Collection[str]) -> None:
        """Forget the answers of all other studies."""
        ...


class StepCreation(StrEnum):
    """What became of an N-CREATE."""

    KEPT = "kept"
    DUPLICATE = "duplicate"


class StepChange(StrEnum):
    """What became of an N-SET."""

    KEPT = "kept"
    UNKNOWN = "unknown"
    ENDED_BEFORE = "ended_before"


class StepKeeper(Protocol):
    """Keeps performed procedure steps. Durable when a method returns.

    Raises:
        LedgerFull: there is no room; nothing was kept.
        LedgerError: the store failed; nothing was kept.
    """

    def create_step(self, step: PerformedStep) -> StepCreation:
        """Keep a step that has begun."""
        ...

    def change_step(self, sop_instance_uid: str, status: StepStatus | None, references: Collection[str]) -> StepChange:
        """Keep what a modality says of a step later; `references` are the images that it has made so far."""
        ...


class CompletenessLedger(Protocol):
    """What the ledger knows of open studies."""

    def steps(self, study_instance_uids: Collection[str]) -> Mapping[str, Sequence[PerformedStep]]:
        """Return the performed steps of studies, by Study Instance UID."""
        ...

    def arrived(self, study_instance_uid: str) -> Mapping[str, str]:
        """Return the images of a study that are here: SOP Instance UID to SOP Class UID."""
        ...

    def senders(self, study_instance_uid: str) -> frozenset[str]:
        """Return the AE titles that sent images of a study."""
        ...

    def called_ae_title(self, study_instance_uid: str) -> str:
        """Return the own AE title that the first image of a study was sent to, "" where none is here."""
        ...


@dataclass(frozen=True, slots=True)
class OrderMessage:
    """What tells one message from the next.

    Attributes:
        identity: digest of who sent it (MSH-3, MSH-4) and MSH-10.
        content: digest of all of it but the header.
    """

    identity: str
    content: str


class OrderKeeper(Protocol):
    """Keeps orders. Durable when it returns.

    Raises:
        LedgerFull: there is no room; nothing was kept.
        LedgerError: the store failed; nothing was kept.
    """

    def keep_orders(self, message: OrderMessage, changes: Sequence[OrderChange]) -> bool:
        """Keep what a message says of its orders, all or nothing; False where it was kept before, without effect."""
        ...


class ReportKeeper(Protocol):
    """Keeps final reports. Durable when it returns.

    Raises:
        LedgerFull: there is no room; nothing was kept.
        LedgerError: the store failed; nothing was kept.
    """

    def keep_reports(self, message: OrderMessage, reports: Sequence[FinalReport]) -> bool:
        """Keep what a message says, all or nothing; False where it was kept before, without effect."""
        ...


class OrderLookup(Protocol):
    """Finds the orders that a study may have been made for."""

    def find_orders(self, study_instance_uid: str, accession_number: str) -> Sequence[ImagingOrder]:
        """Return the orders with this Study Instance UID or, where it is not empty, this accession number."""
        ...

    def note_order(self, study_instance_uid: str, version: int, match: OrderMatch) -> None:
        """Note which orders a version of a study was answered with, or why with none; the last note stays."""
        ...
