"""The listener for Prometheus and for orchestrators, put together."""

from collections.abc import Iterator, Mapping, MutableSequence, Sequence
from contextlib import ExitStack
from ctypes import c_uint64
from datetime import datetime
from functools import partial
from importlib.metadata import version
from multiprocessing import get_context
from typing import Final, cast

from prometheus_client.registry import Collector
from sqlalchemy import Engine

from config.settings import Settings
from dicom_node.ledger.measurements import Measurements
from dicom_node.ledger.report_comparisons import ComparisonView
from dicom_node.monitoring.agreement_gauges import AgreementGauges
from dicom_node.monitoring.drift_gauges import DriftGauges, Names
from dicom_node.monitoring.exposition import Exposition, make_registry
from dicom_node.monitoring.gauges import Gauges, Surroundings
from dicom_node.monitoring.happenings import Happenings
from dicom_node.monitoring.health import INTERVAL_SECONDS, Health
from dicom_node.monitoring.listener import MonitoringListener, Page, health_pages
from dicom_node.monitoring.receipts import Fate, ReceiptLine, Receipts
from dicom_node.ports import Clock, FractureReader
from dicom_node.receive.receipt_counts import ReceiptCounts, WayIn, count_cells, sum_images, sum_refusals
from dicom_node.receive.statuses import ANSWERS, Outcome
from dicom_node.repeating import Repeating
from dicom_node.tls.inventory import list_certificates
from dicom_node.watching.comparison import list_gauges
from dicom_node.watching.conditions import NAMES, free_bytes, look_at_node
from dicom_node.watching.drift import look_at_inputs, look_for_drift
from dicom_node.watching.watch import Listening, Watch
from domain.errors import ConfigError

_MIB: Final = 1 << 20
#: Titles that the configuration does not name.
_OTHER: Final = "other"


def serve_metrics(settings: Settings, engine: Engine, clock: Clock, stops: ExitStack) -> Watch:
    """Listen for monitoring systems and return what the node tells them; see `begin_watch`."""
    ledger, health = Measurements(engine), Health(NAMES, clock)
    own = ReceiptCounts(settings, [0] * count_cells(settings))
    cells = [_share_cells(settings) for _ in range(settings.limits.receiving_processes)]
    counts, release = (own, *(ReceiptCounts(settings, each) for each in cells)), ["", ""]
    around = _look_around(settings, health, release, clock.now())
    drift = _make_drift_gauges(settings, engine, clock, own)
    compared = (drift, *list_gauges(settings, engine, clock), *_list_agreement(settings, engine, clock))
    exposition = _expose(settings, ledger, clock, counts, around, compared)
    pages = health_pages(health) | {"/metrics": partial(_write, exposition)}
    listener = MonitoringListener(settings.metrics, pages)
    listener.start()
    stops.callback(listener.stop)

    def look_at(listening: Listening, reader: FractureReader) -> None:
        release[:] = [version("osteonode"), reader.model_set]
        health.watch(look_at_node(settings, ledger, clock, listening, reader))
        loop = Repeating("health", INTERVAL_SECONDS, health.look)
        loop.start()
        stops.callback(loop.stop)

    return Watch(cells, own, look_at, listener.port)


def _list_agreement(settings: Settings, engine: Engine, clock: Clock) -> Iterator[Collector]:
    """Give the gauges of final reports, where they come in."""
    if settings.final_reports is not None:
        yield AgreementGauges(ComparisonView(engine), clock)


def _expose(
    settings: Settings,
    ledger: Measurements,
    clock: Clock,
    counts: tuple[ReceiptCounts, ...],
    around: Surroundings,
    compared: Sequence[Collector],
) -> Exposition:
    registry, names = make_registry(), [each.name for each in settings.destination]
    happenings = Happenings(ledger, registry, around.started_at, names)
    receipts = Receipts(partial(list_receipts, settings, counts), partial(count_refusals, counts))
    return Exposition(registry, happenings, (receipts, Gauges(ledger, around, clock), *compared))


def _make_drift_gauges(settings: Settings, engine: Engine, clock: Clock, counts: ReceiptCounts) -> DriftGauges:
    own = {settings.node.ae_title, *(each.ae_title for each in settings.application_entity)}
    names = Names(lambda title: title if title in own else _OTHER, counts.name_sender)
    scores, inputs = look_for_drift(settings, engine, clock), look_at_inputs(settings, engine, clock)
    return DriftGauges(scores.lines, inputs.lines, names)


def _write(exposition: Exposition, accept: str) -> Page:
    content, media_type = exposition.write(accept)
    return Page(200, media_type, content)


def _share_cells(settings: Settings) -> MutableSequence[int]:
    # Shared memory and no file: a counter must not fail, or end a process, because a disk is full.
    return cast(MutableSequence[int], get_context("spawn").RawArray(c_uint64, count_cells(settings)))


def _look_around(settings: Settings, health: Health, release: list[str], started_at: datetime) -> Surroundings:
    return Surroundings(
        destinations=tuple(each.name for each in settings.destination),
        committing=settings.committing_destinations,
        free_bytes=partial(free_bytes, settings),
        high_water_bytes=settings.limits.free_disk_mib * _MIB,
        certificates=partial(find_certificate_ends, settings),
        conditions=lambda: {name: each.holds for name, each in health.conditions().items()},
        release=lambda: (release[0], release[1]),
        started_at=started_at,
        shadow_mode=settings.shadow_mode,
    )


def find_certificate_ends(settings: Settings) -> Mapping[str, datetime]:
    """Return when the first certificate of each file ends, by its key; nothing while one of them cannot be read."""
    ends: dict[str, datetime] = {}
    try:
        listed = list_certificates(settings)
    except ConfigError:  # the daily look says which, and why
        return ends
    for each in listed:
        ends[each.key] = min(ends.get(each.key, each.certificate.not_after), each.certificate.not_after)
    return ends


def count_refusals(counts: tuple[ReceiptCounts, ...]) -> Mapping[str, int]:
    """Return how many associations were refused, by result/source/reason."""
    return {"/".join(map(str, each.value)): number for each, number in sum_refusals(counts).items()}


def list_receipts(settings: Settings, counts: tuple[ReceiptCounts, ...]) -> Iterator[ReceiptLine]:
    """Give what became of images; for each sender and way, 0 too, that none came: a series must not begin at 1."""
    found = dict.fromkeys(((sender, way, Outcome.STORED) for sender in counts[0].senders for way in _ways(settings)), 0)
    for (sender, way, outcome), number in (found | dict(sum_images(counts))).items():
        yield ReceiptLine(sender, way.value, _fate(outcome), outcome.value, ANSWERS[outcome].quarantined, number)


def _fate(outcome: Outcome) -> Fate:
    if ANSWERS[outcome].status != 0:
        return Fate.REFUSED
    return Fate.RECEIVED if outcome is Outcome.STORED else Fate.KNOWN


def _ways(settings: Settings) -> Iterator[WayIn]:
    yield WayIn.C_STORE
    tables = (WayIn.STOW_RS, settings.http), (WayIn.FOLDER, settings.folder), (WayIn.ORTHANC, settings.orthanc)
    yield from (way for way, table in (*tables, (WayIn.RETRIEVE, settings.query)) if table)
