"""What watches a node from its first moment on, where its configuration asks for it."""

from collections.abc import Callable, Iterable, MutableSequence, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Engine

from config.settings import Settings
from dicom_node.ports import Clock, FractureReader
from dicom_node.receive.receipt_counts import ReceiptCounts
from domain.alert import Cause

#: Gives what somebody has to see to, such as that what the models see has changed (AlertKind.DRIFT).
CauseSource = Callable[[], Iterable[Cause]]


class Listening(Protocol):
    """What takes images in."""

    @property
    def is_listening(self) -> bool:
        """Whether it does so now."""
        ...


@dataclass(frozen=True, slots=True)
class Watch:
    """What the parts of a node tell their watcher; nothing where nobody watches.

    Attributes:
        cells: shared memory, some for each process that receives to count in.
        counts: for what is received in the node's own process.
        look_at: told when the node listens, and with which models it reads.
        port: of the listener for monitoring systems.
    """

    cells: Sequence[MutableSequence[int]] = ()
    counts: ReceiptCounts | None = None
    look_at: Callable[[Listening, FractureReader], None] = lambda _listening, _reader: None
    port: int | None = None


def begin_watch(
    settings: Settings, engine: Engine, clock: Clock, stops: ExitStack, sources: Sequence[CauseSource] = ()
) -> Watch:
    """Begin to watch a node that starts; raises ConfigError where that cannot be.

    Args:
        engine: the ledger's database, tables created.
        stops: what ends it again is added here.
        sources: give what else alerts tell of.
    """
    watch = Watch()
    if settings.metrics.enabled:
        from dicom_node.watching.metrics import serve_metrics

        watch = serve_metrics(settings, engine, clock, stops)
    if settings.alert_channel:
        from dicom_node.watching.alerts import start_alerts
        from dicom_node.watching.drift import find_causes

        start_alerts(settings, engine, clock, stops, (*sources, find_causes(settings, engine, clock)))
    if settings.tracing.enabled:
        from dicom_node.watching.tracing import start_tracing

        start_tracing(settings, engine, clock, stops)
    return watch
