"""Traces of studies, to a receiver of OTLP/HTTP on loopback."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from config.settings import Settings
from config.tracing import Tracing
from dicom_node.clock import SystemClock
from dicom_node.ledger.database import create_tables, database_url, open_engine
from dicom_node.ledger.ledger import Ledger
from dicom_node.monitoring.tracing.otlp import OtlpCollector, require_tracing
from dicom_node.monitoring.tracing.spans import Span, hash_study
from dicom_node.ports import ReadImage
from dicom_node.watching.tracing import start_tracing
from domain.delivery import Attempt, Outcome, Receipt
from domain.errors import ConfigError
from tests.fakes.answered import answer
from tests.fakes.arrivals import arrive
from tests.fakes.hospital import wait_until
from tests.fakes.light_reader import make_reading
from tests.fakes.starts import FakeStarts
from tests.fakes.webhook import Webhook, serve_webhook

trace_service = pytest.importorskip("opentelemetry.proto.collector.trace.v1.trace_service_pb2")
NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
TAKEN = Attempt((Receipt("1.1.1.0", Outcome.DELIVERED, "0x0000 Success"),))


@pytest.fixture
def receiver() -> Iterator[Webhook]:
    with serve_webhook() as receiver:
        receiver.status = 200
        yield receiver


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(database_url(tmp_path))
    create_tables(engine)
    yield engine
    engine.dispose()


def make_tracing(receiver: Webhook, **keys: Any) -> Tracing:
    url = f"http://127.0.0.1:{receiver.port}/v1/traces"
    return Tracing.model_validate({"enabled": True, "endpoint": url, "timeout_seconds": 1} | keys)


def spans_in(receiver: Webhook) -> list[Any]:
    requests = [trace_service.ExportTraceServiceRequest.FromString(body) for body in receiver.bodies]
    return [span for each in requests for found in each.resource_spans for of in found.scope_spans for span in of.spans]


def run_study(engine: Engine, data: Path) -> None:
    """Bring a study from its first image to the archive."""
    ledger = Ledger(engine, data, SystemClock(), FakeStarts())
    image = arrive("1", "1")
    ledger.record_instance(image)
    ledger.keep_reading(image.sha256, ReadImage(make_reading(image.sop_instance_uid, "1.2")))
    answer(ledger, image="2")
    ledger.keep_attempt(ledger.delivery("1.1", 1, "pacs"), TAKEN, retry_after_seconds=None)


def test_a_study_is_one_trace_from_its_first_image_to_its_delivery(
    engine: Engine, tmp_path: Path, receiver: Webhook
) -> None:
    settings = Settings.model_validate({"node": {"data": tmp_path}, "tracing": make_tracing(receiver)})
    with ExitStack() as stops:
        start_tracing(settings, engine, SystemClock(), stops, seconds=0.05)
        run_study(engine, tmp_path)
        wait_until(lambda: any(each.name == "deliver" for each in spans_in(receiver)))
    found = spans_in(receiver)
    assert sorted(each.name for each in found) == ["complete", "compose", "deliver", "read", "receive", "study"]
    assert len({each.trace_id for each in found}) == 1
    (root,) = [each for each in found if not each.parent_span_id]
    assert {each.parent_span_id for each in found if each is not root} == {root.span_id}
    assert {each.key: each.value.string_value for each in root.attributes}["osteonode.study"] == hash_study("1.1")


def test_a_span_has_the_times_of_the_ledger_and_says_where_it_failed(receiver: Webhook) -> None:
    collector = OtlpCollector(make_tracing(receiver), "OSTEONODE")
    span = Span("1.2:1", "read 0", "read", NOW, NOW.replace(microsecond=250_000), {"osteonode.status": "failed"}, "why")
    assert collector.take([span])
    assert collector.take([span])
    first, again = spans_in(receiver)
    assert first.start_time_unix_nano == int(NOW.timestamp()) * 10**9
    assert first.end_time_unix_nano - first.start_time_unix_nano == 250_000_000
    assert (first.status.message, first.span_id) == ("why", again.span_id)
    assert first.trace_id == span.trace_id.to_bytes(16, "big")


def test_a_token_goes_with_every_request(receiver: Webhook, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("s3cret\n")
    collector = OtlpCollector(make_tracing(receiver, token_file=tmp_path / "token"), "OSTEONODE")
    collector.take([Span("1.2:1", "study", "study", NOW, NOW)])
    assert receiver.headers[0]["Authorization"] == "Bearer s3cret"


def test_a_collector_that_refuses_has_not_taken_anything(receiver: Webhook) -> None:
    receiver.status = 400
    assert not OtlpCollector(make_tracing(receiver), "OSTEONODE").take([Span("1.2:1", "study", "study", NOW, NOW)])


def test_packages_that_are_not_installed_are_named_with_the_way_to_get_them(receiver: Webhook) -> None:
    with pytest.raises(ConfigError, match=r'pip install "osteonode\[tracing\]"'):
        require_tracing(make_tracing(receiver), find=lambda _name: None)

    def find_nothing(name: str) -> object:
        raise ModuleNotFoundError(name)

    with pytest.raises(ConfigError, match="not installed"):
        require_tracing(make_tracing(receiver), find=find_nothing)
    require_tracing(Tracing(), find=find_nothing)


def test_files_that_are_missing_are_told(receiver: Webhook, tmp_path: Path) -> None:
    for key in ("token_file", "authorities_file"):
        with pytest.raises(ConfigError, match=f"tracing.{key}"):
            require_tracing(make_tracing(receiver, **{key: tmp_path / "gone"}))
