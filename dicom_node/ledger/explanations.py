"""Explanations: asked for with the answer, started when it has left, made once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, insert, select, update

from dicom_node.ledger import deliveries, tables
from dicom_node.ledger.rows import explanation_from
from dicom_node.ports import Starts
from domain.delivery import Delivery, DeliveryState, later
from domain.explanation import Explanation, ExplanationState

_HELD_TOO = "Held with the answer that it explains."


def ask(connection: Connection, study_instance_uid: str, version: int, recipients: Sequence[str]) -> None:
    """Note that a version is to be explained to these destinations; nothing where there is none."""
    if recipients:
        row = {"study_instance_uid": study_instance_uid, "version": version, "recipients": list(recipients)}
        connection.execute(insert(tables.explanation).values(row | {"state": ExplanationState.WAITING}))


def find(connection: Connection, study_instance_uid: str, version: int) -> Explanation | None:
    """Return the explanation of one version, locked until the transaction ends; None where nobody asked for one."""
    query = select(tables.explanation).where(_is_of(study_instance_uid, version)).with_for_update()
    row = connection.execute(query).mappings().first()
    return None if row is None else explanation_from(row)


def start_when_sent(connection: Connection, study_instance_uid: str, version: int, starts: Starts) -> None:
    """Start the explanation of a version once its answer has left; nothing where it was started before.

    Left: every destination was tried, and those that get the explanation have the answer, or a person must see to it.
    """
    explanation = find(connection, study_instance_uid, version)
    if explanation is None or explanation.state is not ExplanationState.WAITING or explanation.turn:
        return
    if not any(_is_on_its_way(each, explanation) for each in _answers(connection, explanation)):
        plan(connection, explanation, starts)


def plan(connection: Connection, explanation: Explanation, starts: Starts, delay: timedelta = timedelta()) -> None:
    """Plan the next start; nothing where somebody planned since, or it has ended."""
    uid, version = explanation.study_instance_uid, explanation.version
    found = find(connection, uid, version)
    if found is None or found.turn != explanation.turn or found.state is not ExplanationState.WAITING:
        return
    _change(connection, explanation, turn=found.turn + 1)
    starts.explain_study(connection, uid, version, found.turn + 1, delay_seconds=delay.total_seconds())


def end(
    connection: Connection, explanation: Explanation, state: ExplanationState, now: datetime, reason: str = ""
) -> bool:
    """End an explanation; False where it has ended already."""
    found = find(connection, explanation.study_instance_uid, explanation.version)
    if found is None or found.state is not ExplanationState.WAITING:
        return False
    _change(connection, explanation, state=state, reason=reason, ended_at=now)
    return True


def open_deliveries(connection: Connection, explanation: Explanation, now: datetime, starts: Starts) -> None:
    """Open a delivery to each recipient; where the answer is held, what explains it is held with it."""
    uid, version = explanation.study_instance_uid, explanation.version
    answers = {each.destination: each for each in _answers(connection, explanation)}
    for recipient in explanation.recipients:
        answer = answers.get(recipient)
        if answer is not None and answer.state in (DeliveryState.HELD, DeliveryState.DISCARDED):
            held = Delivery(uid, version, later(recipient), DeliveryState.HELD, explanation=_HELD_TOO)
            deliveries.open_held(connection, held)
        else:
            deliveries.open_delivery(connection, uid, version, later(recipient), now, starts)


def release(connection: Connection, study_instance_uid: str, starts: Starts) -> int:
    """Try the failed explanations of a study again; return how many."""
    columns = tables.explanation.c
    query = select(tables.explanation).where(
        columns.study_instance_uid == study_instance_uid, columns.state == ExplanationState.FAILED
    )
    failed = [explanation_from(row) for row in connection.execute(query.with_for_update()).mappings().all()]
    for explanation in failed:
        _change(connection, explanation, state=ExplanationState.WAITING, reason="", ended_at=None)
        plan(connection, explanation, starts)
    return len(failed)


def started(connection: Connection) -> list[Explanation]:
    """Return the explanations that wait and were started."""
    columns = tables.explanation.c
    query = select(tables.explanation).where(columns.state == ExplanationState.WAITING, columns.turn > 0)
    return [explanation_from(row) for row in connection.execute(query).mappings()]


def _answers(connection: Connection, explanation: Explanation) -> list[Delivery]:
    found = deliveries.of_version(connection, explanation.study_instance_uid, explanation.version)
    return [each for each in found.values() if each.is_answer]


def _is_on_its_way(answer: Delivery, explanation: Explanation) -> bool:
    waits = answer.state is DeliveryState.WAITING
    return waits and (answer.destination in explanation.recipients or answer.attempts == 0)


def _is_of(study_instance_uid: str, version: int) -> ColumnElement[bool]:
    columns = tables.explanation.c
    return and_(columns.study_instance_uid == study_instance_uid, columns.version == version)


def _change(connection: Connection, explanation: Explanation, **values: Any) -> None:
    key = _is_of(explanation.study_instance_uid, explanation.version)
    connection.execute(update(tables.explanation).where(key).values(values))
