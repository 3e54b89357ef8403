"""What persons ask for a study: written before it is done, so that nothing is done that nobody asked for."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Engine, insert, select, update

from dicom_node.ledger import tables
from dicom_node.ledger.database import looking, writing
from dicom_node.ledger.interventions import Interventions
from dicom_node.ledger.search_tables import person_request as table
from dicom_node.ports import Clock
from dicom_node.study_ports import Action, Carried, PersonRequest, RequestOutcome
from domain.correction import Retraction, RetractionReason
from domain.errors import InterventionRefused, LedgerError


@dataclass(frozen=True, slots=True)
class RequestLine:
    """One request and what became of it; `answer` is the refusal in words, or how much changed."""

    request: PersonRequest
    asked_at: datetime
    outcome: RequestOutcome
    answer: str


class PersonRequests:
    """Records what a person asks for, and carries it out by the interventions that the commands use."""

    def __init__(self, engine: Engine, clock: Clock, interventions: Interventions) -> None:
        self._engine, self._clock, self._interventions = engine, clock, interventions

    def carry_out(self, request: PersonRequest, retraction: RetractionReason = RetractionReason.OTHER) -> Carried:
        """Do what a person asks for; `retraction` is the coded reason of RETRACT.

        Raises:
            LedgerError: the ledger has no such study, or its store failed.
        """
        try:
            changed = self.perform(request, lambda: _ACTS[request.action](self._interventions, request, retraction))
        except InterventionRefused as refused:
            return Carried(RequestOutcome.REFUSED, refusal=str(refused))
        return Carried(_outcome_of(changed), changed)

    def perform(self, request: PersonRequest, act: Callable[[], int]) -> int:
        """Record a request, do it, and record what became of it; return how much `act` says that it changed.

        Raises:
            InterventionRefused: `act` did; the refusal is kept.
            LedgerError: the ledger has no such study, or its store failed.
        """
        number = self._record(request)
        try:
            changed = act()
        except InterventionRefused as refused:
            self._keep(number, RequestOutcome.REFUSED, str(refused))
            raise
        self._keep(number, _outcome_of(changed), str(changed))
        return changed

    def _keep(self, number: int, outcome: RequestOutcome, answer: str) -> None:
        with writing(self._engine) as connection:
            connection.execute(
                update(table).where(table.c.number == number).values({"outcome": outcome, "answer": answer})
            )

    def _record(self, request: PersonRequest) -> int:
        uid = request.study_instance_uid
        known = select(tables.study.c.version).where(tables.study.c.study_instance_uid == uid).limit(1)
        words = {"reason": request.reason, "by": request.by, "asked_at": self._clock.now()}
        row = {"study_instance_uid": uid, "action": request.action, "destination": request.destination, **words}
        with writing(self._engine) as connection:
            if connection.execute(known).first() is None:
                raise LedgerError("the ledger has no such study", subject=uid)
            done = connection.execute(insert(table).values(row | {"outcome": RequestOutcome.ASKED, "answer": ""}))
            return int(done.inserted_primary_key[0])  # type: ignore[index]

    def of_study(self, study_instance_uid: str) -> tuple[RequestLine, ...]:
        """Return what was asked for a study, oldest first."""
        with looking(self._engine) as connection:
            return lines_of(connection, study_instance_uid)


def lines_of(connection: Connection, study_instance_uid: str) -> tuple[RequestLine, ...]:
    """Return what was asked for a study, oldest first."""
    query = select(table).where(table.c.study_instance_uid == study_instance_uid).order_by(table.c.number)
    return tuple(
        RequestLine(
            PersonRequest(study_instance_uid, Action(row["action"]), row["by"], row["reason"], row["destination"]),
            row["asked_at"],
            RequestOutcome(row["outcome"]),
            row["answer"],
        )
        for row in connection.execute(query).mappings()
    )


def _outcome_of(changed: int) -> RequestOutcome:
    return RequestOutcome.DONE if changed else RequestOutcome.NOTHING


Act = Callable[[Interventions, PersonRequest, RetractionReason], int]


def _retract(interventions: Interventions, request: PersonRequest, reason: RetractionReason) -> int:
    return interventions.retract(request.study_instance_uid, Retraction(reason, request.by, request.reason))


_ACTS: Final[dict[Action, Act]] = {
    Action.RETRY: lambda acts, asked, _: acts.retry_delivery(asked.study_instance_uid, asked.destination or None),
    Action.HOLD: lambda acts, asked, _: acts.hold(asked.study_instance_uid, asked.destination or None),
    Action.RELEASE: lambda acts, asked, _: acts.release(asked.study_instance_uid, asked.destination or None),
    Action.REREAD: lambda acts, asked, _: acts.reread(asked.study_instance_uid),
    Action.RETRACT: _retract,
}
