"""The audit trail as a person reads it: listed, searched, and proven."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Engine, Select, select

from dicom_node.audit_ports import EVERYTHING, AuditRecord, AuditSearch
from dicom_node.ledger.audit_content import GENESIS, chain, digest_of, read_event
from dicom_node.ledger.audit_tables import audit
from dicom_node.ledger.database import looking
from dicom_node.ledger.marks import HEAD_MARK, read_mark

_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True)
class Fault:
    """Where the trail is not what was written, and how that shows."""

    number: int
    explanation: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a look at the whole trail found. `last_digest` proves all of it: note it elsewhere, and compare later."""

    records: int
    erased: int
    last_digest: str
    faults: tuple[Fault, ...]


class AuditBook:
    """Questions to the audit trail. Patients are in the answers: who shows them asks whether the reader may see them.

    Args:
        engine: the ledger's database.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def records(self, search: AuditSearch = EVERYTHING, *, limit: int = 100) -> tuple[AuditRecord, ...]:
        """Return the newest records that match, newest first."""
        query = _narrow(select(audit), search).order_by(audit.c.number.desc()).limit(limit)
        with looking(self._engine) as connection:
            return tuple(_record(row) for row in connection.execute(query).mappings())

    def record(self, number: int) -> AuditRecord | None:
        """Return one record, None where there is none of that number."""
        with looking(self._engine) as connection:
            row = connection.execute(select(audit).where(audit.c.number == number)).mappings().first()
        return None if row is None else _record(row)

    def after(self, number: int, limit: int) -> tuple[AuditRecord, ...]:
        """Return the records after one, oldest first."""
        query = select(audit).where(audit.c.number > number).order_by(audit.c.number).limit(limit)
        with looking(self._engine) as connection:
            return tuple(_record(row) for row in connection.execute(query).mappings())

    def verify(self) -> Verdict:
        """Look at every record: nothing is changed, missing or out of its order."""
        previous, number, erased, faults = GENESIS, 0, 0, list[Fault]()
        last = self._last_written()
        for row in self._rows():
            faults.extend(Fault(row["number"], each) for each in _find_faults(row, number, previous))
            erased += _is_erased(row)
            number, previous = row["number"], row["digest"]
        if number < last:
            faults.append(Fault(number + 1, f"the records from {number + 1} to {last} are missing"))
        return Verdict(number, erased, previous, tuple(faults))

    def _last_written(self) -> int:
        """Return the number of the last record that was written, whether it is still there or not."""
        with looking(self._engine) as connection:
            return int(read_mark(connection, HEAD_MARK).partition(" ")[0] or 0)

    def _rows(self) -> Iterator[Any]:
        last = 0
        while rows := self._next(last):
            yield from rows
            last = rows[-1]["number"]

    def _next(self, last: int) -> list[Any]:
        query = select(audit).where(audit.c.number > last).order_by(audit.c.number).limit(_AT_ONCE)
        with looking(self._engine) as connection:
            return list(connection.execute(query).mappings())


def _narrow(query: Select[Any], search: AuditSearch) -> Select[Any]:
    columns = audit.c
    asked = (
        (search.event_id, lambda value: columns.event == value.code),
        (search.who, lambda value: columns.who == value),
        (search.study_instance_uid, lambda value: columns.study_instance_uid == value),
        (search.since, lambda value: columns.occurred_at >= value),
        (search.until, lambda value: columns.occurred_at < value),
        (search.before, lambda value: columns.number < value),
        (search.failures, lambda _value: columns.outcome > 0),
    )
    return query.where(*(make(value) for value, make in asked if value))


def _find_faults(row: Any, last: int, previous: str) -> Iterator[str]:
    if row["number"] != last + 1:
        yield f"the records from {last + 1} to {row['number'] - 1} are missing"
    elif row["previous"] != previous:
        yield "it does not follow the record before it: that one was changed or exchanged"
    if chain(row["previous"], row["number"], row["content"], row["patient_digest"]) != row["digest"]:
        yield "it was changed after it was written"
    if row["patient"] is not None and digest_of(row["patient"]) != row["patient_digest"]:
        yield "its patient was changed after it was written"
    if not _columns_agree(row):
        yield "the columns that searches use do not say what the record says"


def _columns_agree(row: Any) -> bool:
    try:
        event = read_event(row["content"], row["patient"])
    except (ValueError, KeyError, TypeError):
        return False
    study = event.studies[0].study_instance_uid if event.studies else None
    said = event.event_id.code, int(event.outcome), event.who, study, event.occurred_at
    return said == tuple(row[each] for each in ("event", "outcome", "who", "study_instance_uid", "occurred_at"))


def _is_erased(row: Any) -> bool:
    return row["patient"] is None and bool(row["patient_digest"])


def _record(row: Any) -> AuditRecord:
    return AuditRecord(row["number"], read_event(row["content"], row["patient"]), _is_erased(row), row["digest"])
