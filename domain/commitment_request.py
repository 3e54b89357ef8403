"""Storage commitment that a modality asks of us (PS3.4 Annex J): a request, until its report was taken."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.commitment import Item


class RequestState(StrEnum):
    """DUE: the report has to go. REPORTED: it was taken. GIVEN_UP: it never was; the modality has to ask again."""

    DUE = "due"
    REPORTED = "reported"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class CommitmentRequest:
    """One N-ACTION of a peer.

    Attributes:
        number: ours; a Transaction UID may come twice.
        is_duplicate: the Transaction UID is another request's: its report says so of every instance (0x0131).
        attempts: reports that were not taken, in a row.
    """

    number: int
    transaction_uid: str
    calling_ae_title: str
    called_ae_title: str
    address: str
    items: tuple[Item, ...]
    is_duplicate: bool
    state: RequestState
    attempts: int
    received_at: datetime
    next_at: datetime | None = None
    reported_at: datetime | None = None
    explanation: str = ""
