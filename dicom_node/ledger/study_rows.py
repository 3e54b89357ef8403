"""Studies of a page with what a list shows of each: one question for the whole page, never one for each study."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Table, func, select
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from dicom_node.ledger import tables
from dicom_node.ledger.commitment_tables import commitment
from dicom_node.ledger.search_tables import study_entry
from dicom_node.study_ports import StudyRow
from domain.commitment import CommitmentState
from domain.delivery import DeliveryState
from domain.study import StudyState

Key = tuple[str, int]


def describe(connection: Connection, rows: Sequence[RowMapping]) -> tuple[StudyRow, ...]:
    """Return the studies of rows of the table `study`, in their order."""
    keys = [(row["study_instance_uid"], row["version"]) for row in rows]
    if not keys:
        return ()
    uids = [uid for uid, _version in keys]
    numbers = _accession_numbers(connection, uids)
    images, senders = _images(connection, uids)
    statements = _statements(connection, keys)
    deliveries = _states(connection, tables.delivery, keys, DeliveryState)
    commitments = _states(connection, commitment, keys, CommitmentState)
    return tuple(
        StudyRow(
            study_instance_uid=uid,
            version=version,
            state=StudyState(row["state"]),
            accession_number=numbers.get(uid, ""),
            calling_ae_titles=tuple(sorted(senders[uid])),
            images=images[uid],
            first_arrival_at=row["first_arrival_at"],
            last_arrival_at=row["last_arrival_at"],
            answered_at=row["answered_at"],
            held_code=row["held_code"] or "",
            held_reason=row["held_reason"] or "",
            fracture=statements.get((uid, version), ("", None))[0],
            probability=statements.get((uid, version), ("", None))[1],
            deliveries=deliveries[uid, version],
            commitments=commitments[uid, version],
        )
        for (uid, version), row in zip(keys, rows, strict=True)
    )


def _accession_numbers(connection: Connection, uids: Sequence[str]) -> Mapping[str, str]:
    columns = study_entry.c
    query = select(columns.study_instance_uid, columns.accession_number).where(columns.study_instance_uid.in_(uids))
    return {uid: number for uid, number in connection.execute(query)}


def _images(connection: Connection, uids: Sequence[str]) -> tuple[Mapping[str, int], Mapping[str, set[str]]]:
    """Return how many images each study has, and who sent them."""
    columns = tables.instance.c
    query = (
        select(columns.study_instance_uid, columns.calling_ae_title, func.count())
        .where(columns.study_instance_uid.in_(uids))
        .group_by(columns.study_instance_uid, columns.calling_ae_title)
    )
    images: dict[str, int] = defaultdict(int)
    senders: dict[str, set[str]] = defaultdict(set)
    for uid, title, number in connection.execute(query):
        images[uid] += number
        senders[uid].add(title)
    return images, senders


def _statements(connection: Connection, keys: Sequence[Key]) -> Mapping[Key, tuple[str, float | None]]:
    """Return what each answer states of a fracture; nothing of the images is taken out of the database."""
    columns = tables.answer.c
    fracture = columns.findings["fracture"]
    said = select(
        columns.study_instance_uid, columns.version, fracture["state"].as_string(), fracture["probability"].as_float()
    )
    rows = connection.execute(said.where(_is_of(columns, keys)))
    return {(uid, version): (state or "", chance) for uid, version, state, chance in rows}


def _states(connection: Connection, table: Table, keys: Sequence[Key], kind: type[Any]) -> Mapping[Key, dict[str, Any]]:
    columns = table.c
    query = select(columns.study_instance_uid, columns.version, columns.destination, columns.state)
    states: dict[Key, dict[str, Any]] = defaultdict(dict)
    for uid, version, destination, state in connection.execute(query.where(_is_of(columns, keys))):
        states[uid, version][destination] = kind(state)
    return {key: dict(sorted(states[key].items())) for key in keys}


def _is_of(columns: ReadOnlyColumnCollection[str, Any], keys: Sequence[Key]) -> ColumnElement[bool]:
    """Return the condition for all versions of the studies: SQLite looks for pairs (uid, version) without an index."""
    is_of: ColumnElement[bool] = columns.study_instance_uid.in_([uid for uid, _version in keys])
    return is_of
