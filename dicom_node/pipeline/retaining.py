"""Retention: each pass removes what the settings call due. It remembers nothing; the ledger says what is there."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

from config.settings import Retention
from dicom_node.ports import Clock

QUARANTINE: Final = "quarantine"
#: So long the engine keeps its notes on work that succeeded, for those who look for a fault.
NOTES_KEPT: Final = timedelta(days=7)
_log = logging.getLogger(__name__)


class Taken(Protocol):
    """What one study lost, or why it lost nothing."""

    @property
    def files(self) -> int:
        """Files and folders that go."""
        ...

    @property
    def outstanding(self) -> tuple[str, ...]:
        """What the study waits for; empty where nothing kept it."""
        ...


class Purging(Protocol):
    """The part of the ledger that retention needs; see dicom_node/ledger/purging.py."""

    def due(self, what: str, before: datetime) -> Iterator[str]:
        """Give the studies that ended before a time and have some of it."""
        ...

    def purge(self, what: str, study_instance_uid: str) -> Taken:
        """Remove one kind of a study's things where it is finished."""
        ...

    def obstacles(self, study_instance_uid: str) -> tuple[str, ...]:
        """Return what a study waits for."""
        ...

    def quarantined(self, before: datetime) -> int:
        """Remove what was put aside before a time."""
        ...

    def carry_out(self) -> int:
        """Remove the files that are planned to go."""
        ...


@dataclass(slots=True)
class Tally:
    """What a pass did, or would do.

    Attributes:
        studies: by kind, how many studies lose it.
        kept: studies that are old enough and wait for something, with what for.
        quarantined: files that were put aside and go; files: files and folders removed.
    """

    studies: dict[str, int] = field(default_factory=dict)
    kept: dict[str, tuple[str, ...]] = field(default_factory=dict)
    quarantined: int = 0
    files: int = 0


def ages(retention: Retention) -> dict[str, float]:
    """Return after how many days each kind goes, those that go first; nothing that is kept for ever."""
    days = {
        "images": retention.images_days,
        "evidence": retention.evidence_days,
        "documents": retention.documents_days,
        "history": retention.history_days,
        QUARANTINE: retention.quarantine_days,
    }
    return {kind: each for kind, each in days.items() if each}


def notes_kept(retention: Retention) -> timedelta:
    """Return for how long the engine keeps its notes on work that succeeded, at most its history."""
    return min(NOTES_KEPT, timedelta(days=retention.history_days)) if retention.history_days else NOTES_KEPT


def forget_known(forget: Sequence[Callable[[datetime], int]], days: float, clock: Clock) -> int:
    """Let orders and performed steps go that nobody changed for so many days; return how many. 0 keeps for ever."""
    before = clock.now() - timedelta(days=days)
    return sum(each(before) for each in forget) if days else 0


def purge_due(purging: Purging, ages_days: Mapping[str, float], clock: Clock, *, dry_run: bool = False) -> Tally:
    """Remove everything that is older than its age; with `dry_run` only say what would go.

    Args:
        ages_days: by kind, as `ages` gives them.
    """
    tally, now = Tally(), clock.now()
    if not dry_run:
        tally.files += purging.carry_out()  # what a run that was cut short left
    for kind, days in ages_days.items():
        before = now - timedelta(days=days)
        if kind == QUARANTINE:
            tally.quarantined = 0 if dry_run else purging.quarantined(before)
            continue
        for study_instance_uid in purging.due(kind, before):
            _take(purging, kind, study_instance_uid, tally, dry_run)
        if not dry_run:
            tally.files += purging.carry_out()
    if not dry_run:
        tally.files += purging.carry_out()
        _note(tally)
    return tally


def _take(purging: Purging, kind: str, study_instance_uid: str, tally: Tally, dry_run: bool) -> None:
    if dry_run:
        outstanding = purging.obstacles(study_instance_uid)
    else:
        outstanding = purging.purge(kind, study_instance_uid).outstanding
    if outstanding:
        tally.kept[study_instance_uid] = outstanding
    else:
        tally.studies[kind] = tally.studies.get(kind, 0) + 1


def _note(tally: Tally) -> None:
    if tally.studies or tally.quarantined or tally.files:
        what = ", ".join(f"{kind} of {number} studies" for kind, number in tally.studies.items())
        _log.info(
            "purged: %s; %d quarantined; %d files and folders removed",
            what or "no study",
            tally.quarantined,
            tally.files,
        )
    if tally.kept:
        _log.debug("%d studies are old enough to purge and wait for something", len(tally.kept))
