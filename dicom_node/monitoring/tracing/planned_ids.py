"""Identifiers that are known before a span is made."""

from opentelemetry.sdk.trace.id_generator import IdGenerator

from dicom_node.monitoring.tracing.spans import Span


class PlannedIds(IdGenerator):
    """Gives the identifiers of the span that was planned last."""

    def __init__(self) -> None:
        self._trace_id = self._span_id = 1

    def plan(self, span: Span) -> None:
        """Give those of this span from now on."""
        self._trace_id, self._span_id = span.trace_id, span.span_id

    def generate_trace_id(self) -> int:
        """Return that of the trace."""
        return self._trace_id

    def generate_span_id(self) -> int:
        """Return that of the span."""
        return self._span_id
