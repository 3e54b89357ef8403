from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, func, select

from dicom_node.ledger.image_measures import ImageMeasureBook
from dicom_node.ledger.ledger import Ledger
from dicom_node.ledger.measure_tables import image_measure
from dicom_node.ledger.purging import Purging
from dicom_node.measure_ports import EVERY_REGION, Baseline, Origin, SentImages
from dicom_node.ports import ReadImage
from domain.finding import Labelled
from domain.image_measures import ImageMeasures
from tests.fakes.answered import close, say
from tests.fakes.arrivals import BEGIN, arrive
from tests.fakes.clock import FakeClock
from tests.fakes.light_reader import MODEL_SET, make_reading

ROOM1 = Origin("OSTEONODE", "ROOM1", "hand")


@pytest.fixture
def book(engine: Engine) -> ImageMeasureBook:
    return ImageMeasureBook(engine)


def keep(ledger: Ledger, number: int, contrast: float = 0.5, region: str = "hand", model_set: str = MODEL_SET) -> None:
    sent = replace(arrive("1", str(number)), calling_ae_title="ROOM1", called_ae_title="OSTEONODE")
    ledger.record_instance(sent)
    reading = make_reading(sent.sop_instance_uid, "1.2")
    reading = replace(reading, region=Labelled(region, 0.9), model_set=model_set)
    ledger.keep_reading(sent.sha256, ReadImage(reading, measures=ImageMeasures(contrast=contrast)))


def contrasts(*values: float) -> list[ImageMeasures]:
    return [ImageMeasures(contrast=each) for each in values]


def count(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(image_measure)).scalar_one()


def test_what_images_are_like_stands_by_own_title_sender_and_region(ledger: Ledger, book: ImageMeasureBook) -> None:
    keep(ledger, 1)
    keep(ledger, 2, region="leg")
    assert book.sent_since(MODEL_SET, BEGIN) == [
        SentImages(ROOM1, [ImageMeasures(contrast=0.5)]),
        SentImages(replace(ROOM1, region="leg"), [ImageMeasures(contrast=0.5)]),
    ]


def test_what_is_older_and_what_other_models_measured_is_left_out(
    ledger: Ledger, book: ImageMeasureBook, clock: FakeClock
) -> None:
    keep(ledger, 1)
    assert not book.sent_since(MODEL_SET, clock.now() + timedelta(seconds=1))
    assert not book.sent_since("0" * 64, BEGIN)
    assert not book.sent_since(MODEL_SET, BEGIN, limit=0)


def test_an_image_that_two_sets_of_models_read_is_kept_for_each(
    engine: Engine, ledger: Ledger, book: ImageMeasureBook
) -> None:
    keep(ledger, 1)
    keep(ledger, 1, contrast=0.7, model_set="1" * 64)
    assert count(engine) == 2
    (found,) = book.sent_since(MODEL_SET, BEGIN)
    assert found.images == [ImageMeasures(contrast=0.5)]


def test_a_reading_without_measures_keeps_none(engine: Engine, ledger: Ledger) -> None:
    image = arrive("1", "1")
    ledger.record_instance(image)
    ledger.keep_reading(image.sha256, ReadImage(make_reading(image.sop_instance_uid, "1.2")))
    assert count(engine) == 0


def test_the_first_images_are_the_first_from_a_time_on(
    ledger: Ledger, book: ImageMeasureBook, clock: FakeClock
) -> None:
    for number in range(3):
        keep(ledger, number, contrast=number / 10)
        clock.advance(60)
    assert book.first_of(MODEL_SET, ROOM1, None, 2) == [SentImages(ROOM1, contrasts(0.0, 0.1))]
    assert book.first_of(MODEL_SET, replace(ROOM1, region=EVERY_REGION), None, 1) == [SentImages(ROOM1, contrasts(0.0))]
    assert not book.first_of(MODEL_SET, replace(ROOM1, region="leg"), None, 2)
    since = clock.now() - timedelta(seconds=90)
    assert book.first_of(MODEL_SET, ROOM1, since, 2) == [SentImages(ROOM1, contrasts(0.2))]


def test_they_go_with_the_history_of_their_study(
    engine: Engine, ledger: Ledger, tmp_path: Path, clock: FakeClock
) -> None:
    keep(ledger, 1)
    close(ledger)
    ledger.keep_answer("1.1", 1, [], findings=say("1"), recipients=[])
    assert not Purging(engine, tmp_path, clock).purge("history", "1.1").outstanding
    assert count(engine) == 0


def test_the_first_baseline_stays_until_it_is_to_be_learned_anew(book: ImageMeasureBook, clock: FakeClock) -> None:
    first = Baseline(ROOM1, MODEL_SET, 200, {"contrast": {}}, clock.now())
    book.keep_baseline(first)
    book.keep_baseline(replace(first, images=300))
    assert book.baselines() == [first]
    clock.advance(60)
    assert (book.learn_anew("ROOM2", clock.now()), book.learn_anew("ROOM1", clock.now())) == (0, 1)
    assert [(each.images, each.learned_at) for each in book.baselines()] == [(0, clock.now())]
    book.keep_baseline(replace(first, images=300))
    assert [each.images for each in book.baselines()] == [300]


@pytest.mark.sqlite
def test_the_latest_are_found_by_an_index_and_no_table_is_read_whole(engine: Engine, book: ImageMeasureBook) -> None:
    asked: list[tuple[str, object]] = []
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
    book.sent_since(MODEL_SET, BEGIN)
    statement, values = next(each for each in asked if "content" in each[0])
    with engine.connect() as connection:
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
    assert any("ix_image_measure_measured_at" in step for step in plan)
    assert not any(step.startswith(("SCAN image_measure", "SCAN instance")) for step in plan), plan
