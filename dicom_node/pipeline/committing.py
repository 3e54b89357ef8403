"""Storage commitment on results: each pass asks the ledger what is due. It remembers nothing.

What is asked has its Transaction UID on disk before; a report that comes meanwhile, through whatever door, changes the
same row, so a node that dies anywhere here goes on where the row says.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, Protocol

from config.commitment import CommitmentProvider
from config.settings import Destination
from dicom_node.pipeline.failures import jittered_seconds
from dicom_node.ports import Chance, Clock
from domain.commitment import (
    Commitment,
    CommitmentState,
    Report,
    Terms,
    note_asked,
    note_not_asked,
    note_resent,
    note_silence,
)
from domain.delivery import Outcome

INTERVAL_SECONDS: Final = 2.0
_log = logging.getLogger(__name__)


class Asking(Protocol):
    """How a request ended."""

    @property
    def outcome(self) -> Outcome:
        """DELIVERED where the provider has taken it."""
        ...

    @property
    def explanation(self) -> str:
        """What happened, and what to change where."""
        ...


class Asker(Protocol):
    """Asks the provider of one destination; never raises for what the peer does."""

    def ask(self, commitment: Commitment) -> Asking:
        """Ask for what is outstanding."""
        ...


class Book(Protocol):
    """The part of the ledger that committing needs; see dicom_node/ledger/commitments.py."""

    def open_new(self, destination: str, now: datetime) -> int:
        """Open a commitment for each delivery that has none."""
        ...

    def in_state(self, destination: str, state: CommitmentState, now: datetime) -> Sequence[Commitment]:
        """Return the commitments in a state whose time has come."""
        ...

    def begin(self, commitment: Commitment, now: datetime) -> None:
        """Keep the Transaction UID before it is sent."""
        ...

    def change(self, commitment: Commitment, transition: Any) -> Commitment:
        """Apply a transition to a commitment as it is now."""
        ...

    def peer_of(self, transaction_uid: str) -> str | None:
        """Return the name of the destination that a transaction asked."""
        ...

    def keep_report(self, report: Report, now: datetime, terms: Terms) -> Commitment | None:
        """Keep what a provider reports; None where the transaction is unknown."""
        ...

    def resend(self, commitment: Commitment, now: datetime) -> Commitment:
        """Deliver again what is not kept."""
        ...

    def resent(self, destination: str) -> Sequence[Commitment]:
        """Return the commitments whose delivery has arrived again."""
        ...


@dataclass(frozen=True, slots=True)
class Committing:
    """One destination that commits, and what it takes to ask it."""

    settings: Destination
    book: Book
    asker: Asker
    clock: Clock
    chance: Chance


def terms_of(settings: Destination) -> Terms:
    """Return how patient the settings are with a provider."""
    return _terms(settings.commitment_provider)


def _terms(provider: CommitmentProvider) -> Terms:
    return Terms(timedelta(seconds=provider.answer_seconds), provider.max_silences, provider.max_resends)


def commit_due(work: Committing) -> int:
    """Do everything that is due at one destination; return how many requests were made."""
    book, name, terms = work.book, work.settings.name, terms_of(work.settings)
    now = work.clock.now()
    book.open_new(name, now)
    for silent in book.in_state(name, CommitmentState.ASKED, now):
        _note(book.change(silent, lambda found: note_silence(found, now, terms)))
    for failed in book.in_state(name, CommitmentState.FAILED, now):
        _note(book.resend(failed, now))
    for resent in book.resent(name):
        book.change(resent, lambda found: note_resent(found, now))
    return _ask_each(work, book.in_state(name, CommitmentState.DUE, now), terms)


def _ask_each(work: Committing, due: Sequence[Commitment], terms: Terms) -> int:
    """Ask for one after the other; where the provider is not there, the others wait for the next pass."""
    for number, commitment in enumerate(due, 1):
        work.book.begin(commitment, work.clock.now())
        asked = work.asker.ask(commitment)
        _keep(work, commitment, asked, terms)
        if asked.outcome is Outcome.RETRY:
            return number
    return len(due)


def _keep(work: Committing, commitment: Commitment, asked: Asking, terms: Terms) -> None:
    now, ask = work.clock.now(), commitment.ask
    if asked.outcome is Outcome.DELIVERED:
        work.book.change(commitment, lambda found: note_asked(found, ask, now, terms))
        return
    wait_seconds = None
    if asked.outcome is Outcome.RETRY:
        wait_seconds = jittered_seconds(commitment.attempts + 1, work.settings.retry, work.chance)
    retry_after = None if wait_seconds is None else timedelta(seconds=wait_seconds)
    transition = partial(note_not_asked, ask=ask, now=now, explanation=asked.explanation, retry_after=retry_after)
    _note(work.book.change(commitment, transition))


def _note(commitment: Commitment) -> None:
    key = (commitment.study_instance_uid, commitment.version, commitment.destination)
    level = logging.WARNING if commitment.explanation else logging.INFO
    _log.log(level, "study %s version %d: %s: %s %s", *key, commitment.state, commitment.explanation)


def keep_report(book: Book, destinations: Sequence[Destination], clock: Clock, report: Report) -> bool:
    """Keep what a provider reports, on whatever association it came; False where no such request was made.

    Raises:
        LedgerError: it was not kept; the provider has to report again.
    """
    peer = book.peer_of(report.transaction_uid)
    if peer is None:
        _log.warning("a report on an unknown transaction %s was refused", report.transaction_uid)
        return False
    provider = next((each.commitment_provider for each in destinations if each.name == peer), CommitmentProvider())
    kept = book.keep_report(report, clock.now(), _terms(provider))
    if kept is not None:
        _note(kept)
    return kept is not None
