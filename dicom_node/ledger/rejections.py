"""What a destination has of the versions that a later one superseded."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, RowMapping, func, select

from dicom_node.ledger import tables
from dicom_node.ledger.rows import receipts_from
from domain.delivery import DeliveryState, Outcome, later, rejection
from domain.document import DocumentKind


def rows_sent(connection: Connection, study_instance_uid: str, version: int, destination: str) -> Sequence[RowMapping]:
    """Return the rows of the DICOM objects of earlier versions that a destination has, oldest version first.

    What an earlier note has rejected there is left out, and so are the notes themselves and what was purged here.
    """
    identifiers = list(_sent(connection, study_instance_uid, version, destination))
    columns = tables.document.c
    query = select(tables.document).where(
        columns.study_instance_uid == study_instance_uid,
        columns.version < version,
        columns.version >= _rejected_before(connection, study_instance_uid, version, destination),
        columns.kind != DocumentKind.REJECTION_NOTE,
        columns.sop_class_uid != "",
        columns.purged_at.is_(None),  # a note needs the series, which stands in the file
        columns.identifier.in_(identifiers),
    )
    return connection.execute(query.order_by(columns.version, columns.path)).mappings().all()


def _sent(connection: Connection, study_instance_uid: str, version: int, destination: str) -> Iterator[str]:
    columns = tables.delivery.c
    query = select(columns.receipts).where(
        columns.study_instance_uid == study_instance_uid,
        columns.version < version,
        columns.destination.in_((destination, later(destination))),
    )
    for receipts in connection.execute(query).scalars():
        for receipt in receipts_from(receipts):
            if receipt.outcome is Outcome.DELIVERED and receipt.was_sent:
                yield receipt.identifier


def _rejected_before(connection: Connection, study_instance_uid: str, version: int, destination: str) -> int:
    """Return the last version whose note the destination has: everything before that one is rejected there."""
    columns = tables.delivery.c
    query = select(func.max(columns.version)).where(
        columns.study_instance_uid == study_instance_uid,
        columns.version < version,
        columns.destination == rejection(destination),
        columns.state == DeliveryState.DELIVERED,
    )
    return int(connection.execute(query).scalar() or 0)
