"""What a person may do: try a delivery again now, hold it, release what is held."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, Engine, select

from dicom_node.ledger import (
    breakers,
    commitments,
    dead_letters,
    deliveries,
    explanations,
    readings,
    requests,
    studies,
    tables,
)
from dicom_node.ledger.database import looking, writing
from dicom_node.ledger.rows import delivery_from
from dicom_node.ports import Clock, Starts
from domain.correction import Retraction
from domain.delivery import Delivery, DeliveryState, later, rejection


class Interventions:
    """Changes that a person asks for; each returns how many rows it changed. Safe while the node runs."""

    def __init__(self, engine: Engine, clock: Clock, starts: Starts) -> None:
        self._engine = engine
        self._clock = clock
        self._starts = starts

    def retry_delivery(self, study_instance_uid: str, destination: str | None = None) -> int:
        """Try the deliveries of a study that are waiting or held again now, with a fresh count of attempts.

        A version that a later delivered one superseded is left alone: it would arrive after its successor. So is one
        that was retracted. A destination that is left alone is probed at once. What is delivered and was not committed
        to is asked for again.
        """
        tried = self._plan_each(study_instance_uid, destination, (DeliveryState.WAITING, DeliveryState.HELD))
        return tried + self._ask_again(study_instance_uid, destination)

    def replay(self, study_instance_uid: str | None = None, destination: str | None = None) -> int:
        """Try what is held because it failed again: the same objects under the same UIDs, with a fresh count.

        Of one study or of all, to one destination or to all; a study in each transaction, so that nobody else waits.
        What a person held stays held.
        """
        with looking(self._engine) as connection:
            letters = dead_letters.every(connection, destination, study_instance_uid=study_instance_uid)
        failed: dict[str, set[tuple[int, str]]] = {}
        for each in (letter.delivery for letter in letters):
            failed.setdefault(each.study_instance_uid, set()).add((each.version, each.destination))
        return sum(self._plan_each(uid, None, (DeliveryState.HELD,), only) for uid, only in failed.items())

    def discard(self, study_instance_uid: str, destination: str | None, reason: str, by: str = "") -> int:
        """Give up what is held of a study because it failed; the reason is kept.

        Raises:
            ValueError: the reason or the name is none that can be kept; the message does not repeat it.
        """
        now = self._clock.now()
        with writing(self._engine) as connection:
            letters = dead_letters.every(connection, destination, study_instance_uid=study_instance_uid)
            for each in (letter.delivery for letter in letters):
                discard = dead_letters.Discard(each.version, each.destination, now, reason, by)
                dead_letters.give_up(connection, each, discard)
        return len(letters)

    def hold(self, study_instance_uid: str, destination: str | None = None) -> int:
        """Hold the waiting deliveries of a study; an attempt that is under way may still succeed."""
        with writing(self._engine) as connection:
            waiting = _deliveries(connection, study_instance_uid, destination, (DeliveryState.WAITING,))
            for delivery in waiting:
                deliveries.change(
                    connection,
                    delivery,
                    state=DeliveryState.HELD,
                    turn=delivery.turn + 1,
                    next_attempt_at=None,
                    explanation=dead_letters.HELD_BY_PERSON,
                )
        return len(waiting)

    def release(self, study_instance_uid: str, destination: str | None = None) -> int:
        """Let what is held go on: deliveries, commitments, and without a destination also versions and explanations."""
        released = self._plan_each(study_instance_uid, destination, (DeliveryState.HELD,))
        released += self._ask_again(study_instance_uid, destination)
        if destination is not None:
            return released
        with writing(self._engine) as connection:
            released += len(studies.release(connection, study_instance_uid, self._starts))
            return released + explanations.release(connection, study_instance_uid, self._starts)

    def retract(self, study_instance_uid: str, retraction: Retraction) -> int:
        """Take the last answer to a study back; return the number of the version that says so.

        What of that answer still waits is not sent any more.

        Raises:
            InterventionRefused: there is no answer to take back, or another one is being made.
        """
        with writing(self._engine) as connection:
            return requests.retract(connection, study_instance_uid, retraction, self._clock.now(), self._starts)

    def reread(self, study_instance_uid: str) -> int:
        """Read the images of a study again, with the models that serve now; return the number of the version.

        Raises:
            InterventionRefused: an answer is being made, or the last version is held.
        """
        with writing(self._engine) as connection:
            return requests.reread(connection, study_instance_uid, self._clock.now(), self._starts)

    def retry_image(self, sop_instance_uid: str) -> int:
        """Decode and read an image again that could not be, and answer its study anew; return the version.

        Raises:
            InterventionRefused: there is no such image, it was read, or its study cannot be answered now.
        """
        with writing(self._engine) as connection:
            study = readings.forget_failed(connection, sop_instance_uid)
            return requests.reread(connection, study, self._clock.now(), self._starts)

    def _ask_again(self, study_instance_uid: str, destination: str | None) -> int:
        with writing(self._engine) as connection:
            return commitments.ask_again(connection, study_instance_uid, destination, self._clock.now())

    def _plan_each(
        self,
        study_instance_uid: str,
        destination: str | None,
        states: Sequence[DeliveryState],
        only: Collection[tuple[int, str]] | None = None,
    ) -> int:
        with writing(self._engine) as connection:
            found = _deliveries(connection, study_instance_uid, destination, states)
            found = [one for one in found if only is None or (one.version, one.destination) in only]
            current = [one for one in found if not dead_letters.is_past(connection, one)]
            for delivery in current:
                # Without a next attempt it waits for its predecessor; the first of each destination has none.
                deliveries.change(connection, delivery, state=DeliveryState.WAITING, attempts=0, next_attempt_at=None)
            breakers.hasten(connection, {delivery.peer for delivery in current})
            for delivery in _first_of_each_destination(current):
                deliveries.plan(connection, delivery, self._starts, self._clock.now())
        return len(current)


def _first_of_each_destination(found: Sequence[Delivery]) -> list[Delivery]:
    """Return the earliest version for each destination; `found` is ordered by version."""
    return list({delivery.destination: delivery for delivery in reversed(found)}.values())


def _deliveries(
    connection: Connection, study_instance_uid: str, destination: str | None, states: Sequence[DeliveryState]
) -> list[Delivery]:
    columns = tables.delivery.c
    query = select(tables.delivery).where(
        columns.study_instance_uid == study_instance_uid, columns.state.in_(list(states))
    )
    if destination is not None:
        query = query.where(columns.destination.in_((destination, later(destination), rejection(destination))))
    rows = connection.execute(query.order_by(columns.version).with_for_update()).mappings().all()
    return [delivery_from(row) for row in rows]
