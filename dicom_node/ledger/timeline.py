"""The whole history of a study as one line of time, made of what the ledger keeps of it in many places."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection, Engine, select

from dicom_node.ledger import person_requests, tables
from dicom_node.ledger.database import looking
from dicom_node.ledger.person_requests import RequestLine
from dicom_node.ledger.queries import AttemptLine, History, LedgerView, VersionLine
from dicom_node.study_ports import Action, Happening, HappeningKind, RequestOutcome, Tone
from domain.commitment import Commitment, CommitmentState
from domain.completeness import describe
from domain.delivery import Delivery, DeliveryState, Outcome
from domain.explanation import ExplanationState
from domain.finding import ReadingStatus

#: What is dated nowhere, or not yet, comes last.
_LAST: Final = datetime(9999, 1, 1, tzinfo=UTC)
#: How things that happened at one moment follow each other.
_RANK: Final = {kind: number for number, kind in enumerate(HappeningKind)}
_ATTEMPTS: Final = {
    Outcome.DELIVERED: (HappeningKind.DELIVERED, Tone.DONE),
    Outcome.RETRY: (HappeningKind.ATTEMPT_FAILED, Tone.WAITS),
    Outcome.REFUSED: (HappeningKind.ATTEMPT_REFUSED, Tone.TROUBLE),
}
_COMMITMENTS: Final = {
    CommitmentState.COMMITTED: (HappeningKind.COMMITTED, Tone.DONE),
    CommitmentState.HELD: (HappeningKind.COMMITMENT_HELD, Tone.TROUBLE),
    CommitmentState.FAILED: (HappeningKind.COMMITMENT_HELD, Tone.TROUBLE),
}
_EXPLANATIONS: Final = {
    ExplanationState.MADE: (HappeningKind.EXPLAINED, Tone.DONE),
    ExplanationState.FAILED: (HappeningKind.NOT_EXPLAINED, Tone.TROUBLE),
    ExplanationState.SUPERSEDED: (HappeningKind.NOT_EXPLAINED, Tone.NOTE),
}
_OUTCOMES: Final = {RequestOutcome.REFUSED: Tone.TROUBLE, RequestOutcome.NOTHING: Tone.NOTE}


class Timelines:
    """Tells the history of studies; safe while a node writes to the ledger."""

    def __init__(self, engine: Engine, view: LedgerView) -> None:
        self._engine, self._view = engine, view

    def timeline(self, study_instance_uid: str) -> tuple[Happening, ...]:
        """Return everything that happened to a study, oldest first; empty where it is unknown."""
        history = self._view.history(study_instance_uid)
        if history is None:
            return ()
        with looking(self._engine) as connection:
            return tell(connection, study_instance_uid, history)


def tell(connection: Connection, study_instance_uid: str, history: History) -> tuple[Happening, ...]:
    """Return everything that happened to a study, oldest first."""
    asked = person_requests.lines_of(connection, study_instance_uid)
    read = _readings(connection, study_instance_uid)
    return put_in_order(
        (*_of_images(history), *read, *_of_versions(history), *_of_answers(history), *_asked(asked, history))
    )


def put_in_order(happenings: Iterable[Happening]) -> tuple[Happening, ...]:
    """Return happenings by time; what happened at one moment in the order of the flow, what has no time last."""
    return tuple(sorted(happenings, key=lambda each: (each.at or _LAST, each.version, _RANK[each.kind])))


def _of_images(history: History) -> Iterator[Happening]:
    """Images that one sender brought for one version are one thing, dated by the first; `until` is the last."""
    groups = defaultdict(list)
    for line in history.arrivals:
        groups[line.version, line.calling_ae_title].append(line.received_at)
    for (version, title), times in groups.items():
        facts: dict[str, str | int] = {"images": len(times), "sender": title, "until": max(times).isoformat()}
        yield Happening(HappeningKind.RECEIVED, min(times), version, facts=facts)


def _readings(connection: Connection, study_instance_uid: str) -> list[Happening]:
    """Give the readings of the images by version and moment of the last; `read` and `unread` of them."""
    images, readings = tables.instance.c, tables.reading.c
    query = (
        select(images.version, readings.model_set, readings.status, readings.read_at)
        .join_from(tables.instance, tables.reading, images.sha256 == readings.sha256)
        .where(images.study_instance_uid == study_instance_uid)
    )
    groups = defaultdict(list)
    for version, model_set, status, read_at in connection.execute(query):
        groups[version, model_set].append((read_at, status))
    return [_reading(version, spoken) for (version, _models), spoken in groups.items()]


def _reading(version: int, spoken: Sequence[tuple[datetime, str]]) -> Happening:
    number = Counter(status for _at, status in spoken)[ReadingStatus.READ]
    facts = {"read": number, "unread": len(spoken) - number}
    tone = Tone.DONE if number == len(spoken) else Tone.NOTE
    return Happening(HappeningKind.READ, max(at for at, _status in spoken), version, tone, facts)


def _of_versions(history: History) -> Iterator[Happening]:
    taken_back = {line.version for line in history.retractions}
    kinds = Counter(line.version for line in history.documents)
    for line in history.versions:
        version, study = line.study.version, line.study
        if study.closed_at is not None and version not in taken_back:
            rule = study.closed_by.value if study.closed_by else ""
            tone = Tone.NOTE if study.known.shortfall else Tone.DONE
            yield Happening(
                HappeningKind.COMPLETE, study.closed_at, version, tone, {"rule": rule}, describe(study.known)
            )
        yield from _of_version(line, kinds[version])
    for each in history.retractions:
        words = {"words": each.retraction.note, "by": each.retraction.by}
        reason = {"reason": each.retraction.reason.value}
        yield Happening(HappeningKind.RETRACTED, each.asked_at, each.version, Tone.NOTE, reason, **words)


def _of_version(line: VersionLine, documents: int) -> Iterator[Happening]:
    study = line.study
    if line.answered_at is not None:
        facts = {"documents": documents, "state": study.state.value}
        note = "; ".join(line.withheld)
        yield Happening(
            HappeningKind.COMPOSED, line.answered_at, study.version, Tone.NOTE if note else Tone.DONE, facts, note
        )
    if line.held_reason:
        at = study.closed_at or study.last_arrival_at
        yield Happening(HappeningKind.HELD, at, study.version, Tone.TROUBLE, {"code": line.held_code}, line.held_reason)


def _of_answers(history: History) -> Iterator[Happening]:
    last = {(each.version, each.destination): each for each in history.attempts}
    yield from map(_of_attempt, history.attempts)
    for delivery in history.deliveries:
        yield from _of_delivery(delivery, last.get((delivery.version, delivery.destination)))
    for commitment in history.commitments:
        yield from _of_commitment(commitment)
    yield from _of_decisions(history)


def _of_decisions(history: History) -> Iterator[Happening]:
    """Give which route decided, dated by the answer, what a person gave up, and what became of explanations."""
    answered = {line.study.version: line.answered_at for line in history.versions}
    for version, routing in history.routings.items():
        if routing.route:
            route = {"route": routing.route}
            yield Happening(HappeningKind.ROUTED, answered.get(version), version, Tone.NOTE, route)
    for each in history.discards:
        given_up = HappeningKind.DISCARDED, each.discarded_at, each.version, Tone.NOTE
        yield Happening(*given_up, {"destination": each.destination}, words=each.reason, by=each.by)
    for line in history.explanations:
        if line.state in _EXPLANATIONS:
            kind, tone = _EXPLANATIONS[line.state]
            yield Happening(kind, line.ended_at, line.version, tone, note=line.reason)


def _of_attempt(attempt: AttemptLine) -> Happening:
    kind, tone = _ATTEMPTS[Outcome(attempt.outcome)]
    facts = {"destination": attempt.destination}
    return Happening(kind, attempt.ended_at, attempt.version, tone, facts, attempt.explanation)


def _of_delivery(delivery: Delivery, last: AttemptLine | None) -> Iterator[Happening]:
    """What an attempt does not say: that another one is planned, or that it is held; its reason is said once."""
    facts: dict[str, str | int] = {"destination": delivery.destination, "attempts": delivery.attempts}
    note = "" if last is not None and last.explanation == delivery.explanation else delivery.explanation
    if delivery.state is DeliveryState.WAITING:
        waits = HappeningKind.WILL_TRY, delivery.next_attempt_at, delivery.version, Tone.WAITS
        yield Happening(*waits, facts, note)
    elif delivery.state is DeliveryState.HELD:
        at = last.ended_at if last is not None else None
        yield Happening(HappeningKind.DELIVERY_HELD, at, delivery.version, Tone.TROUBLE, facts, note)


def _of_commitment(commitment: Commitment) -> Iterator[Happening]:
    facts: dict[str, str | int] = {
        "destination": commitment.destination,
        "items": len(commitment.items),
        "committed": len(commitment.items) - len(commitment.outstanding),
    }
    if commitment.asked_at is not None:
        asked = HappeningKind.COMMITMENT_ASKED, commitment.asked_at, commitment.version
        yield Happening(*asked, Tone.DONE if commitment.committed_at else Tone.WAITS, facts)
    if commitment.state in _COMMITMENTS:
        kind, tone = _COMMITMENTS[commitment.state]
        at = commitment.committed_at
        yield Happening(kind, at, commitment.version, tone, facts, commitment.explanation)


def _asked(lines: Iterable[RequestLine], history: History) -> Iterator[Happening]:
    """Give what persons asked for; a retraction that was carried out tells of itself, where it names who asked."""
    signed = {each.retraction.by for each in history.retractions}
    for line in lines:
        asked = line.request
        if asked.action is Action.RETRACT and line.outcome is RequestOutcome.DONE and asked.by in signed:
            continue
        facts: dict[str, str | int] = {
            "action": asked.action.value,
            "destination": asked.destination,
            "outcome": line.outcome.value,
        }
        refusal = line.answer if line.outcome is RequestOutcome.REFUSED else ""
        happening = Happening(HappeningKind.ASKED, line.asked_at, 0, Tone.NOTE, facts, refusal, asked.reason, asked.by)
        yield replace(happening, tone=_OUTCOMES.get(line.outcome, Tone.NOTE))
