"""The Protocol of what is kept of files that were put aside for a person.

Like those of ports.py; it has a fake in tests/fakes and one contract suite for both.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from domain.correction import NAME_LENGTH, NOTE_LENGTH


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


@dataclass(frozen=True, slots=True)
class UndecodedImage:
    """An image that is here, with its study, and that was answered "not analysed" because it could not be decoded."""

    sop_instance_uid: str
    study_instance_uid: str
    calling_ae_title: str
    received_at: datetime
    reason_code: str


@dataclass(frozen=True, slots=True)
class DiscardedFile:
    """That a person removed a file for good. The words are a person's: show them to people alone.

    Raises:
        ValueError: no reason, or a text that is too long or has control characters; the message does not repeat it.
    """

    number: int
    reason_code: str
    calling_ae_title: str
    discarded_at: datetime
    reason: str = field(repr=False)
    by: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ValueError("a reason is needed")
        for name, text, limit in (("reason", self.reason, NOTE_LENGTH), ("by", self.by, NAME_LENGTH)):
            if len(text) > limit or not text.isprintable():
                raise ValueError(f"{name} is one line of at most {limit} characters")


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

    def give_up(self, discarded: DiscardedFile) -> None:
        """Forget one file that a person removed, and keep who did and why; nothing where it is forgotten."""
        ...

    def discarded(self, *, limit: int = 100) -> Sequence[DiscardedFile]:
        """Return what persons removed with a reason, the latest first."""
        ...

    def unrecorded(self, paths: Collection[Path]) -> frozenset[Path]:
        """Return those of some files named `SOP-INSTANCE-UID.DIGEST.dcm` that no image and no plan accounts for."""
        ...

    def unlisted(self, paths: Collection[Path]) -> frozenset[Path]:
        """Return those of some files in quarantine that are not among `files`."""
        ...


@dataclass(frozen=True, slots=True)
class RetriedFile:
    """What became of a file that a person had taken in again.

    Attributes:
        taken_in: it is out of quarantine, and recorded or known here.
        code: of what became of it, as of an image that has just arrived.
    """

    taken_in: bool
    code: str


class QuarantineDesk(Protocol):
    """What a person sees of quarantine and does about it; every method raises LedgerError where the store fails."""

    def files(self, *, limit: int = 100) -> Sequence[QuarantinedFile]:
        """Return what lies there, the newest first."""
        ...

    def find(self, number: int) -> QuarantinedFile | None:
        """Return one file, None where there is none of this number."""
        ...

    def undecoded(self, *, limit: int = 100) -> Sequence[UndecodedImage]:
        """Return the images that the last reading could not decode, the newest first."""
        ...

    def discarded(self, *, limit: int = 100) -> Sequence[DiscardedFile]:
        """Return what persons removed with a reason, the latest first."""
        ...

    def retry(self, number: int) -> RetriedFile:
        """Take a file in again by the checks for what has just arrived.

        Raises:
            InterventionRefused: there is no such number, or its file is gone.
            OSError: the file cannot be read; it stays.
        """
        ...

    def retry_image(self, sop_instance_uid: str) -> int:
        """Decode and read an image again; return the version of its study that will tell every destination.

        Raises:
            InterventionRefused: there is no such image, it was read, or its study cannot be answered now.
        """
        ...

    def discard(self, number: int, reason: str, by: str) -> None:
        """Remove a file for good, and keep who did and why.

        Raises:
            InterventionRefused: there is no such number.
            ValueError: the words cannot be kept; the file stays.
            OSError: it stays.
        """
        ...
