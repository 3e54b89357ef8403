"""Studies that a person asked to be fetched from an archive: one row each."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, RowMapping, delete, insert, select, update

from dicom_node.ledger.database import looking, writing
from dicom_node.ledger.retrieval_tables import retrieval as table
from dicom_node.ports import Clock
from domain.retrieval import Retrieval, RetrievalAttempt, RetrievalState


class Retrievals:
    """Implements retrieval_ports.RetrievalBook. Safe for threads and processes."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock

    def ask(self, study_instance_uid: str, archive: str) -> bool:
        """Keep a request; False where the same one waits already."""
        row: dict[str, Any] = {"study_instance_uid": study_instance_uid, "archive": archive}
        row["state"] = RetrievalState.WAITING
        waiting = select(table.c.number).where(*(table.c[name] == value for name, value in row.items()))
        now = self._clock.now()
        with writing(self._engine) as connection:
            if connection.execute(waiting).first() is not None:
                return False
            connection.execute(insert(table).values(row | {"asked_at": now, "next_attempt_at": now}))
        return True

    def due(self) -> Sequence[Retrieval]:
        """Return the requests to try now, the oldest first."""
        is_due = (table.c.state == RetrievalState.WAITING) & (table.c.next_attempt_at <= self._clock.now())
        with looking(self._engine) as connection:
            query = select(table).where(is_due).order_by(table.c.number)
            return [_from(row) for row in connection.execute(query).mappings()]

    def keep(self, retrieval: Retrieval, attempt: RetrievalAttempt, *, wait_seconds: float | None) -> None:
        """Keep how an attempt ended; without `wait_seconds` there is no other."""
        again = None if wait_seconds is None else self._clock.now() + timedelta(seconds=wait_seconds)
        state = RetrievalState.WAITING if again else RetrievalState.DONE if attempt.is_done else RetrievalState.FAILED
        values = {"state": state, "attempts": retrieval.attempts + 1, "next_attempt_at": again, "said": attempt.said}
        with writing(self._engine) as connection:
            connection.execute(update(table).where(table.c.number == retrieval.number).values(values))

    def latest(self, *, limit: int = 50) -> Sequence[Retrieval]:
        """Return the latest requests, the newest first."""
        with looking(self._engine) as connection:
            query = select(table).order_by(table.c.number.desc()).limit(limit)
            return [_from(row) for row in connection.execute(query).mappings()]

    def forget(self, before: datetime) -> int:
        """Remove ended requests that were made before a time; return how many rows that were."""
        ended = (table.c.state != RetrievalState.WAITING) & (table.c.asked_at < before)
        with writing(self._engine) as connection:
            return connection.execute(delete(table).where(ended)).rowcount


def _from(row: RowMapping) -> Retrieval:
    return Retrieval(**{**row, "state": RetrievalState(row["state"])})
