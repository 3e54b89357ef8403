"""What a person asks of the ledger: which studies, how far each is and why it waits. Reads only; no patient data."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, RowMapping, func, select

from dicom_node.ledger import (
    commitments,
    dead_letters,
    destinations,
    documents,
    impressions,
    orders,
    retractions,
    routings,
    shadows,
    tables,
)
from dicom_node.ledger.commitment_requests import CommitmentRequests
from dicom_node.ledger.database import looking
from dicom_node.ledger.dead_letters import DeadLetter, Discard
from dicom_node.ledger.destinations import DestinationLine
from dicom_node.ledger.impressions import ImpressionLine
from dicom_node.ledger.orders import OrderLine
from dicom_node.ledger.quarantine import QuarantineBook
from dicom_node.ledger.routings import RoutedStudy
from dicom_node.ledger.rows import delivery_from, retraction_from, study_from
from dicom_node.quarantine_ports import QuarantinedFile
from domain.commitment import Commitment, CommitmentState
from domain.commitment_request import CommitmentRequest
from domain.correction import Retraction
from domain.delivery import Delivery, DeliveryState
from domain.document import DocumentKind
from domain.explanation import ExplanationState
from domain.routing import Routing
from domain.shadow import Shadow
from domain.study import Study, StudyState
from domain.tier import Tier


@dataclass(frozen=True, slots=True)
class StudyLine:
    """One study in a list: its latest version."""

    study: Study
    images: int
    deliveries: Mapping[str, DeliveryState]
    held_reason: str
    retraction_reason: str = ""
    commitments: Mapping[str, CommitmentState] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ArrivalLine:
    """One image: when it came, from whom, and what the models said of it (empty while they have not spoken)."""

    sop_instance_uid: str
    version: int
    received_at: datetime
    calling_ae_title: str
    tier: Tier
    reading_status: str
    reason_code: str
    purged_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """One document; its file is gone where it was purged."""

    kind: DocumentKind
    identifier: str
    version: int
    path: Path
    purged_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AttemptLine:
    """One attempt at a destination."""

    version: int
    destination: str
    ended_at: datetime
    outcome: str
    explanation: str


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version of a study: when and by which rule it closed, when it was answered, why it is held."""

    study: Study
    answered_at: datetime | None
    held_code: str
    held_reason: str
    withheld: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExplanationLine:
    """The explanation of one version: how far it is, when it ended, and why there is none."""

    version: int
    state: ExplanationState
    ended_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class RetractionLine:
    """A version that took the answer before it back; `retraction` has what a person wrote: show it to people alone."""

    version: int
    asked_at: datetime
    retraction: Retraction


@dataclass(frozen=True, slots=True)
class History:
    """Everything that happened to one study, each part in the order of time."""

    versions: tuple[VersionLine, ...]
    arrivals: tuple[ArrivalLine, ...]
    documents: tuple[DocumentLine, ...]
    deliveries: tuple[Delivery, ...]
    attempts: tuple[AttemptLine, ...]
    explanations: tuple[ExplanationLine, ...] = ()
    retractions: tuple[RetractionLine, ...] = ()
    impressions: tuple[ImpressionLine, ...] = ()
    orders: tuple[OrderLine, ...] = ()
    routings: Mapping[int, Routing] = field(default_factory=dict)
    discards: tuple[Discard, ...] = ()
    commitments: tuple[Commitment, ...] = ()

    @property
    def shadow_versions(self) -> frozenset[int]:
        """The versions that were made in shadow mode: nobody was sent their documents."""
        return frozenset(each.study.version for each in self.versions if each.study.state is StudyState.SHADOW)


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is of what, by state; impressions by why the template stands, "" where a phrase model's does."""

    images: int
    studies: Mapping[StudyState, int]
    deliveries: Mapping[DeliveryState, int]
    quarantined: int
    impressions: Mapping[str, int]


class LedgerView:
    """Questions to the ledger of a data folder; safe while a node writes to it."""

    def __init__(self, engine: Engine, data: Path) -> None:
        self._engine = engine
        self._data = data.resolve()

    def studies(self, *, limit: int = 100, among: Collection[str] | None = None) -> tuple[StudyLine, ...]:
        """Return the studies with the latest arrivals, newest first; of these UIDs only, where some are given."""
        columns = tables.study.c
        latest = select(columns.study_instance_uid, func.max(columns.version).label("version"))
        latest_of_each = latest.group_by(columns.study_instance_uid).subquery()
        query = select(tables.study).join(
            latest_of_each,
            (columns.study_instance_uid == latest_of_each.c.study_instance_uid)
            & (columns.version == latest_of_each.c.version),
        )
        if among is not None:
            query = query.where(columns.study_instance_uid.in_(among))
        with looking(self._engine) as connection:
            rows = connection.execute(query.order_by(columns.last_arrival_at.desc()).limit(limit)).mappings().all()
            return tuple(
                StudyLine(
                    study=study_from(row),
                    images=_count_images(connection, row["study_instance_uid"]),
                    deliveries=_delivery_states(connection, row["study_instance_uid"], row["version"]),
                    held_reason=row["held_reason"] or "",
                    retraction_reason=_retraction_reason(connection, row["study_instance_uid"], row["version"]),
                    commitments=commitments.states(connection, row["study_instance_uid"], row["version"]),
                )
                for row in rows
            )

    def history(self, study_instance_uid: str) -> History | None:
        """Return everything about one study, None where it is unknown."""
        with looking(self._engine) as connection:
            versions = _versions(connection, study_instance_uid)
            if not versions:
                return None
            return History(
                versions=versions,
                arrivals=_arrivals(connection, study_instance_uid),
                documents=tuple(
                    _document_line(row, self._data)
                    for line in versions
                    for row in documents.rows_of(connection, study_instance_uid, line.study.version)
                ),
                deliveries=_deliveries(connection, study_instance_uid),
                attempts=_attempts(connection, study_instance_uid),
                explanations=_explanations(connection, study_instance_uid),
                retractions=_retractions(connection, study_instance_uid),
                impressions=impressions.lines_of(connection, study_instance_uid),
                orders=orders.lines_of(connection, study_instance_uid),
                routings=routings.of_study(connection, study_instance_uid),
                discards=dead_letters.discards_of(connection, study_instance_uid),
                commitments=commitments.of_study(connection, study_instance_uid),
            )

    def shadow_versions(self, study_instance_uid: str) -> frozenset[int]:
        """Return the versions of a study that were made in shadow mode."""
        columns = tables.study.c
        is_one = columns.study_instance_uid == study_instance_uid, columns.state == StudyState.SHADOW
        with looking(self._engine) as connection:
            return frozenset(connection.execute(select(columns.version).where(*is_one)).scalars())

    def shadowed(self) -> tuple[str, ...]:
        """Return what the node put into shadow mode when it last started, to begin sentences with."""
        with looking(self._engine) as connection:
            return tuple(Shadow(each.title).subject for each in shadows.periods(connection) if each.ended_at is None)

    def first_header(self, study_instance_uid: str) -> Path | None:
        """Return a file with the header of the first image of a study, None where the ledger has no such study."""
        columns = tables.instance.c
        query = select(columns.path).where(columns.study_instance_uid == study_instance_uid)
        with looking(self._engine) as connection:
            path = connection.execute(query.order_by(columns.version, columns.sop_instance_uid).limit(1)).scalar()
        return None if path is None else self._data / path

    def commitment_requests(self) -> tuple[CommitmentRequest, ...]:
        """Return what modalities asked this node to commit to, newest first."""
        return tuple(CommitmentRequests(self._engine, self._data).latest())

    def unfinished_deliveries(self) -> tuple[Delivery, ...]:
        """Return the deliveries that wait or are held, the longest waiting first."""
        columns = tables.delivery.c
        query = select(tables.delivery).where(columns.state.in_((DeliveryState.WAITING, DeliveryState.HELD)))
        with looking(self._engine) as connection:
            rows = connection.execute(query.order_by(columns.next_attempt_at)).mappings()
            return tuple(delivery_from(row) for row in rows)

    def routed_study(self, study_instance_uid: str) -> RoutedStudy:
        """Return what routes ask of a study, and where it went."""
        with looking(self._engine) as connection:
            return routings.look_up(connection, study_instance_uid, self._data)

    def dead_letters(self, destination: str | None = None) -> tuple[DeadLetter, ...]:
        """Return what is held because it failed, the longest held first."""
        with looking(self._engine) as connection:
            return tuple(dead_letters.every(connection, destination))

    def destinations(self) -> dict[str, DestinationLine]:
        """Return how each destination answers and what waits for it, by its name."""
        with looking(self._engine) as connection:
            return destinations.lines_of(connection)

    def quarantine(self, *, limit: int = 100) -> Sequence[QuarantinedFile]:
        """Return what was put aside, newest first."""
        return QuarantineBook(self._engine, self._data).files(limit=limit)

    def counts(self) -> Counts:
        """Return how much there is of what. Every version of a study counts."""
        with looking(self._engine) as connection:
            studies = connection.execute(select(tables.study.c.state, func.count()).group_by(tables.study.c.state))
            sent = connection.execute(select(tables.delivery.c.state, func.count()).group_by(tables.delivery.c.state))
            return Counts(
                images=connection.execute(select(func.count()).select_from(tables.instance)).scalar_one(),
                studies={StudyState(state): count for state, count in studies},
                deliveries={DeliveryState(state): count for state, count in sent},
                quarantined=connection.execute(select(func.count()).select_from(tables.quarantine)).scalar_one(),
                impressions=impressions.count(connection),
            )


def _document_line(row: RowMapping, data: Path) -> DocumentLine:
    kind, path = DocumentKind(row["kind"]), data / row["path"]
    return DocumentLine(kind, row["identifier"], row["version"], path, row["purged_at"])


def _count_images(connection: Connection, study_instance_uid: str) -> int:
    query = select(func.count()).where(tables.instance.c.study_instance_uid == study_instance_uid)
    return int(connection.execute(query).scalar_one())


def _delivery_states(connection: Connection, study_instance_uid: str, version: int) -> dict[str, DeliveryState]:
    columns = tables.delivery.c
    query = select(columns.destination, columns.state).where(
        columns.study_instance_uid == study_instance_uid, columns.version == version
    )
    return {name: DeliveryState(state) for name, state in connection.execute(query)}


def _versions(connection: Connection, study_instance_uid: str) -> tuple[VersionLine, ...]:
    columns = tables.study.c
    query = select(tables.study).where(columns.study_instance_uid == study_instance_uid).order_by(columns.version)
    return tuple(
        VersionLine(
            study=study_from(row),
            answered_at=row["answered_at"],
            held_code=row["held_code"] or "",
            held_reason=row["held_reason"] or "",
            withheld=tuple(row["withheld"]),
        )
        for row in connection.execute(query).mappings()
    )


def _arrivals(connection: Connection, study_instance_uid: str) -> tuple[ArrivalLine, ...]:
    images, readings = tables.instance.c, tables.reading.c
    query = (
        select(
            images.sop_instance_uid,
            images.version,
            images.received_at,
            images.calling_ae_title,
            images.tier,
            readings.status,
            readings.reason_code,
            images.purged_at,
        )
        .join_from(tables.instance, tables.reading, images.sha256 == readings.sha256, isouter=True)
        .where(images.study_instance_uid == study_instance_uid)
        .order_by(images.received_at, images.sop_instance_uid, readings.read_at)
    )
    # Where several sets of models have spoken, the last one stays.
    last = {row.sop_instance_uid: row for row in connection.execute(query)}
    return tuple(
        ArrivalLine(*row[:4], Tier(row.tier), row.status or "", row.reason_code or "", row.purged_at)
        for row in last.values()
    )


def _deliveries(connection: Connection, study_instance_uid: str) -> tuple[Delivery, ...]:
    columns = tables.delivery.c
    query = select(tables.delivery).where(columns.study_instance_uid == study_instance_uid)
    rows = connection.execute(query.order_by(columns.version, columns.destination)).mappings()
    return tuple(delivery_from(row) for row in rows)


def _attempts(connection: Connection, study_instance_uid: str) -> tuple[AttemptLine, ...]:
    columns = tables.attempt.c
    query = select(columns.version, columns.destination, columns.ended_at, columns.outcome, columns.explanation).where(
        columns.study_instance_uid == study_instance_uid
    )
    return tuple(AttemptLine(*row) for row in connection.execute(query.order_by(columns.ended_at, columns.turn)))


def _retraction_reason(connection: Connection, study_instance_uid: str, version: int) -> str:
    retraction = retractions.find(connection, study_instance_uid, version)
    return retraction.reason.value if retraction else ""


def _retractions(connection: Connection, study_instance_uid: str) -> tuple[RetractionLine, ...]:
    columns = tables.retraction.c
    query = select(tables.retraction).where(columns.study_instance_uid == study_instance_uid)
    return tuple(
        RetractionLine(row["version"], row["asked_at"], retraction_from(row))
        for row in connection.execute(query.order_by(columns.version)).mappings()
    )


def _explanations(connection: Connection, study_instance_uid: str) -> tuple[ExplanationLine, ...]:
    columns = tables.explanation.c
    query = select(columns.version, columns.state, columns.ended_at, columns.reason).where(
        columns.study_instance_uid == study_instance_uid
    )
    return tuple(
        ExplanationLine(row.version, ExplanationState(row.state), row.ended_at, row.reason)
        for row in connection.execute(query.order_by(columns.version))
    )
