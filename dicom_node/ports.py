"""The Protocols between the parts of the node. Every port has a fake in tests/fakes and one contract suite for both."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from domain.delivery import Attempt
from domain.document import Document
from domain.finding import ImageReading
from domain.instance import ReceivedInstance


class Clock(Protocol):
    """Time, so that tests never sleep."""

    def now(self) -> datetime:
        """Return the present time, aware, in UTC."""
        ...


class Recorded(StrEnum):
    """What the ledger made of an instance."""

    NEW = "new"
    DUPLICATE = "duplicate"  # same SOP Instance UID, same bytes: nothing to do
    CONFLICT = "conflict"  # same SOP Instance UID, other bytes: the first is kept, the second is in quarantine


class InstanceLedger(Protocol):
    """The part of the ledger that receiving needs."""

    def record_instance(self, instance: ReceivedInstance) -> Recorded:
        """Record a durable instance, open or re-open its study and start its reading, in one transaction.

        Raises:
            LedgerFull: there is no room; nothing was recorded.
            LedgerError: the store failed; nothing was recorded.
        """
        ...

    def quarantine(self, path: Path, *, reason_code: str, reason: str, calling_ae_title: str) -> None:
        """Record that the file at `path` was put aside, and why, for a person to see."""
        ...


class Destination(Protocol):
    """One place that results go to. Blocking; safe to call again with the same documents."""

    name: str

    def deliver(self, documents: Sequence[Document]) -> Attempt:
        """Try to hand over the documents of one study; never raises for what a peer or the network does."""
        ...


@dataclass(frozen=True, slots=True)
class ReadImage:
    """A reading, and the picture a person should see with it.

    Attributes:
        display_path: 8-bit grey PNG in the stored orientation, bone bright, long side bounded; None where undecodable.
        heat_map_path: 8-bit grey PNG of the same shape, 255 = most suspicious; None where there is none.
    """

    reading: ImageReading
    display_path: Path | None = None
    heat_map_path: Path | None = None


class FractureReader(Protocol):
    """Reads one image, whatever happens: a crash or a hang of a model is a FAILED reading, never an exception."""

    @property
    def model_set(self) -> str:
        """Digest of the ensemble."""
        ...

    def read(self, path: Path, *, evidence_folder: Path) -> ReadImage:
        """Read the Part 10 file at `path`; write display and heat map PNGs into `evidence_folder`."""
        ...
