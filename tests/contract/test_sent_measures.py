"""What every implementation of SentMeasures must do: the ledger, and the fake that other tests look at."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dicom_node.ledger.database import create_tables, database_url, open_engine
from dicom_node.ledger.image_measures import ImageMeasureBook
from dicom_node.ledger.ledger import Ledger
from dicom_node.measure_ports import EVERY_REGION, Baseline, SentImages, SentMeasures
from dicom_node.ports import ReadImage
from domain.image_measures import ImageMeasures
from tests.fakes.arrivals import BEGIN, arrive
from tests.fakes.clock import FakeClock
from tests.fakes.light_reader import MODEL_SET, make_reading
from tests.fakes.measures import ROOM1, FakeSentMeasures
from tests.fakes.starts import FakeStarts

HAND = SentImages(ROOM1, [ImageMeasures(contrast=0.5)])


def of_ledger(folder: Path) -> Iterator[SentMeasures]:
    engine = open_engine(database_url(folder))
    create_tables(engine)
    ledger, image = Ledger(engine, folder, FakeClock(), FakeStarts()), arrive("1", "1")
    ledger.record_instance(replace(image, calling_ae_title="ROOM1", called_ae_title="OSTEONODE"))
    reading = make_reading(image.sop_instance_uid, "1.2")
    ledger.keep_reading(image.sha256, ReadImage(reading, measures=HAND.images[0]))
    yield ImageMeasureBook(engine)
    engine.dispose()


def of_fake(folder: Path) -> Iterator[SentMeasures]:
    yield FakeSentMeasures(HAND, model_set=MODEL_SET, measured_at=FakeClock().now())


@pytest.fixture(params=[of_ledger, of_fake])
def book(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SentMeasures]:
    """Give measures of one hand, sent by ROOM1."""
    make: Callable[[Path], Iterator[SentMeasures]] = request.param
    yield from make(tmp_path)


def test_what_images_are_like_is_told_of_these_models_and_this_window(book: SentMeasures) -> None:
    assert list(book.sent_since(MODEL_SET, BEGIN)) == [HAND]
    assert not book.sent_since("0" * 64, BEGIN)
    assert not book.sent_since(MODEL_SET, BEGIN + timedelta(days=3650))
    assert not book.sent_since(MODEL_SET, BEGIN, limit=0)


def test_the_first_images_are_those_of_an_origin_or_of_every_region_of_a_sender(book: SentMeasures) -> None:
    assert list(book.first_of(MODEL_SET, ROOM1, None, 5)) == [HAND]
    assert list(book.first_of(MODEL_SET, replace(ROOM1, region=EVERY_REGION), None, 5)) == [HAND]
    assert not book.first_of(MODEL_SET, replace(ROOM1, calling_ae_title="ROOM2"), None, 5)
    assert not book.first_of(MODEL_SET, ROOM1, BEGIN + timedelta(days=3650), 5)


def test_a_baseline_stays_until_it_is_to_be_learned_anew(book: SentMeasures) -> None:
    first = Baseline(ROOM1, MODEL_SET, 200, {"measures": {}}, BEGIN)
    book.keep_baseline(first)
    book.keep_baseline(replace(first, images=300))
    assert list(book.baselines()) == [first]
    assert (book.learn_anew("ROOM2", BEGIN), book.learn_anew("ROOM1", BEGIN + timedelta(1))) == (0, 1)
    assert [(each.images, each.learned_at) for each in book.baselines()] == [(0, BEGIN + timedelta(1))]
    book.keep_baseline(replace(first, images=300))
    assert [each.images for each in book.baselines()] == [300]
