"""The port MeasuredLedger: the ledger's and its fake."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from dicom_node.ledger.database import create_tables, database_url, open_engine
from dicom_node.ledger.ledger import Ledger
from dicom_node.ledger.measurements import Measurements
from dicom_node.monitoring_ports import MeasuredLedger, ReadingEnd, Standing
from dicom_node.ports import ReadImage
from tests.fakes.arrivals import arrive
from tests.fakes.clock import FakeClock
from tests.fakes.light_reader import make_reading
from tests.fakes.measured_ledger import FakeMeasuredLedger
from tests.fakes.starts import FakeStarts

#: A ledger, and what lets an image be read in it now.
Measured = tuple[MeasuredLedger, Callable[[], object]]


def open_fake(clock: FakeClock, _data: Path) -> Iterator[Measured]:
    ledger = FakeMeasuredLedger()
    reading = ReadingEnd("a", clock.now(), clock.now(), "read", "", {"light": 1.0})
    yield ledger, lambda: ledger.kept_readings.append(reading)


def open_real(clock: FakeClock, data: Path) -> Iterator[Measured]:
    engine = open_engine(database_url(data))
    create_tables(engine)
    ledger, image = Ledger(engine, data, clock, FakeStarts()), arrive("1", "1")
    ledger.record_instance(image)
    reading = ReadImage(make_reading(image.sop_instance_uid, image.sop_class_uid))
    yield Measurements(engine), lambda: ledger.keep_reading(image.sha256, reading)
    engine.dispose()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(params=[open_real, open_fake], ids=["ledger", "fake"])
def measured(request: pytest.FixtureRequest, clock: FakeClock, tmp_path: Path) -> Iterator[Measured]:
    yield from request.param(clock, tmp_path)


def test_what_ended_at_a_moment_is_found_from_that_moment_on_and_not_later(
    measured: Measured, clock: FakeClock
) -> None:
    ledger, read = measured
    assert list(ledger.readings(clock.now())) == []
    read()
    (found,) = ledger.readings(clock.now())
    assert (found.status, dict(found.model_milliseconds)) == ("read", {"light": 1.0})
    assert list(ledger.readings(clock.now() + timedelta(microseconds=1))) == []


def test_what_never_happened_is_empty(measured: Measured, clock: FakeClock) -> None:
    ledger, _read = measured
    assert not [*ledger.answers(clock.now()), *ledger.attempts(clock.now()), *ledger.commitments(clock.now())]
    standing = ledger.standing()
    assert (standing.held_studies, dict(standing.dead_letters), dict(standing.breakers)) == (0, {}, {})
    assert isinstance(standing, Standing)


def test_a_ledger_that_works_can_be_written_and_has_a_size(measured: Measured, clock: FakeClock) -> None:
    ledger, _read = measured
    ledger.try_to_write(clock.now())
    assert ledger.size_bytes() > 0
