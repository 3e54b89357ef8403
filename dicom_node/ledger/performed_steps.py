"""Performed procedure steps (MPPS), and what the ledger knows of studies that are still open."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Engine, delete, insert, select, update

from dicom_node.knowledge_ports import StepChange, StepCreation
from dicom_node.ledger import tables
from dicom_node.ledger.database import looking, writing
from dicom_node.ledger.knowledge_tables import performed_step
from dicom_node.ports import Clock
from domain.performed_step import PerformedStep, StepStatus

#: SQLite takes 32766 parameters in a statement; open studies are fewer, but a node that was down may find many.
_UIDS_AT_ONCE: Final = 1000


class StepBook:
    """Implements knowledge_ports.StepKeeper and CompletenessLedger. Safe for threads and processes."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock

    def create_step(self, step: PerformedStep) -> StepCreation:
        """Keep a step that has begun."""
        now = self._clock.now()
        with writing(self._engine) as connection:
            if _status_of(connection, step.sop_instance_uid) is not None:
                return StepCreation.DUPLICATE
            row = {"sop_instance_uid": step.sop_instance_uid, "status": step.status, "changed_at": now}
            refs = sorted(step.references)
            connection.execute(
                insert(performed_step),
                [row | {"study_instance_uid": uid, "refs": refs} for uid in step.study_instance_uids],
            )
        return StepCreation.KEPT

    def change_step(self, sop_instance_uid: str, status: StepStatus | None, references: Collection[str]) -> StepChange:
        """Keep what a modality says of a step later; one that has ended takes no change (PS3.4 F.7.2.2.2)."""
        now = self._clock.now()
        with writing(self._engine) as connection:
            before = _status_of(connection, sop_instance_uid)
            if before is None:
                return StepChange.UNKNOWN
            if before is not StepStatus.IN_PROGRESS:
                return StepChange.ENDED_BEFORE
            values = {"status": status or before, "changed_at": now}
            if references:
                values["refs"] = sorted(references)
            connection.execute(
                update(performed_step).where(performed_step.c.sop_instance_uid == sop_instance_uid).values(values)
            )
        return StepChange.KEPT

    def steps(self, study_instance_uids: Collection[str]) -> Mapping[str, Sequence[PerformedStep]]:
        """Return the performed steps of studies, by Study Instance UID."""
        uids = list(study_instance_uids)
        found: dict[str, list[PerformedStep]] = defaultdict(list)
        with looking(self._engine) as connection:
            for start in range(0, len(uids), _UIDS_AT_ONCE):
                few = uids[start : start + _UIDS_AT_ONCE]
                query = select(performed_step).where(performed_step.c.study_instance_uid.in_(few))
                for row in connection.execute(query.order_by(performed_step.c.sop_instance_uid)).mappings():
                    uid = row["study_instance_uid"]
                    found[uid].append(
                        PerformedStep(
                            row["sop_instance_uid"], (uid,), StepStatus(row["status"]), frozenset(row["refs"])
                        )
                    )
        return found

    def arrived(self, study_instance_uid: str) -> Mapping[str, str]:
        """Return the images of a study that are here: SOP Instance UID to SOP Class UID."""
        columns = tables.instance.c
        query = select(columns.sop_instance_uid, columns.sop_class_uid)
        with looking(self._engine) as connection:
            rows = connection.execute(query.where(columns.study_instance_uid == study_instance_uid))
            return {uid: sop_class for uid, sop_class in rows}

    def senders(self, study_instance_uid: str) -> frozenset[str]:
        """Return the AE titles that sent images of a study."""
        columns = tables.instance.c
        query = select(columns.calling_ae_title).distinct().where(columns.study_instance_uid == study_instance_uid)
        with looking(self._engine) as connection:
            return frozenset(connection.execute(query).scalars())

    def called_ae_title(self, study_instance_uid: str) -> str:
        """Return the own AE title that the first image of a study was sent to, "" where none is here."""
        columns = tables.instance.c
        query = select(columns.called_ae_title).where(columns.study_instance_uid == study_instance_uid)
        with looking(self._engine) as connection:
            first = query.order_by(columns.received_at, columns.sop_instance_uid).limit(1)
            return connection.execute(first).scalar() or ""

    def own_results(self, sop_instance_uids: Collection[str]) -> frozenset[str]:
        """Return those of some SOP Instance UIDs that are documents of this node."""
        query = select(tables.document.c.identifier).where(tables.document.c.identifier.in_(list(sop_instance_uids)))
        with looking(self._engine) as connection:
            return frozenset(connection.execute(query).scalars())

    def forget_steps(self, before: datetime) -> int:
        """Remove the steps that nobody changed since a time; return how many rows that were."""
        with writing(self._engine) as connection:
            return connection.execute(delete(performed_step).where(performed_step.c.changed_at < before)).rowcount


def _status_of(connection: Connection, sop_instance_uid: str) -> StepStatus | None:
    query = select(performed_step.c.status).where(performed_step.c.sop_instance_uid == sop_instance_uid).limit(1)
    found = connection.execute(query.with_for_update()).scalar()
    return None if found is None else StepStatus(found)
