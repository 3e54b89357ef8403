"""What modalities ask us to commit to: every request is kept before it is answered, until its report was taken."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, RowMapping, delete, insert, select, update

from dicom_node.ledger import tables
from dicom_node.ledger.commitment_tables import commitment_request as table
from dicom_node.ledger.database import looking, writing
from domain.commitment import (
    CLASS_CONFLICT,
    DUPLICATE_TRANSACTION,
    NO_SUCH_OBJECT,
    PROCESSING_FAILURE,
    Item,
)
from domain.commitment_request import CommitmentRequest, RequestState

_AT_ONCE: Final = 50
#: UIDs that one question to the database names.
_UIDS_AT_ONCE: Final = 500


class CommitmentRequests:
    """What the listener keeps and the loop that reports asks for; safe for threads and for several processes."""

    def __init__(self, engine: Engine, data: Path) -> None:
        self._engine, self._data = engine, data.resolve()

    def keep(
        self,
        transaction_uid: str,
        items: Sequence[Item],
        *,
        calling_ae_title: str,
        called_ae_title: str,
        address: str,
        now: datetime,
    ) -> None:
        """Keep a request; the same one again, whose answer the peer did not get, is reported on again.

        Raises:
            LedgerError: it was not kept; the peer has to ask again.
        """
        row: dict[str, Any] = {
            "transaction_uid": transaction_uid,
            "calling_ae_title": calling_ae_title,
            "called_ae_title": called_ae_title,
            "address": address,
            "items": [asdict(item) for item in items],
        }
        due = {"state": RequestState.DUE, "attempts": 0, "next_at": now, "explanation": ""}
        with writing(self._engine) as connection:
            earlier = _earlier(connection, transaction_uid)
            same = next((each for each in earlier if _is_same(each, row)), None)
            if same is None:
                values = row | due | {"is_duplicate": bool(earlier), "received_at": now}
                connection.execute(insert(table).values(values))
            else:
                connection.execute(update(table).where(table.c.number == same["number"]).values(due))

    def due(self, now: datetime) -> Sequence[CommitmentRequest]:
        """Return the requests whose report has to go now, those first that wait longest."""
        columns = table.c
        query = select(table).where(columns.state == RequestState.DUE, columns.next_at <= now)
        with looking(self._engine) as connection:
            rows = connection.execute(query.order_by(columns.next_at, columns.number).limit(_AT_ONCE)).mappings()
            return [_from(row) for row in rows]

    def judge(self, request: CommitmentRequest) -> dict[str, int]:
        """Return what of a request this node does not keep at this moment: SOP Instance UID to Failure Reason.

        Kept is what has its row, its class, and its whole file on disk.
        """
        if request.is_duplicate:
            return {item.sop_instance_uid: DUPLICATE_TRANSACTION for item in request.items}
        with looking(self._engine) as connection:
            rows = _instances(connection, [item.sop_instance_uid for item in request.items])
        reasons = {item.sop_instance_uid: self._judge(item, rows.get(item.sop_instance_uid)) for item in request.items}
        return {uid: reason for uid, reason in reasons.items() if reason}

    def end(
        self, request: CommitmentRequest, now: datetime, *, explanation: str = "", retry_at: datetime | None = None
    ) -> None:
        """Keep how a report ended: taken without an explanation; else tried again at `retry_at`, or given up."""
        if not explanation:
            values: dict[str, Any] = {"state": RequestState.REPORTED, "reported_at": now, "next_at": None}
        else:
            state = RequestState.GIVEN_UP if retry_at is None else RequestState.DUE
            values = {"state": state, "attempts": request.attempts + 1, "next_at": retry_at}
        with writing(self._engine) as connection:
            is_it = table.c.number == request.number, table.c.next_at == request.next_at
            connection.execute(update(table).where(*is_it).values(values | {"explanation": explanation}))

    def latest(self, *, limit: int = 100) -> Sequence[CommitmentRequest]:
        """Return the last requests, newest first."""
        with looking(self._engine) as connection:
            rows = connection.execute(select(table).order_by(table.c.number.desc()).limit(limit)).mappings()
            return [_from(row) for row in rows]

    def forget(self, before: datetime) -> int:
        """Remove requests that came before a time, whatever became of them; return how many."""
        with writing(self._engine) as connection:
            return connection.execute(delete(table).where(table.c.received_at < before)).rowcount

    def _judge(self, item: Item, row: RowMapping | None) -> int:
        if row is None or row["purged_at"] is not None:
            return NO_SUCH_OBJECT
        if row["sop_class_uid"] != item.sop_class_uid:
            return CLASS_CONFLICT
        path = self._data / row["path"]
        # The file has preamble and file meta as well, so it is larger than the data set that was counted.
        return 0 if path.is_file() and path.stat().st_size >= row["size_bytes"] else PROCESSING_FAILURE


def _earlier(connection: Connection, transaction_uid: str) -> Sequence[RowMapping]:
    query = select(table).where(table.c.transaction_uid == transaction_uid).order_by(table.c.number)
    return connection.execute(query).mappings().all()


def _is_same(earlier: RowMapping, row: dict[str, Any]) -> bool:
    """Return whether a request is an earlier one that came again, from wherever its sender calls now."""
    return all(earlier[name] == row[name] for name in ("calling_ae_title", "called_ae_title", "items"))


def _instances(connection: Connection, uids: Sequence[str]) -> dict[str, RowMapping]:
    columns = tables.instance.c
    found: dict[str, RowMapping] = {}
    for start in range(0, len(uids), _UIDS_AT_ONCE):
        query = select(tables.instance).where(columns.sop_instance_uid.in_(uids[start : start + _UIDS_AT_ONCE]))
        found |= {row["sop_instance_uid"]: row for row in connection.execute(query).mappings()}
    return found


def _from(row: RowMapping) -> CommitmentRequest:
    items = tuple(Item(**item) for item in row["items"])
    return CommitmentRequest(**{**row, "items": items, "state": RequestState(row["state"])})
