"""What the HTTP API asks the ledger, and does by it: the same requests that the commands make."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine

from config.settings import Destination, Settings
from dicom_node.console.api import answers
from dicom_node.console.api.parts import ApiParts, QuarantineActs
from dicom_node.delivery_ports import DeadLetterLine
from dicom_node.image_desk.caller import DeskCaller
from dicom_node.image_desk.place import DeskPlace
from dicom_node.ledger.dead_letter_lines import DeadLetterBook
from dicom_node.ledger.destinations import DestinationLine
from dicom_node.ledger.interventions import Interventions
from dicom_node.ledger.ledger import Ledger
from dicom_node.ledger.person_requests import PersonRequests
from dicom_node.ledger.quarantine import QuarantineBook
from dicom_node.ledger.queries import LedgerView
from dicom_node.ledger.search import StudySearch
from dicom_node.ledger.timeline import Timelines
from dicom_node.pipeline.workflow_starts import WorkflowStarts
from dicom_node.ports import Clock
from dicom_node.receive.quarantine import Quarantine
from domain.breaker import BreakerState
from domain.delivery import DeliveryState
from inference.zoo import BUNDLED, load_manifest, model_set


def make_parts(settings: Settings, engine: Engine, clock: Clock) -> ApiParts:
    """Return what the endpoints work with.

    Args:
        engine: the ledger's database, tables created.
    """
    data, place = settings.node.data.resolve(), DeskPlace.of_data(settings.node.data)
    starts = WorkflowStarts(engine, {each.name: each.concurrency for each in settings.destination})
    interventions = Interventions(engine, clock, starts)
    book, letters = QuarantineBook(engine, data), DeadLetterBook(engine)
    view = LedgerView(engine, data)
    return ApiParts(
        search=StudySearch(engine).search,
        timeline=Timelines(engine, view).timeline,
        carry_out=PersonRequests(engine, clock, interventions).carry_out,
        quarantined=lambda limit: [_describe_file(file) for file in book.files(limit=limit)],
        quarantine=lambda: _open_quarantine(settings, engine, clock, book),
        dead_letters=lambda limit: [_describe_letter(line) for line in letters.letters(limit=limit)],
        replay=interventions.replay,
        discard=interventions.discard,
        destinations=lambda: _describe_destinations(settings.destination, view.destinations()),
        models=lambda: _describe_models(settings),
        desk=DeskCaller(place),
        spool=place.spool,
    )


@dataclass(frozen=True, slots=True)
class _Quarantine:
    """Implements QuarantineActs."""

    quarantine: Quarantine

    def retry(self, number: int) -> answers.RetriedBody:
        retried = self.quarantine.retry(number)
        return answers.RetriedBody(outcome=retried.outcome.value, taken_in=retried.taken_in)

    def discard(self, number: int, reason: str, by: str) -> None:
        self.quarantine.discard(number, reason, by)


def _open_quarantine(settings: Settings, engine: Engine, clock: Clock, book: QuarantineBook) -> QuarantineActs:
    manifest = load_manifest(settings.reading.bundle or BUNDLED, settings.reading.precision)
    lanes = {each.name: each.concurrency for each in settings.destination}
    ledger = Ledger(engine, settings.node.data.resolve(), clock, WorkflowStarts(engine, lanes, model_set(manifest)))
    return _Quarantine(Quarantine.of_settings(settings, ledger, book, clock))


def _describe_file(file: object) -> answers.QuarantinedBody:
    return answers.QuarantinedBody(**{name: getattr(file, name) for name in answers.QuarantinedBody.model_fields})


def _describe_letter(line: DeadLetterLine) -> answers.DeadLetterBody:
    delivery = line.delivery
    return answers.DeadLetterBody(
        study_instance_uid=delivery.study_instance_uid,
        version=delivery.version,
        destination=delivery.destination,
        since=line.since,
        attempts=delivery.attempts,
        explanation=delivery.explanation,
    )


def _describe_destinations(
    configured: Sequence[Destination], known: dict[str, DestinationLine]
) -> list[answers.DestinationBody]:
    kinds = {each.name: each.kind for each in configured}
    return [_describe_destination(name, kinds.get(name), known.get(name)) for name in dict.fromkeys((*kinds, *known))]


def _describe_destination(name: str, kind: str | None, line: DestinationLine | None) -> answers.DestinationBody:
    breaker = line.breaker if line is not None else None
    counts = line.deliveries if line is not None else {}
    return answers.DestinationBody(
        name=name,
        kind=kind,
        state=line.state if line is not None else BreakerState.CLOSED,
        since=breaker.since if breaker is not None else None,
        waiting=counts.get(DeliveryState.WAITING, 0),
        held=counts.get(DeliveryState.HELD, 0),
        explanation=breaker.explanation if breaker is not None else "",
    )


def _describe_models(settings: Settings) -> answers.ModelsBody:
    manifest = load_manifest(settings.reading.bundle or BUNDLED, settings.reading.precision)
    points = manifest.fusion.operating_points if manifest.fusion is not None else {}
    return answers.ModelsBody(
        bundle=manifest.bundle,
        model_set=model_set(manifest),
        precision=settings.reading.precision,
        models=tuple(
            answers.ModelBody(
                name=model.name,
                version=model.version,
                sha256=model.weights_sha256,
                task=model.task,
                backend=model.backend,
                classes=model.classes,
                licence=model.licence,
            )
            for model in manifest.models
        ),
        operating_points=tuple(
            answers.OperatingPointBody(region=region, doubt_from=each.doubt_from, present_from=each.present_from)
            for region, each in points.items()
        ),
    )
