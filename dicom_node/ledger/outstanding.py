"""What a study still waits for: as long as it does, nothing of it is purged."""

from collections.abc import Collection, Iterator

from sqlalchemy import Connection, select

from dicom_node.ledger import commitments, dead_letters, studies, tables
from dicom_node.ledger.retrieval_tables import retrieval
from dicom_node.ledger.rows import delivery_from
from domain.delivery import DeliveryState
from domain.explanation import ExplanationState
from domain.retrieval import RetrievalState
from domain.study import StudyState

#: These work: nobody may take a study away from under them. The others wait for a person, who may give them up.
WORKING = frozenset(
    {
        "it still takes images",
        "its answer is being made",
        "an explanation of it is being made",
        "a request to fetch it waits",
    }
)
_SENDING = "a delivery to {} waits for its next attempt"
_STATES = {StudyState.OPEN: "it still takes images", StudyState.COMPLETE: "its answer is being made"}


def find(connection: Connection, study_instance_uid: str, committing: Collection[str] = ()) -> tuple[str, ...]:
    """Return what a study waits for, in words for a person; empty where it is finished.

    Args:
        committing: names of the destinations that have to commit to what they were sent.
    """
    found = (*_versions(connection, study_instance_uid), *_deliveries(connection, study_instance_uid))
    promised = commitments.unfinished(connection, study_instance_uid, committing)
    asked = (*_explanations(connection, study_instance_uid), *_retrievals(connection, study_instance_uid))
    return tuple(dict.fromkeys((*found, *asked, *promised)))


def is_work(reason: str) -> bool:
    """Return whether something is under way, and not left to a person."""
    return reason in WORKING or reason.endswith("waits for its next attempt")


def _versions(connection: Connection, study_instance_uid: str) -> Iterator[str]:
    columns = tables.study.c
    query = select(columns.version, columns.state).where(columns.study_instance_uid == study_instance_uid)
    made = studies.last_made(connection, study_instance_uid)
    for version, state in connection.execute(query.order_by(columns.version)):
        if state in _STATES:
            yield _STATES[StudyState(state)]
        elif state == StudyState.HELD and version > made:
            yield f"version {version} is held and has no answer"


def _deliveries(connection: Connection, study_instance_uid: str) -> Iterator[str]:
    columns = tables.delivery.c
    query = select(tables.delivery).where(
        columns.study_instance_uid == study_instance_uid,
        columns.state.in_((DeliveryState.WAITING, DeliveryState.HELD)),
    )
    for row in connection.execute(query).mappings():
        delivery = delivery_from(row)
        if delivery.state is DeliveryState.WAITING:
            yield _SENDING.format(delivery.destination)
        elif not dead_letters.is_past(connection, delivery):
            yield f"the delivery to {delivery.destination} is held"


def _retrievals(connection: Connection, study_instance_uid: str) -> Iterator[str]:
    columns = retrieval.c
    query = select(columns.number).where(
        columns.study_instance_uid == study_instance_uid, columns.state == RetrievalState.WAITING
    )
    if connection.execute(query.limit(1)).first() is not None:
        yield "a request to fetch it waits"


def _explanations(connection: Connection, study_instance_uid: str) -> Iterator[str]:
    columns = tables.explanation.c
    query = select(columns.version).where(
        columns.study_instance_uid == study_instance_uid, columns.state == ExplanationState.WAITING
    )
    if connection.execute(query.limit(1)).first() is not None:
        yield "an explanation of it is being made"
