"""The paged search of studies: newest first, a page after the last study of the page before (keyset).

What names few studies (a number, a patient, a rare sender) is looked up first, and those studies are put in order; what
names many is asked of each study while the order is walked down, until a page is full. Either way no page reads the
whole ledger.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Engine, Select, and_, exists, or_, select
from sqlalchemy.orm import aliased

from dicom_node.ledger import study_rows, tables
from dicom_node.ledger.database import looking
from dicom_node.ledger.search_tables import study_entry, study_sender
from dicom_node.study_ports import Cursor, Standing, StudyPage, StudyQuery
from domain.delivery import DeliveryState
from domain.order import digest_patient_id

#: Up to so many studies are looked up and put in order; more are met soon enough by walking down the order.
FEW: Final = 2000
#: A part of a UID is looked for from this length on.
_LEAST_PART: Final = 4
_STUDIES = tables.study.c
_DELIVERY_STATES: Final = {Standing.UNDELIVERED: DeliveryState.WAITING, Standing.FAILED: DeliveryState.HELD}


@dataclass(frozen=True, slots=True)
class Lookup:
    """Studies to look up: their UIDs.

    Attributes:
        is_cut: the newest FEW of them are enough, for they only begin like what was asked; otherwise, where there are
            more, each study is asked on the way down the order.
    """

    studies: Select[Any]
    is_cut: bool = False


class StudySearch:
    """Finds studies in a ledger; safe while a node writes to it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def search(self, query: StudyQuery) -> StudyPage:
        """Return a page of studies."""
        with looking(self._engine) as connection:
            wanted = _narrow(connection, query)
            if wanted is None:
                return StudyPage(())
            rows = connection.execute(_page(query, wanted)).mappings().all()
            shown = study_rows.describe(connection, rows[: query.limit])
        last = shown[-1] if len(rows) > query.limit else None
        return StudyPage(shown, Cursor(last.last_arrival_at, last.study_instance_uid) if last else None)

    def senders(self) -> Sequence[str]:
        """Return the AE titles that images came from, in order."""
        titles = study_sender.c.calling_ae_title
        with looking(self._engine) as connection:
            found: list[str] = []
            # One step down the index for each title, and not all rows of all titles.
            query = select(titles).order_by(titles).limit(1)
            while (
                title := connection.execute(query.where(titles > (found[-1] if found else ""))).scalar()
            ) is not None:
                found.append(title)
        return found


def _page(query: StudyQuery, wanted: Sequence[ColumnElement[bool]]) -> Select[Any]:
    later = aliased(tables.study).c
    superseded = exists().where(
        later.study_instance_uid == _STUDIES.study_instance_uid, later.version > _STUDIES.version
    )
    page = select(tables.study).where(~superseded, *wanted, *_within(query))
    newest_first = _STUDIES.last_arrival_at.desc(), _STUDIES.study_instance_uid.desc()
    return page.order_by(*newest_first).limit(query.limit + 1)


def _within(query: StudyQuery) -> list[ColumnElement[bool]]:
    """Return the conditions on the state and on when the last image came."""
    arrived, conditions = _STUDIES.last_arrival_at, []
    if query.standing is not None and query.standing not in _DELIVERY_STATES:
        conditions.append(_STUDIES.state == query.standing.value)
    if query.arrived_from is not None:
        conditions.append(arrived >= query.arrived_from)
    if query.arrived_before is not None:
        conditions.append(arrived < query.arrived_before)
    if (after := query.after) is not None:
        same = and_(arrived == after.last_arrival_at, _STUDIES.study_instance_uid < after.study_instance_uid)
        conditions += [arrived <= after.last_arrival_at, or_(arrived < after.last_arrival_at, same)]
    return conditions


def _narrow(connection: Connection, query: StudyQuery) -> list[ColumnElement[bool]] | None:
    """Return what a study has to meet beside state and time; None where no study does."""
    conditions: list[ColumnElement[bool]] = []
    for ways in _lookups(query):
        # The first way to understand a text that names a study: whole numbers and titles before parts of them.
        found = ((way, _look_up(connection, way)) for way in ways)
        lookup, few = next(((way, uids) for way, uids in found if uids), (ways[0], ()))
        if not few:
            return None
        uid = _STUDIES.study_instance_uid
        if len(few) <= FEW:
            conditions.append(uid.in_(few))
        else:
            column = lookup.studies.selected_columns[0]
            conditions.append(lookup.studies.where(column == uid).correlate(tables.study).exists())
    return conditions


def _look_up(connection: Connection, lookup: Lookup) -> Sequence[str]:
    """Return up to FEW UIDs, and one more where there are more and none may be left out."""
    return connection.execute(lookup.studies.limit(FEW + (not lookup.is_cut))).scalars().all()


def _lookups(query: StudyQuery) -> list[Sequence[Lookup]]:
    """Return what each part of a question names, a text in several ways."""
    entries, own = study_entry.c, aliased(tables.study).c.study_instance_uid
    noted, sent = select(entries.study_instance_uid), select(study_sender.c.study_instance_uid)
    named: list[Select[Any]] = []
    if query.accession_number:
        named.append(noted.where(entries.accession_number == query.accession_number))
    if query.study_instance_uid:
        named.append(select(own).where(own == query.study_instance_uid))
    if query.calling_ae_title:
        named.append(sent.where(study_sender.c.calling_ae_title == query.calling_ae_title))
    if query.patient_id.strip():
        named.append(noted.where(entries.patient_digest == digest_patient_id(query.patient_id)))
    if query.standing in _DELIVERY_STATES:
        named.append(_of_deliveries(_DELIVERY_STATES[query.standing]))
    texts = [_ways_to_read(query.text)] if query.text else []
    return [*texts, *([Lookup(each)] for each in named)]


def _of_deliveries(state: DeliveryState) -> Select[Any]:
    columns = tables.delivery.c
    return select(columns.study_instance_uid).where(columns.state == state)


def _ways_to_read(text: str) -> list[Lookup]:
    entries, studies = study_entry.c, aliased(tables.study).c
    noted, own = select(entries.study_instance_uid), studies.study_instance_uid
    begins = noted.where(entries.accession_number.istartswith(text, autoescape=True))
    ways = [
        Lookup(noted.where(entries.accession_number == text)),
        Lookup(select(own).where(own == text)),
        Lookup(select(study_sender.c.study_instance_uid).where(study_sender.c.calling_ae_title == text)),
        Lookup(begins.order_by(entries.last_arrival_at.desc()), is_cut=True),
    ]
    if len(text) >= _LEAST_PART and not set(text) - set("0123456789."):
        part = select(own).where(own.contains(text, autoescape=True))
        ways.append(Lookup(part.order_by(studies.last_arrival_at.desc()), is_cut=True))
    return ways
