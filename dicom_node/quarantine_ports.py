"""The Protocol of what is kept of files that were put aside for a person.

Like those of ports.py; it has a fake in tests/fakes and one contract suite for both.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class QuarantinedFile:
    """One file that was put aside.

    Attributes:
        number: by which a person names it.
        recorded_at: when it was first put aside.
        times: how often it came and was put aside for the same reason.
    """

    number: int
    path: Path
    reason_code: str
    reason: str
    calling_ae_title: str
    recorded_at: datetime
    called_ae_title: str = ""
    times: int = 1


class QuarantineLedger(Protocol):
    """The part of the ledger that speaks of files that were put aside. Every method raises LedgerError."""

    def files(self, *, limit: int = 100) -> Sequence[QuarantinedFile]:
        """Return what lies there, the newest first."""
        ...

    def find(self, number: int) -> QuarantinedFile | None:
        """Return one file, None where there is none of this number."""
        ...

    def settle(self, number: int) -> None:
        """Forget one file: it was taken in, or is gone."""
        ...

    def unrecorded(self, paths: Collection[Path]) -> frozenset[Path]:
        """Return those of some files named `SOP-INSTANCE-UID.DIGEST.dcm` that no image and no plan accounts for."""
        ...

    def unlisted(self, paths: Collection[Path]) -> frozenset[Path]:
        """Return those of some files in quarantine that are not among `files`."""
        ...
