"""The ledger: every method is one transaction, and the work that follows a row starts in the row's own transaction."""

from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine, func, insert, select

from dicom_node.ledger import (
    answers,
    arrivals,
    awaited_readings,
    deliveries,
    documents,
    explanations,
    image_measures,
    impressions,
    quarantine,
    rejections,
    retractions,
    routings,
    studies,
    tables,
)
from dicom_node.ledger.database import find_log, looking, syncing, writing, writing_synced_later
from dicom_node.ledger.group_commit import GroupCommit
from dicom_node.ledger.log_sync import LogSync
from dicom_node.ledger.paths import documents_folder, later_folder, rejection_folder, relative_to_data
from dicom_node.ledger.rows import delivery_from, instance_from, known_from, reading_from, reading_json, study_from
from dicom_node.ports import Clock, ReadImage, Recorded, Starts
from domain.completeness import NOTHING_KNOWN, Known
from domain.correction import Retraction, Superseded
from domain.delivery import Attempt, Delivery, DeliveryState
from domain.document import Document
from domain.errors import LedgerError, OsteonodeError
from domain.explanation import Explanation, ExplanationState
from domain.finding import StudyFindings
from domain.impression import Impression
from domain.instance import ReceivedInstance
from domain.routing import Kinds, Routing
from domain.shadow import Shadow
from domain.study import CompletionRule, Study, StudyState


class Ledger:
    """What receiving and the pipeline keep (the ports InstanceLedger and StudyLedger). Safe for threads.

    Args:
        engine: the database, tables created.
        data: the node's data folder; documents are files below it.
        starts: starts the work that a row asks for.
    """

    def __init__(self, engine: Engine, data: Path, clock: Clock, starts: Starts) -> None:
        self._engine = engine
        self._data = data.resolve()
        self._clock = clock
        self._starts = starts
        self._arriving = GroupCommit(self._record_instances)
        self._log = LogSync(find_log(engine))

    def record_instance(self, instance: ReceivedInstance) -> Recorded:
        """Record a durable instance; see the port."""
        recorded = self._arriving.submit(instance)
        with syncing():
            self._log.sync()
        return recorded

    def _record_instances(self, instances: Sequence[ReceivedInstance]) -> Sequence[Recorded]:
        with writing_synced_later(self._engine) as connection:
            return [arrivals.record(connection, each, self._data) for each in instances]

    def quarantine(
        self, path: Path, *, reason_code: str, reason: str, calling_ae_title: str, called_ae_title: str = ""
    ) -> None:
        """Record a file that was put aside; see the port."""
        row = {
            "path": relative_to_data(path, self._data),
            "reason_code": reason_code,
            "reason": reason,
            "calling_ae_title": calling_ae_title,
            "called_ae_title": called_ae_title,
            "recorded_at": self._clock.now(),
        }
        with writing(self._engine) as connection:
            quarantine.record(connection, row)

    def start_readings(self, at_most: int) -> int:
        """Start to read images that arrived; see the port."""
        with looking(self._engine) as connection:
            if not awaited_readings.exist(connection):
                return 0
        with writing(self._engine) as connection:
            return awaited_readings.start(connection, self._starts, at_most)

    def open_studies(self) -> Sequence[Study]:
        """Return the studies that still wait for images."""
        return self._studies_in(StudyState.OPEN)

    def close_study(self, study: Study, rule: CompletionRule, known: Known = NOTHING_KNOWN) -> StudyState | None:
        """Close a study and start its answer, or hold it; see the port."""
        with writing(self._engine) as connection:
            return studies.close(connection, study, rule, known, self._clock.now(), self._starts)

    def known(self, study_instance_uid: str, version: int) -> Known:
        """Return what was known of the completeness of one version when it closed."""
        query = select(tables.study.c.known).where(studies.is_version(study_instance_uid, version))
        with looking(self._engine) as connection:
            return known_from(connection.execute(query).scalar())

    def instances(self, study_instance_uid: str, version: int) -> tuple[ReceivedInstance, ...]:
        """Return the images of one version: first those that earlier versions had, each part ordered by UIDs.

        So an image keeps its number in every version, and the first image, which names the order, stays the first.
        """
        columns = tables.instance.c
        query = select(tables.instance).where(
            columns.study_instance_uid == study_instance_uid, columns.version <= version
        )
        query = query.order_by(columns.version, columns.series_instance_uid, columns.sop_instance_uid)
        with looking(self._engine) as connection:
            return tuple(instance_from(row, self._data) for row in connection.execute(query).mappings())

    def instance(self, sop_instance_uid: str) -> ReceivedInstance:
        """Return one image."""
        query = select(tables.instance).where(tables.instance.c.sop_instance_uid == sop_instance_uid)
        with looking(self._engine) as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            raise LedgerError("the ledger does not know this instance", subject=sop_instance_uid)
        return instance_from(row, self._data)

    def reading(self, sha256: str, model_set: str) -> ReadImage | None:
        """Return what the models said of an image."""
        columns = tables.reading.c
        query = select(tables.reading).where(columns.sha256 == sha256, columns.model_set == model_set)
        with looking(self._engine) as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            return None
        return ReadImage(
            reading=reading_from(row["content"]),
            display_path=self._data / row["display_path"] if row["display_path"] else None,
            heat_map_path=self._data / row["heat_map_path"] if row["heat_map_path"] else None,
        )

    def keep_reading(self, sha256: str, read: ReadImage) -> ReadImage:
        """Keep a reading; the first one of the same image and models stays."""
        reading = read.reading
        row = {
            "sha256": sha256,
            "model_set": reading.model_set,
            "sop_instance_uid": reading.sop_instance_uid,
            "status": reading.status,
            "reason_code": reading.reason.code if reading.reason else None,
            "content": reading_json(reading),
            "display_path": self._kept_path(read.display_path),
            "heat_map_path": self._kept_path(read.heat_map_path),
            "read_at": self._clock.now(),
        }
        with writing(self._engine) as connection:
            columns = tables.reading.c
            known = select(columns.sha256).where(columns.sha256 == sha256, columns.model_set == reading.model_set)
            if connection.execute(known).first() is None:
                connection.execute(insert(tables.reading).values(row))
                image_measures.keep(connection, read, self._clock.now())
        return self.reading(sha256, reading.model_set) or read

    def latest_version(self, study_instance_uid: str) -> int:
        """Return the number of the latest version of a study, open or not."""
        columns = tables.study.c
        query = select(func.max(columns.version)).where(columns.study_instance_uid == study_instance_uid)
        with looking(self._engine) as connection:
            return int(connection.execute(query).scalar_one() or 0)

    def findings(self, study_instance_uid: str, version: int) -> StudyFindings | None:
        """Return what the documents of one version say, None where that was not kept."""
        with looking(self._engine) as connection:
            return answers.find(connection, study_instance_uid, version)

    def superseded(self, study_instance_uid: str, version: int) -> Superseded | None:
        """Return the answer that a version takes the place of, None where it is the first."""
        with looking(self._engine) as connection:
            return answers.superseded(connection, study_instance_uid, version)

    def retraction(self, study_instance_uid: str, version: int) -> Retraction | None:
        """Return the retraction that a version is, None where it answers."""
        with looking(self._engine) as connection:
            return retractions.find(connection, study_instance_uid, version)

    def sent_documents(self, study_instance_uid: str, version: int, destination: str) -> Iterator[Document]:
        """Give what a destination has of earlier versions, one at a time; see the port."""
        with looking(self._engine) as connection:
            rows = rejections.rows_sent(connection, study_instance_uid, version, destination)
        return (documents.document_from(row, self._data) for row in rows)

    def keep_rejection_note(self, delivery: Delivery, note: Document) -> None:
        """Keep the rejection note that a delivery brings; the first one stays."""
        final = rejection_folder(self._data, delivery.study_instance_uid, delivery.version, delivery.peer)
        with documents.staged([note], final) as stage, writing(self._engine) as connection:
            if not documents.is_kept(connection, note.identifier):
                documents.publish(connection, stage, [note], final, self._data)

    def documents(
        self, study_instance_uid: str, version: int, *, sop_class_uids: Collection[str] = ()
    ) -> tuple[Document, ...]:
        """Return the documents of one version with their bytes, checked against their digests; see the port."""
        with looking(self._engine) as connection:
            rows = documents.rows_of(connection, study_instance_uid, version)
            kept = [row for row in rows if row["purged_at"] is None]
            wanted = [row for row in kept if not sop_class_uids or row["sop_class_uid"] in sop_class_uids]
            return tuple(documents.document_from(row, self._data) for row in wanted)

    def keep_answer(
        self,
        study_instance_uid: str,
        version: int,
        answer: Sequence[Document],
        *,
        findings: StudyFindings,
        recipients: Sequence[str],
        withheld: Sequence[str] = (),
        explained_to: Sequence[str] = (),
        impression: Impression | None = None,
        routing: Routing | None = None,
        shadow: Shadow | None = None,
    ) -> None:
        """Keep the documents of one version and start their deliveries; only a complete version takes one."""
        key = (study_instance_uid, version)
        now = self._clock.now()
        final = documents_folder(self._data, *key)
        with documents.staged(answer, final) as stage, writing(self._engine) as connection:
            if studies.row_of(connection, *key)["state"] != StudyState.COMPLETE:
                return
            documents.publish(connection, stage, answer, final, self._data)
            answers.keep(connection, version, findings)
            retracts = retractions.find(connection, *key) is not None
            unsent = shadow is not None and not recipients
            state = StudyState.RETRACTED if retracts else StudyState.SHADOW if unsent else StudyState.ANSWERED
            studies.change(connection, *key, state=state, answered_at=now, withheld=list(withheld))
            for destination in recipients:
                if shadow is None:
                    deliveries.open_delivery(connection, *key, destination, now, self._starts)
                else:
                    deliveries.open_held(connection, deliveries.hold_back(*key, destination, shadow.not_sent))
            if routing is not None:
                routings.keep(connection, *key, routing)
            impressions.keep(connection, *key, impression)
            explanations.ask(connection, *key, explained_to)
            explanations.start_when_sent(connection, *key, self._starts)

    def hold_study(self, study_instance_uid: str, version: int, error: OsteonodeError) -> None:
        """Set a complete version aside for a person; an answered one stays answered."""
        with writing(self._engine) as connection:
            if studies.row_of(connection, study_instance_uid, version)["state"] == StudyState.COMPLETE:
                values = {"state": StudyState.HELD, "held_code": error.code, "held_reason": str(error)}
                studies.change(connection, study_instance_uid, version, **values)

    def postpone_study(self, study_instance_uid: str, version: int, *, turn: int, delay_seconds: float) -> None:
        """Plan to answer again later; nothing where `turn` is past."""
        delay = timedelta(seconds=delay_seconds)
        with writing(self._engine) as connection:
            studies.plan_answer(connection, study_instance_uid, version, turn, self._starts, delay)

    def delivery(self, study_instance_uid: str, version: int, destination: str) -> Delivery:
        """Return one delivery."""
        with looking(self._engine) as connection:
            return deliveries.find(connection, study_instance_uid, version, destination)

    def routing(self, study_instance_uid: str, version: int) -> Routing | None:
        """Return where one version of an answer goes; see the port."""
        with looking(self._engine) as connection:
            return routings.find(connection, study_instance_uid, version)

    def routed_earlier(self, study_instance_uid: str, version: int) -> dict[str, Kinds]:
        """Return the destinations that versions before this one went to; see the port."""
        with looking(self._engine) as connection:
            return routings.earlier(connection, study_instance_uid, version)

    def claim_attempt(self, planned: Delivery) -> Delivery | None:
        """Return the delivery whose planned attempt is to be made now; see the port."""
        with looking(self._engine) as connection:
            delivery = deliveries.find_planned(connection, planned)
            if delivery is None or deliveries.is_next(connection, delivery):
                return delivery
        with writing(self._engine) as connection:
            delivery = deliveries.find_planned(connection, planned)
            if delivery is not None and not deliveries.is_next(connection, delivery):
                deliveries.stand_back(connection, delivery, self._starts, self._clock.now())
                return None
        return delivery

    def keep_attempt(
        self, delivery: Delivery, attempt: Attempt, *, retry_after_seconds: float | None, followed_by: str = ""
    ) -> None:
        """Keep how one attempt ended and plan what follows; see the port."""
        retry_after = None if retry_after_seconds is None else timedelta(seconds=retry_after_seconds)
        now = self._clock.now()
        with writing(self._engine) as connection:
            again = deliveries.keep_attempt(connection, delivery, attempt, now=now, retry_after=retry_after)
            if again is not None and retry_after is not None:
                deliveries.plan(connection, again, self._starts, now, retry_after)
            else:
                deliveries.start_successor(connection, delivery, self._starts, now)
            if followed_by:
                deliveries.follow(connection, delivery, followed_by, now, self._starts)
            explanations.start_when_sent(connection, delivery.study_instance_uid, delivery.version, self._starts)

    def unanswered(self) -> Sequence[tuple[Study, int]]:
        """Return closed studies that wait for their answer, with the turn that should bring it."""
        columns = tables.study.c
        query = select(tables.study).where(columns.state == StudyState.COMPLETE)
        with looking(self._engine) as connection:
            return [(study_from(row), row["turn"]) for row in connection.execute(query).mappings()]

    def started_deliveries(self) -> Sequence[Delivery]:
        """Return waiting deliveries with a planned attempt."""
        columns = tables.delivery.c
        query = select(tables.delivery).where(
            columns.state == DeliveryState.WAITING, columns.next_attempt_at.is_not(None)
        )
        with looking(self._engine) as connection:
            return [delivery_from(row) for row in connection.execute(query).mappings()]

    def replan_delivery(self, delivery: Delivery) -> None:
        """Plan a delivery again whose planned attempt will never run; nothing where it was planned anew since."""
        with writing(self._engine) as connection:
            found = deliveries.find(connection, delivery.study_instance_uid, delivery.version, delivery.destination)
            if found.turn == delivery.turn and found.state is DeliveryState.WAITING:
                deliveries.plan(connection, found, self._starts, self._clock.now())

    def explanation(self, study_instance_uid: str, version: int) -> Explanation | None:
        """Return the explanation of one version; see the port."""
        with looking(self._engine) as connection:
            return explanations.find(connection, study_instance_uid, version)

    def keep_explanation(self, explanation: Explanation, made: Sequence[Document]) -> None:
        """Keep the documents that explain a version and start their deliveries; the first ones stay.

        Nothing of a version that was taken back.
        """
        key = (explanation.study_instance_uid, explanation.version)
        now = self._clock.now()
        final = later_folder(self._data, *key)
        with documents.staged(made, final) as stage, writing(self._engine) as connection:
            if retractions.find_after(connection, *key) is not None:  # while it was made: nobody is to see it
                explanations.end(connection, explanation, ExplanationState.SUPERSEDED, now)
            elif explanations.end(connection, explanation, ExplanationState.MADE, now):
                documents.publish(connection, stage, made, final, self._data)
                explanations.open_deliveries(connection, explanation, now, self._starts)

    def end_explanation(self, explanation: Explanation, state: ExplanationState, reason: str = "") -> None:
        """Give up an explanation; one that was made stays made."""
        with writing(self._engine) as connection:
            explanations.end(connection, explanation, state, self._clock.now(), reason)

    def postpone_explanation(self, explanation: Explanation, *, delay_seconds: float) -> None:
        """Plan to explain later; nothing where its turn is past."""
        with writing(self._engine) as connection:
            explanations.plan(connection, explanation, self._starts, timedelta(seconds=delay_seconds))

    def started_explanations(self) -> Sequence[Explanation]:
        """Return the explanations that wait and were started."""
        with looking(self._engine) as connection:
            return explanations.started(connection)

    def _studies_in(self, state: StudyState) -> Sequence[Study]:
        with looking(self._engine) as connection:
            rows = connection.execute(select(tables.study).where(tables.study.c.state == state)).mappings()
            return [study_from(row) for row in rows]

    def _kept_path(self, path: Path | None) -> str | None:
        return None if path is None else relative_to_data(path, self._data)
