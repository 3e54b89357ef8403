"""What the ledger tells those who watch the node (monitoring_ports.MeasuredLedger)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, Connection, Engine, Select, and_, delete, exists, func, insert, not_, select
from sqlalchemy.orm import aliased

from dicom_node.ledger import breakers, dead_letters, tables
from dicom_node.ledger.commitment_tables import commitment as commitment_table
from dicom_node.ledger.database import looking, writing
from dicom_node.ledger.waiting import find_queues
from dicom_node.monitoring_ports import AnswerEnd, AttemptEnd, CommitmentEnd, ReadingEnd, Standing
from domain.delivery import Outcome
from domain.study import MADE, StudyState

#: The row that shows that the ledger takes changes.
_WRITTEN: Final = "health_written_at"
_STUDY, _INSTANCE, _READING = tables.study.c, tables.instance.c, tables.reading.c
_ATTEMPT, _COMMITMENT = tables.attempt.c, commitment_table.c
_LAST_READ = (
    select(func.max(_READING.read_at))
    .join(tables.instance, _INSTANCE.sha256 == _READING.sha256)
    .where(_INSTANCE.study_instance_uid == _STUDY.study_instance_uid, _INSTANCE.version <= _STUDY.version)
    .scalar_subquery()
)
_ANSWERS = select(
    _STUDY.study_instance_uid,
    _STUDY.version,
    _STUDY.first_arrival_at,
    _STUDY.last_arrival_at,
    _STUDY.closed_at,
    _STUDY.closed_by,
    _STUDY.answered_at,
    _STUDY.state,
    func.coalesce(_LAST_READ, None, type_=tables.UtcDateTime()).label("last_read_at"),
)
_READING_COLUMNS = (
    _READING.sha256,
    _READING.model_set,
    _READING.status,
    _READING.reason_code,
    _READING.read_at,
    _READING.content["members"].label("members"),
    _INSTANCE.received_at,
)
_READINGS = select(*_READING_COLUMNS).join(
    tables.instance, _INSTANCE.sop_instance_uid == _READING.sop_instance_uid, isouter=True
)
_IMAGES = select(*_READING_COLUMNS).join(tables.instance, _INSTANCE.sha256 == _READING.sha256)
_OF_VERSION = and_(_STUDY.study_instance_uid == _ATTEMPT.study_instance_uid, _STUDY.version == _ATTEMPT.version)
_BEFORE = aliased(tables.attempt).c
_BEGUN_AT = (
    select(func.max(_BEFORE.ended_at))
    .where(
        _BEFORE.study_instance_uid == _ATTEMPT.study_instance_uid,
        _BEFORE.version == _ATTEMPT.version,
        _BEFORE.destination == _ATTEMPT.destination,
        _BEFORE.turn < _ATTEMPT.turn,
    )
    .scalar_subquery()
)
_ATTEMPTS = select(
    tables.attempt,
    _STUDY.last_arrival_at,
    _STUDY.answered_at,
    func.coalesce(_BEGUN_AT, _STUDY.answered_at, type_=tables.UtcDateTime()).label("begun_at"),
).join(tables.study, _OF_VERSION)
_DELIVERED_AT = (
    select(func.max(_ATTEMPT.ended_at))
    .where(
        _ATTEMPT.study_instance_uid == _COMMITMENT.study_instance_uid,
        _ATTEMPT.version == _COMMITMENT.version,
        _ATTEMPT.destination == _COMMITMENT.destination,
        _ATTEMPT.outcome == Outcome.DELIVERED,
    )
    .scalar_subquery()
)
_COMMITMENTS = select(
    _COMMITMENT.study_instance_uid,
    _COMMITMENT.version,
    _COMMITMENT.destination,
    _COMMITMENT.committed_at,
    func.coalesce(_DELIVERED_AT, None, type_=tables.UtcDateTime()).label("delivered_at"),
)
_LATER = aliased(tables.study).c
_IS_PAST = exists().where(
    _LATER.study_instance_uid == _STUDY.study_instance_uid,
    _LATER.version > _STUDY.version,
    _LATER.state.in_(MADE),
)
_HELD = select(func.count()).select_from(tables.study).where(_STUDY.state == StudyState.HELD, not_(_IS_PAST))
End = TypeVar("End")


class Measurements:
    """Implements MeasuredLedger."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def readings(self, since: datetime) -> Sequence[ReadingEnd]:
        """Return the readings that were kept at a time or later."""
        return self._ended(_READINGS, _READING.read_at >= since, _reading_end)

    def answers(self, since: datetime) -> Sequence[AnswerEnd]:
        """Return the versions that were answered at a time or later."""
        return self._ended(_ANSWERS, _STUDY.answered_at >= since, _answer_end)

    def attempts(self, since: datetime) -> Sequence[AttemptEnd]:
        """Return the attempts that ended at a time or later."""
        return self._ended(_ATTEMPTS, _ATTEMPT.ended_at >= since, _attempt_end)

    def commitments(self, since: datetime) -> Sequence[CommitmentEnd]:
        """Return the deliveries that were committed to at a time or later."""
        return self._ended(_COMMITMENTS, _COMMITMENT.committed_at >= since, _commitment_end)

    def images(self, answer: AnswerEnd) -> Sequence[ReadingEnd]:
        """Return the readings that an answer was made of, the first one first."""
        study_instance_uid, _, version = answer.key.partition(":")
        of_version = and_(
            _INSTANCE.study_instance_uid == study_instance_uid,
            _INSTANCE.version <= int(version),
            _READING.read_at <= answer.ended_at,
        )
        return self._ended(_IMAGES.order_by(_READING.read_at), of_version, _reading_end)

    def standing(self) -> Standing:
        """Return what the ledger holds now."""
        with looking(self._engine) as connection:
            return Standing(
                queues=tuple(find_queues(connection)),
                held_studies=_count(connection, _HELD),
                dead_letters=dead_letters.count(connection),
                quarantined=dict(_group(connection, tables.quarantine.c.reason_code)),
                breakers={each.destination: each for each in breakers.every(connection)},
            )

    def size_bytes(self) -> int:
        """Return the size of an SQLite file with its log; 0 for a server's database."""
        path = self._engine.url.database
        if self._engine.dialect.name != "sqlite" or not path:
            return 0
        total = 0
        for name in (path, f"{path}-wal"):
            with suppress(OSError):
                total += Path(name).stat().st_size
        return total

    def try_to_write(self, now: datetime) -> None:
        """Commit a small change; raises LedgerFull or LedgerError where that cannot be."""
        with writing(self._engine) as connection:
            connection.execute(delete(tables.meta).where(tables.meta.c.name == _WRITTEN))
            connection.execute(insert(tables.meta).values(name=_WRITTEN, value=now.isoformat()))

    def _ended(
        self, query: Select[Any], condition: ColumnElement[bool], make: Callable[[Mapping[str, Any]], End]
    ) -> list[End]:
        with looking(self._engine) as connection:
            return [make(dict(row)) for row in connection.execute(query.where(condition)).mappings()]


def _reading_end(row: Mapping[str, Any]) -> ReadingEnd:
    return ReadingEnd(
        key=f"{row['sha256']}:{row['model_set']}",
        ended_at=row["read_at"],
        received_at=row["received_at"],
        status=row["status"],
        reason_code=row["reason_code"] or "",
        model_milliseconds={each["model"]: each["milliseconds"] for each in row["members"] or ()},
    )


def _answer_end(row: Mapping[str, Any]) -> AnswerEnd:
    return AnswerEnd(
        key=f"{row['study_instance_uid']}:{row['version']}",
        ended_at=row["answered_at"],
        first_arrival_at=row["first_arrival_at"],
        last_arrival_at=row["last_arrival_at"],
        closed_at=row["closed_at"],
        closed_by=row["closed_by"] or "",
        last_read_at=row["last_read_at"],
        in_shadow=row["state"] == StudyState.SHADOW,
    )


def _attempt_end(row: Mapping[str, Any]) -> AttemptEnd:
    return AttemptEnd(
        key=f"{row['study_instance_uid']}:{row['version']}:{row['destination']}:{row['turn']}",
        ended_at=row["ended_at"],
        destination=row["destination"].partition(":")[0],
        outcome=row["outcome"],
        last_arrival_at=row["last_arrival_at"],
        answered_at=row["answered_at"],
        begun_at=row["begun_at"],
    )


def _commitment_end(row: Mapping[str, Any]) -> CommitmentEnd:
    return CommitmentEnd(
        key=f"{row['study_instance_uid']}:{row['version']}:{row['destination']}",
        ended_at=row["committed_at"],
        destination=row["destination"].partition(":")[0],
        delivered_at=row["delivered_at"],
    )


def _group(connection: Connection, column: ColumnElement[str]) -> Iterator[tuple[str, int]]:
    for row in connection.execute(select(column, func.count()).group_by(column)):
        yield row[0], row[1]


def _count(connection: Connection, query: Select[Any]) -> int:
    return int(connection.execute(query).scalar_one())
