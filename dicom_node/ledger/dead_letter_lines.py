"""Dead letters as a person looks through them: what each was to bring, and what the peer said last."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Final

from sqlalchemy import Connection, Engine, select

from dicom_node.delivery_ports import DeadLetterLine, DiscardedDelivery
from dicom_node.ledger import dead_letters, tables
from dicom_node.ledger.database import looking
from dicom_node.ledger.delivery_tables import discard
from domain.delivery import Delivery, Outcome, Receipt
from domain.document import DocumentKind

#: A database takes so many values in one question, and more.
_AT_ONCE: Final = 500


class DeadLetterBook:
    """Implements DeadLetterLedger; safe while a node writes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def letters(self, *, limit: int = 100) -> Sequence[DeadLetterLine]:
        """Return what is held because it failed, the longest held first."""
        with looking(self._engine) as connection:
            found = dead_letters.every(connection, limit=limit)
            kinds = _kinds_of(connection, {each.delivery.study_instance_uid for each in found})
            return [_line(each, kinds) for each in found]

    def given_up(self, *, limit: int = 100) -> Sequence[DiscardedDelivery]:
        """Return what persons gave up, the latest first."""
        columns = discard.c
        query = select(
            columns.study_instance_uid,
            columns.version,
            columns.destination,
            columns.discarded_at,
            columns.reason,
            columns.by,
        ).order_by(columns.discarded_at.desc(), columns.study_instance_uid, columns.destination)
        with looking(self._engine) as connection:
            return [DiscardedDelivery(*row) for row in connection.execute(query.limit(limit))]


def _line(letter: dead_letters.DeadLetter, kinds: Mapping[str, DocumentKind]) -> DeadLetterLine:
    missing = _missing(letter.delivery)
    counted = Counter(kinds[each.identifier] for each in missing if each.identifier in kinds)
    return DeadLetterLine(letter.delivery, dict(counted), letter.since, missing[-1].status if missing else "")


def _missing(delivery: Delivery) -> list[Receipt]:
    """Return the receipts of what the peer does not have."""
    return [each for each in delivery.receipts if each.outcome is not Outcome.DELIVERED]


def _kinds_of(connection: Connection, studies: Iterable[str]) -> Mapping[str, DocumentKind]:
    """Return the kinds of all documents of some studies, by identifier."""
    columns, kinds = tables.document.c, dict[str, DocumentKind]()
    asked = iter(studies)
    while some := list(islice(asked, _AT_ONCE)):
        query = select(columns.identifier, columns.kind).where(columns.study_instance_uid.in_(some))
        kinds |= {identifier: DocumentKind(kind) for identifier, kind in connection.execute(query)}
    return kinds
