"""Spans by OTLP over HTTP, with OpenTelemetry's own exporter. Needs the extra `tracing`."""

from collections.abc import Callable
from datetime import datetime
from importlib.metadata import version
from importlib.util import find_spec
from typing import Final

from config.tracing import Tracing
from dicom_node.monitoring.tracing.spans import Span
from dicom_node.secret_file import read_secret
from domain.errors import ConfigError

_NEEDED: Final = ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http")
_NANOSECONDS: Final = 1_000_000_000


def require_tracing(tracing: Tracing, find: Callable[[str], object] = find_spec) -> None:
    """Raise ConfigError where traces are asked for and cannot be sent: a package or a file is missing."""
    if not tracing.enabled:
        return
    if not all(_is_there(name, find) for name in _NEEDED):
        words = 'tracing.enabled = true needs packages that are not installed: pip install "osteonode[tracing]"'
        raise ConfigError((words,), subject="tracing")
    if tracing.token_file is not None:
        read_secret(tracing.token_file, "tracing.token_file")
    if tracing.authorities_file is not None and not tracing.authorities_file.is_file():
        words = f"tracing.authorities_file: {tracing.authorities_file} is no file"
        raise ConfigError((words,), subject="tracing")


def _is_there(name: str, find: Callable[[str], object]) -> bool:
    try:
        return find(name) is not None
    except ModuleNotFoundError:  # not even the package above it
        return False


class OtlpCollector:
    """Sends spans to a collector.

    Args:
        node: AE title of the node, which tells its traces from those of others.
    """

    def __init__(self, tracing: Tracing, node: str) -> None:
        import requests
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import SimpleSpanProcessor
        from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

        from dicom_node.monitoring.tracing.planned_ids import PlannedIds

        session = requests.Session()
        session.trust_env = False  # no proxy and no password of the environment
        self._made, self._ids = InMemorySpanExporter(), PlannedIds()
        names = {"service.name": "osteonode", "service.version": version("osteonode"), "service.instance.id": node}
        provider = TracerProvider(resource=Resource(names), id_generator=self._ids, shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self._made))
        self._tracer = provider.get_tracer("osteonode", version("osteonode"))
        token = tracing.token_file
        authorities = str(tracing.authorities_file) if tracing.authorities_file is not None else None
        self._exporter = OTLPSpanExporter(
            endpoint=tracing.endpoint,
            certificate_file=authorities,
            headers={"Authorization": f"Bearer {read_secret(token, 'tracing.token_file')}"} if token else {},
            timeout=tracing.timeout_seconds,
            session=session,
        )

    def take(self, spans: list[Span]) -> bool:
        """Return whether the collector took the spans; see the port."""
        from opentelemetry.sdk.trace.export import SpanExportResult

        self._made.clear()
        for span in spans:
            self._make(span)
        return self._exporter.export(self._made.get_finished_spans()) is SpanExportResult.SUCCESS

    def close(self) -> None:
        """Let go of the connection."""
        self._exporter.shutdown()  # type: ignore[no-untyped-call]

    def _make(self, span: Span) -> None:
        from opentelemetry.context import Context
        from opentelemetry.trace import NonRecordingSpan, SpanContext, Status, StatusCode, set_span_in_context
        from opentelemetry.trace import TraceFlags as Flags

        self._ids.plan(span)
        context = Context()
        if not span.is_root:
            parent = SpanContext(span.trace_id, span.parent_id, is_remote=True, trace_flags=Flags(Flags.SAMPLED))
            context = set_span_in_context(NonRecordingSpan(parent), context)
        begun, ended = _nanoseconds(span.begun_at), _nanoseconds(span.ended_at)
        made = self._tracer.start_span(span.name, context, attributes=dict(span.attributes), start_time=begun)
        if span.failed:
            made.set_status(Status(StatusCode.ERROR, span.failed))
        made.end(end_time=ended)


def _nanoseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000) * (_NANOSECONDS // 1_000_000)
