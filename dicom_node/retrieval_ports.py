"""The Protocols of fetching studies from archives. Each has a fake in tests/fakes and one contract suite for both."""

from collections.abc import Sequence
from typing import Protocol

from domain.retrieval import Retrieval, RetrievalAttempt


class RetrievalBook(Protocol):
    """Keeps what was asked for. Durable when a method returns; raises LedgerError where the store failed."""

    def ask(self, study_instance_uid: str, archive: str) -> bool:
        """Keep a request; False where the same one waits already."""
        ...

    def due(self) -> Sequence[Retrieval]:
        """Return the requests to try now, the oldest first."""
        ...

    def keep(self, retrieval: Retrieval, attempt: RetrievalAttempt, *, wait_seconds: float | None) -> None:
        """Keep how an attempt ended; without `wait_seconds` there is no other."""
        ...


class Intake(Protocol):
    """Takes images that come on an association of our own (C-GET), with the checks of C-STORE."""

    def take(
        self, archive: str, *, sop_class_uid: str, sop_instance_uid: str, transfer_syntax_uid: str, data_set: bytes
    ) -> int:
        """Return the C-STORE status for one image; a success means that it is durable and recorded. Never raises."""
        ...


class Archives(Protocol):
    """The archives that a configuration names. Blocking; never raises for what a peer or the network does."""

    def retrieve(self, study_instance_uid: str, archive: str) -> RetrievalAttempt:
        """Ask an archive for all images of a study, and return when they are here or will not come."""
        ...
