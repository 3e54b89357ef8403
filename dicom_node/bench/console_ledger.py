"""A ledger as a hospital has it after some months: a hundred thousand studies, drawn, without files behind them.

Most are answered and delivered; some wait, some failed, some were corrected or taken back, a few are being received.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from sqlalchemy import Engine, Table, insert

from dicom_node.ledger import tables
from dicom_node.ledger.commitment_tables import commitment
from dicom_node.ledger.database import writing
from dicom_node.ledger.delivery_tables import breaker, routing
from dicom_node.ledger.search_tables import study_entry, study_sender
from domain.breaker import Breaker, BreakerState
from domain.commitment import CommitmentState, Item
from domain.delivery import DeliveryState, Outcome, Receipt
from domain.document import DocumentKind
from domain.finding import (
    Box,
    Fracture,
    FractureState,
    ImageReading,
    Labelled,
    MemberScore,
    ReadingStatus,
)
from domain.order import digest_patient_id
from domain.study import CompletionRule, StudyState
from domain.uid import derive_uid

SENDERS: Final = ("CR_ROOM1", "CR_ROOM2", "DX_ER", "DX_ORTHO", "PACS_ROUTER")
#: One study in ten thousand comes from here.
RARE_SENDER: Final = "MOBILE_7"
DESTINATIONS: Final = ("pacs", "ris")
_DAYS: Final = 60
_AT_ONCE: Final = 2000
_MODEL_SET: Final = "b" * 64
_PRESENT_FROM: Final = 0.7
#: What every reading is a copy of.
_TEMPLATE: Final = asdict(
    ImageReading(
        sop_instance_uid="1.2",
        sop_class_uid="1.2.840.10008.5.1.4.1.1.1.1",
        status=ReadingStatus.READ,
        model_set=_MODEL_SET,
        rows=2500,
        columns=2048,
        region=Labelled("hand", 0.98),
        fracture=Fracture(FractureState.PRESENT, 0.9, (0.9, 0.9)),
        boxes=(Box("fracture", 0.9, 100, 200, 300, 400),),
        members=tuple(MemberScore(f"member-{each}", "1.0.0", "c" * 64, 0.9, 40.0) for each in range(4)),
        milliseconds=140.0,
    )
)
_KINDS: Final = (
    DocumentKind.STRUCTURED_REPORT,
    DocumentKind.SUMMARY_CAPTURE,
    DocumentKind.SECONDARY_CAPTURE,
    DocumentKind.HL7_ORU,
)
Rows = dict[Table, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class DrawnStudy:
    """One study; `latest` are the newest ones, of which some are not finished."""

    number: int
    arrived_at: datetime
    latest: bool

    @property
    def uid(self) -> str:
        """Its Study Instance UID."""
        return derive_uid("bench", str(self.number))

    @property
    def accession_number(self) -> str:
        """Of its order."""
        return f"A{self.number:08d}"

    @property
    def sender(self) -> str:
        """The AE title that sent it."""
        return RARE_SENDER if self.number % 10_000 == 9 else SENDERS[self.number % len(SENDERS)]


def fill(engine: Engine, studies: int, now: datetime) -> None:
    """Write so many studies of the last two months into a ledger, the last of them minutes ago."""
    random = Random(6)
    with writing(engine) as connection:
        away = Breaker("ris", BreakerState.OPEN, now - timedelta(minutes=9), 5, 1, now, "", "connection refused")
        connection.execute(insert(breaker).values(asdict(away)))
    for first in range(0, studies, _AT_ONCE):
        rows: Rows = {table: [] for table in _TABLES}
        for number in range(first, min(studies, first + _AT_ONCE)):
            age = timedelta(days=_DAYS) * (1 - (number + 1) / studies)
            drawn = DrawnStudy(number, now - timedelta(minutes=3) - age, latest=number >= studies - 200)
            for table, values in _draw(drawn, random):
                rows[table].append(values)
        with writing(engine) as connection:
            for table, of_table in rows.items():
                if of_table:
                    connection.execute(insert(table), of_table)


def _draw(study: DrawnStudy, random: Random) -> Iterator[tuple[Table, dict[str, Any]]]:
    """Give the rows of one study."""
    state = _state(study)
    answered = state in (StudyState.ANSWERED, StudyState.RETRACTED)
    key = {"study_instance_uid": study.uid, "version": 1}
    closed_at = None if state is StudyState.OPEN else study.arrived_at + timedelta(seconds=30)
    answered_at = study.arrived_at + timedelta(seconds=31 + 4 * random.random()) if answered else None
    times = {"first_arrival_at": study.arrived_at, "last_arrival_at": study.arrived_at + timedelta(seconds=2)}
    yield (
        tables.study,
        key
        | times
        | {
            "state": state,
            "closed_at": closed_at,
            "closed_by": CompletionRule.QUIET_TIME if closed_at else None,
            "known": None,
            "answered_at": answered_at,
            "turn": 1,
            "held_code": "DOCUMENT-ERROR" if state is StudyState.HELD else None,
            "held_reason": "a document does not conform" if state is StudyState.HELD else None,
            "withheld": [],
        },
    )
    yield study_sender, {"study_instance_uid": study.uid, "calling_ae_title": study.sender}
    yield study_entry, _entry(study, times["last_arrival_at"])
    readings = [_reading(study, image, random) for image in (1, 2)]
    yield from _images(study, readings)
    if answered_at is not None:
        findings = {"readings": readings, "fracture": readings[0]["fracture"], "model_set": _MODEL_SET}
        said = findings | {"study_instance_uid": study.uid}
        yield tables.answer, key | {"model_set": _MODEL_SET, "findings": said}
        yield from _sent(study, key, answered_at)


def _state(study: DrawnStudy) -> StudyState:
    if study.latest and study.number % 10 == 0:
        return StudyState.OPEN
    if study.number % 1000 == 1:
        return StudyState.HELD
    return StudyState.RETRACTED if study.number % 500 == 2 else StudyState.ANSWERED


def _entry(study: DrawnStudy, last_arrival_at: datetime) -> dict[str, Any]:
    named = {"accession_number": study.accession_number, "patient_digest": digest_patient_id(f"P{study.number // 2}")}
    return {"study_instance_uid": study.uid, "last_arrival_at": last_arrival_at, **named}


def _reading(study: DrawnStudy, image: int, random: Random) -> dict[str, Any]:
    """Return a reading as JSON; written over one that the nouns made, which would take most of the time."""
    probability = round(random.random(), 4)
    is_present = probability > _PRESENT_FROM
    state = FractureState.PRESENT if is_present else FractureState.ABSENT
    return _TEMPLATE | {
        "sop_instance_uid": f"{study.uid}.{image}",
        "fracture": {"state": state, "probability": probability, "interval": [probability, probability]},
        "boxes": _TEMPLATE["boxes"] if is_present else [],
    }


def _images(study: DrawnStudy, readings: list[dict[str, Any]]) -> Iterator[tuple[Table, dict[str, Any]]]:
    for number, reading in enumerate(readings):
        digest = f"{study.number:056x}{number:08x}"
        yield (
            tables.instance,
            {
                "sop_instance_uid": reading["sop_instance_uid"],
                "study_instance_uid": study.uid,
                "version": 1,
                "series_instance_uid": f"{study.uid}.0",
                "sop_class_uid": reading["sop_class_uid"],
                "transfer_syntax_uid": "1.2.840.10008.1.2.1",
                "path": f"instances/{study.number}-{number}.dcm",
                "sha256": digest,
                "size_bytes": 10_240_000,
                "calling_ae_title": study.sender,
                "called_ae_title": "OSTEONODE",
                "received_at": study.arrived_at + timedelta(seconds=2 * number),
            },
        )
        yield (
            tables.reading,
            {
                "sha256": digest,
                "model_set": _MODEL_SET,
                "sop_instance_uid": reading["sop_instance_uid"],
                "status": reading["status"],
                "content": reading,
                "read_at": study.arrived_at + timedelta(seconds=3 + number),
            },
        )


def _sent(study: DrawnStudy, key: Mapping[str, Any], answered_at: datetime) -> Iterator[tuple[Table, dict[str, Any]]]:
    receipts = [asdict(Receipt(f"{study.uid}.9.{number}", Outcome.DELIVERED, "0x0000 Success")) for number in range(4)]
    for number, kind in enumerate(_KINDS):
        path = f"documents/{study.uid}/1/{number}.dcm"
        made = {"identifier": f"{study.uid}.9.{number}", "kind": kind, "sop_class_uid": "", "sha256": "d" * 64}
        yield tables.document, dict(key) | made | {"path": path}
    yield routing, dict(key) | {"route": "", "documents": {}, "corrected": [], "judged": []}
    for destination in DESTINATIONS:
        state = _delivery_state(study, destination)
        refused = state is DeliveryState.HELD
        sent = {"destination": destination, "turn": 1, "explanation": "0xA900 refused" if refused else ""}
        waits = {"attempts": 1, "next_attempt_at": None, "receipts": receipts}
        yield tables.delivery, dict(key) | sent | waits | {"state": state}
        if state is not DeliveryState.WAITING:
            outcome = Outcome.REFUSED if refused else Outcome.DELIVERED
            ended = {"ended_at": answered_at + timedelta(seconds=1), "outcome": outcome, "receipts": receipts}
            yield tables.attempt, dict(key) | sent | ended
    items = [asdict(Item(f"{study.uid}.9.{number}", "1.2", committed=True)) for number in range(3)]
    yield commitment, dict(key) | _committed(items, answered_at)


def _delivery_state(study: DrawnStudy, destination: str) -> DeliveryState:
    if destination == "ris" and study.latest:
        return DeliveryState.WAITING
    return DeliveryState.HELD if study.number % 700 == 3 and destination == "pacs" else DeliveryState.DELIVERED


def _committed(items: list[dict[str, Any]], at: datetime) -> dict[str, Any]:
    counts = {"ask": 1, "attempts": 0, "silences": 0, "resends": 0, "next_at": None, "explanation": ""}
    return {
        "destination": DESTINATIONS[0],
        "items": items,
        "state": CommitmentState.COMMITTED,
        "asked_at": at + timedelta(seconds=2),
        "committed_at": at + timedelta(seconds=4),
        **counts,
    }


#: In an order in which rows refer to rows that are there.
_TABLES: Final = (
    tables.study,
    tables.instance,
    tables.reading,
    tables.answer,
    tables.document,
    tables.delivery,
    tables.attempt,
    routing,
    commitment,
    study_entry,
    study_sender,
)
