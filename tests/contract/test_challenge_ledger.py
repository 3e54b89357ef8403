"""What every implementation of ChallengeLedger and ComparedReadings must do: the ledger, and its fake."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest

from dicom_node.challenger_ports import ChallengeLedger, ChallengeState, ComparedReadings, WaitingImage
from dicom_node.ledger.challenges import ChallengeBook
from dicom_node.ledger.database import create_tables, database_url, open_engine
from dicom_node.ledger.ledger import Ledger
from dicom_node.ports import ReadImage
from domain.comparison import Said
from tests.fakes.answered import answer
from tests.fakes.arrivals import BEGIN, arrive
from tests.fakes.challengers import PAIRING, FakeChallenges, deny
from tests.fakes.clock import FakeClock
from tests.fakes.light_reader import failed_reading, make_reading
from tests.fakes.starts import FakeStarts

READING = make_reading("1.1.1.1", "1.2")


class Both(ChallengeLedger, ComparedReadings, Protocol):
    """Both ports."""


def of_ledger(folder: Path) -> Iterator[Both]:
    engine, clock = open_engine(database_url(folder)), FakeClock()
    create_tables(engine)
    book = ChallengeBook(engine, folder, clock)
    book.take_up(PAIRING, 1.0)
    ledger, image = Ledger(engine, folder, clock, FakeStarts()), arrive("1", "1", seconds=1)
    ledger.keep_reading(image.sha256, ReadImage(READING))
    answer(ledger)
    yield book
    engine.dispose()


def of_fake(folder: Path) -> Iterator[Both]:
    yield FakeChallenges({WaitingImage("1.1.1.1", "ab", folder / "image.dcm"): Said.of(READING)})


@pytest.fixture(params=[of_ledger, of_fake])
def book(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Both]:
    """Give a book of a node that has answered one image since the challenger came."""
    make: Callable[[Path], Iterator[Both]] = request.param
    yield from make(tmp_path)


def take(book: Both) -> WaitingImage:
    assert book.take_up(PAIRING, 1.0) == 1
    image = book.next(PAIRING)
    assert image is not None
    return image


def test_an_image_waits_once_and_both_words_on_it_are_kept(book: Both) -> None:
    image = take(book)
    assert image.sop_instance_uid == "1.1.1.1"
    book.keep(PAIRING, image, deny(READING))
    assert book.take_up(PAIRING, 1.0) == 0
    assert book.next(PAIRING) is None
    (found,) = book.challenged(PAIRING, BEGIN).images
    assert (found.champion, found.challenger) == (Said.of(READING), Said.of(deny(READING)))
    assert book.pairings() == [PAIRING]


def test_a_reading_that_failed_is_told_with_its_reason(book: Both) -> None:
    book.keep(PAIRING, take(book), failed_reading("1.1.1.1", "1.2", "reader-crashed"))
    kept = book.challenged(PAIRING, BEGIN)
    assert kept.states == {ChallengeState.FAILED: 1}
    assert (kept.images[0].challenger.statement, kept.images[0].challenger.reason) == (None, "reader-crashed")


def test_an_image_whose_pixels_are_gone_is_counted_and_compared_with_nothing(book: Both) -> None:
    book.keep(PAIRING, take(book), None)
    kept = book.challenged(PAIRING, BEGIN)
    assert (kept.images, kept.states) == ([], {ChallengeState.GONE: 1})


def test_nothing_is_kept_of_an_image_that_is_not_there(book: Both) -> None:
    book.keep(PAIRING, WaitingImage("9.9", "cd", None), None)
    assert book.challenged(PAIRING, BEGIN).states == {}
