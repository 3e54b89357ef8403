"""What the HTTP API asks beside what the pages ask: destinations, models, and the desk that reads single images."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Engine

from config.settings import Destination, Settings
from dicom_node.console.api import answers
from dicom_node.console.api.parts import ApiParts
from dicom_node.console.services import Services
from dicom_node.ledger.destinations import DestinationLine
from dicom_node.ledger.queries import LedgerView
from dicom_node.ledger.timeline import Timelines
from domain.breaker import BreakerState
from domain.delivery import DeliveryState
from inference.zoo import BUNDLED, load_manifest, model_set


def make_parts(services: Services, engine: Engine) -> ApiParts:
    """Return what the endpoints work with.

    Args:
        services: what the pages work with.
        engine: the ledger's database, tables created.
    """
    settings = services.settings
    view = LedgerView(engine, settings.node.data.resolve())
    return ApiParts(
        studies=services.studies,
        quarantine=services.quarantine,
        dead_letters=services.dead_letters,
        timeline=Timelines(engine, view).timeline,
        reports=services.report_comparisons,
        destinations=lambda: _describe_destinations(settings.destination, view.destinations()),
        models=lambda: _describe_models(settings),
        desk=services.uploading.desk,
        spool=services.uploading.spool,
        trail=services.access.trail,
    )


def _describe_destinations(
    configured: Sequence[Destination], known: Mapping[str, DestinationLine]
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
