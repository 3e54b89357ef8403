"""What every implementation of ReadingScores must do: the ledger, and the fake that other tests look at."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dicom_node.ledger.database import create_tables, database_url, open_engine
from dicom_node.ledger.ledger import Ledger
from dicom_node.ledger.sent_readings import SentReadingBook
from dicom_node.ports import ReadImage
from dicom_node.reading_ports import ReadingScores, SentReadings
from tests.fakes.arrivals import BEGIN, arrive
from tests.fakes.clock import FakeClock
from tests.fakes.light_reader import MODEL_SET, make_reading
from tests.fakes.scores import FakeReadingScores
from tests.fakes.starts import FakeStarts


def of_ledger(folder: Path) -> Iterator[ReadingScores]:
    engine = open_engine(database_url(folder))
    create_tables(engine)
    ledger, image = Ledger(engine, folder, FakeClock(), FakeStarts()), arrive("1", "1")
    ledger.record_instance(replace(image, calling_ae_title="ROOM1"))
    ledger.keep_reading(image.sha256, ReadImage(make_reading(image.sop_instance_uid, "1.2")))
    yield SentReadingBook(engine)
    engine.dispose()


def of_fake(folder: Path) -> Iterator[ReadingScores]:
    yield FakeReadingScores(SentReadings("ROOM1", "hand", [0.9], {"present": 1}, {}), model_set=MODEL_SET)


@pytest.fixture(params=[of_ledger, of_fake])
def scores(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ReadingScores]:
    """Give scores that hold one broken hand, sent by ROOM1."""
    make: Callable[[Path], Iterator[ReadingScores]] = request.param
    yield from make(tmp_path)


def test_what_was_said_is_counted_once_by_sender_and_region(scores: ReadingScores) -> None:
    (found,) = scores.by_sender_and_region(MODEL_SET, BEGIN)
    assert (found.calling_ae_title, found.region, found.images) == ("ROOM1", "hand", 1)
    assert list(found.probabilities) == [0.9]
    assert (dict(found.states), dict(found.reasons)) == ({"present": 1}, {})


def test_what_other_models_said_is_not_there(scores: ReadingScores) -> None:
    assert not scores.by_sender_and_region("0" * 64, BEGIN)


def test_no_image_is_looked_at_where_none_may_be(scores: ReadingScores) -> None:
    assert not scores.by_sender_and_region(MODEL_SET, BEGIN + timedelta(days=3650))
    assert not scores.by_sender_and_region(MODEL_SET, BEGIN, limit=0)
