"""The spans of a study's trace, from what the ledger knows.

A version of a study is one trace. Its identifiers are digests of the study and of what a span is, so that spans that
become known later, in another process or after a restart, belong to it, and one that is sent twice is the same span.

    study ------------------------------------ first image to answer
      receive | complete | read (each image) | compose
      deliver (each attempt)                   from the answer, or the attempt before
      commit                                   from the delivery
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Final

from dicom_node.monitoring_ports import AnswerEnd, AttemptEnd, CommitmentEnd, ReadingEnd
from domain.delivery import Outcome
from domain.finding import ReadingStatus

Attribute = str | int | float
ROOT: Final = "study"
#: So many characters of the digest stand in a trace; people find it by `sha256sum` of the UID.
_SHOWN: Final = 16
_TRACE_BYTES, _SPAN_BYTES = 16, 8


@dataclass(frozen=True, slots=True)
class Span:
    """One span; `place` tells it from the others of its trace, `failed` says that what it is did not succeed."""

    version_key: str
    place: str
    name: str
    begun_at: datetime
    ended_at: datetime
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    failed: str = ""

    def __post_init__(self) -> None:
        if self.ended_at < self.begun_at:  # a clock was set back meanwhile
            object.__setattr__(self, "ended_at", self.begun_at)

    @property
    def is_root(self) -> bool:
        """Whether it is that of the whole study."""
        return self.place == ROOT

    @property
    def trace_id(self) -> int:
        """Of the version, never 0."""
        return _digest(self.version_key, _TRACE_BYTES)

    @property
    def span_id(self) -> int:
        """Of this span, never 0."""
        return _digest(f"{self.version_key} {self.place}", _SPAN_BYTES)

    @property
    def parent_id(self) -> int:
        """Of the span of the whole study."""
        return _digest(f"{self.version_key} {ROOT}", _SPAN_BYTES)


def spans_of_answer(answer: AnswerEnd, images: Sequence[ReadingEnd]) -> Iterator[Span]:
    """Give the spans from the first image of a version to its answer."""
    uid, _, version = answer.key.partition(":")
    closed_at = answer.closed_at or answer.last_arrival_at
    named: dict[str, Attribute] = {"osteonode.study": hash_study(uid), "osteonode.version": int(version)}
    counted = named | {"osteonode.images": len(images), "osteonode.closed_by": answer.closed_by}
    yield Span(answer.key, ROOT, "study", answer.first_arrival_at, answer.ended_at, counted)
    yield Span(answer.key, "receive", "receive", answer.first_arrival_at, answer.last_arrival_at)
    closed = {"osteonode.closed_by": answer.closed_by}
    yield Span(answer.key, "complete", "complete", answer.last_arrival_at, closed_at, closed)
    for number, image in enumerate(images):
        yield _span_of_reading(answer.key, number, image)
    composing_at = max(closed_at, answer.last_read_at or closed_at)
    yield Span(answer.key, "compose", "compose", composing_at, answer.ended_at)


def span_of_attempt(attempt: AttemptEnd) -> Span:
    """Return the span of an attempt: what it waited is in it, because the ledger keeps when it ended."""
    begun_at = attempt.begun_at or attempt.answered_at or attempt.ended_at
    attributes = {"osteonode.destination": attempt.destination, "osteonode.outcome": attempt.outcome}
    place, failed = f"deliver {attempt.key}", attempt.outcome if attempt.outcome != Outcome.DELIVERED else ""
    return Span(_version_of(attempt.key), place, "deliver", begun_at, attempt.ended_at, attributes, failed)


def span_of_commitment(commitment: CommitmentEnd) -> Span:
    """Return the span from a delivery to the commitment to it."""
    begun_at = commitment.delivered_at or commitment.ended_at
    attributes = {"osteonode.destination": commitment.destination}
    place = f"commit {commitment.key}"
    return Span(_version_of(commitment.key), place, "commit", begun_at, commitment.ended_at, attributes)


def hash_study(study_instance_uid: str) -> str:
    """Return what stands in a trace for a study: the beginning of the sha256 of its UID, in hex."""
    return sha256(study_instance_uid.encode()).hexdigest()[:_SHOWN]


def _span_of_reading(version_key: str, number: int, image: ReadingEnd) -> Span:
    attributes: dict[str, Attribute] = {"osteonode.status": image.status}
    if image.reason_code:
        attributes["osteonode.reason"] = image.reason_code
    attributes |= {f"osteonode.model.{name}.seconds": ms / 1000 for name, ms in image.model_milliseconds.items()}
    failed = image.reason_code if image.status == ReadingStatus.FAILED else ""
    begun_at = image.received_at or image.ended_at
    return Span(version_key, f"read {number}", "read", begun_at, image.ended_at, attributes, failed)


def _version_of(key: str) -> str:
    return ":".join(key.split(":")[:2])


def _digest(text: str, number_of_bytes: int) -> int:
    return int.from_bytes(sha256(text.encode()).digest()[:number_of_bytes], "big") or 1
