"""What somebody has to see to, found in what the node knows of itself."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from config.alerts import Alerts
from dicom_node.monitoring.alerts.wording import write_time
from dicom_node.monitoring_ports import Queue, ReadingEnd, Stage, Standing
from domain.alert import AlertKind, Cause
from domain.breaker import BreakerState

#: Failures of readers older than this are past.
READER_WINDOW: Final = timedelta(minutes=10)
#: Reasons of inference/reasons.py that speak of the reader, and not of the image alone.
READER_REASONS: Final = frozenset(
    {"reader-crashed", "reader-failed", "reader-unavailable", "out-of-memory", "deadline-exceeded", "model-failed"}
)
_STAGE_WORDS: Final = {
    Stage.COMPLETE: ("studies that are not complete", "studies wait to be complete"),
    Stage.READ: ("images that are not read", "images wait to be read"),
    Stage.COMPOSED: ("studies that are not answered", "studies wait for their answer"),
    Stage.DELIVERED: ("deliveries to {}", "deliveries wait"),
    Stage.COMMITTED: ("commitments of {}", "deliveries wait to be committed to"),
}
_MIB: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class CertificateEnd:
    """When a certificate ends, by the key of the configuration that names its file."""

    key: str
    days_left: int


@dataclass(frozen=True, slots=True)
class Observed:
    """What is known now; `readings` are those of READER_WINDOW, `refusing_bytes` the limit of receiving."""

    now: datetime
    standing: Standing
    readings: Sequence[ReadingEnd]
    free_bytes: int
    refusing_bytes: int
    certificates: Sequence[CertificateEnd]


def find_causes(observed: Observed, settings: Alerts) -> list[Cause]:
    """Return everything that somebody has to see to."""
    return [cause for find in _FINDERS for cause in find(observed, settings)]


def _find_dead_letters(observed: Observed, settings: Alerts) -> Iterator[Cause]:
    for destination, number in observed.standing.dead_letters.items():
        yield Cause(AlertKind.DEAD_LETTER, destination, f"{number} will not be sent again by themselves.")


def _find_held(observed: Observed, settings: Alerts) -> Iterator[Cause]:
    if number := observed.standing.held_studies:
        yield Cause(AlertKind.STUDY_HELD, "studies", f"{number} wait for a person.")


def _find_peers(observed: Observed, settings: Alerts) -> Iterator[Cause]:
    for name, breaker in observed.standing.breakers.items():
        patience = timedelta(seconds=settings.peer_down_seconds)
        if breaker.state is not BreakerState.CLOSED and observed.now - breaker.since >= patience:
            waiting = sum(each.items for each in observed.standing.queues if each.destination == name)
            happened = f"It is left alone since {write_time(breaker.since)}; {waiting} deliveries wait for it."
            yield Cause(AlertKind.PEER_DOWN, name, f"{happened} The last failure: {breaker.explanation or 'unknown'}")


def _find_overdue(observed: Observed, settings: Alerts) -> Iterator[Cause]:
    """Give what waits too long; not what waits for a peer that is down, of which that one is told."""
    down = {name for name, each in observed.standing.breakers.items() if each.state is not BreakerState.CLOSED}
    # An archive may take its time with commitment, and has settings of its own for how long.
    waiting = (each for each in observed.standing.queues if each.stage is not Stage.COMMITTED)
    for queue in waiting:
        if queue.destination not in down and _is_late(queue, observed.now, settings):
            minutes = (observed.now - (queue.oldest_at or observed.now)) // timedelta(minutes=1)
            subject, words = _STAGE_WORDS[queue.stage]
            happened = f"{queue.items} {words}; the oldest waits for {minutes} minutes."
            yield Cause(AlertKind.STUDY_OVERDUE, subject.format(queue.destination), happened)


def _is_late(queue: Queue, now: datetime, settings: Alerts) -> bool:
    return queue.oldest_at is not None and now - queue.oldest_at > timedelta(seconds=settings.deadline_seconds)


def _find_disk(observed: Observed, settings: Alerts) -> Iterator[Cause]:
    free_mib = observed.free_bytes // _MIB
    if free_mib < max(settings.free_disk_mib, observed.refusing_bytes // _MIB):
        refused = " Images are refused now." if observed.free_bytes < observed.refusing_bytes else ""
        yield Cause(AlertKind.DISK, "data", f"{free_mib} MiB are free.{refused}")


def _find_certificates(observed: Observed, settings: Alerts) -> Iterator[Cause]:
    for each in observed.certificates:
        if each.days_left < settings.certificate_days:
            ended = "It has expired." if each.days_left < 0 else f"{each.days_left} days are left."
            yield Cause(AlertKind.CERTIFICATE, each.key, ended)


def _find_readers(observed: Observed, settings: Alerts) -> Iterator[Cause]:
    since = observed.now - READER_WINDOW
    recent = [each.reason_code for each in observed.readings if each.ended_at >= since]
    failed = Counter(code for code in recent if code in READER_REASONS)
    if failed.total() >= settings.reader_failures:
        reasons = ", ".join(f"{code} ({number})" for code, number in failed.most_common())
        yield Cause(AlertKind.READERS, "readers", f"{failed.total()} images of the last ten minutes failed: {reasons}.")


_FINDERS: Final[Sequence[Callable[[Observed, Alerts], Iterator[Cause]]]] = (
    *(_find_dead_letters, _find_held, _find_peers, _find_overdue),
    *(_find_disk, _find_certificates, _find_readers),
)
