from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from dicom_node.challenger_ports import ChallengeState, Pairing
from dicom_node.ledger.challenger_tables import challenge
from dicom_node.ledger.challenges import ChallengeBook
from dicom_node.ledger.database import looking
from dicom_node.ledger.ledger import Ledger
from dicom_node.ledger.purging import Purging
from dicom_node.ports import ReadImage
from domain.comparison import is_in_share
from domain.shadow import NODE, Shadow
from tests.fakes.answered import answer, close, make_document, say
from tests.fakes.arrivals import BEGIN, arrive
from tests.fakes.challengers import PAIRING, deny
from tests.fakes.clock import FakeClock
from tests.fakes.light_reader import make_reading


@pytest.fixture
def book(engine: Engine, tmp_path: Path, clock: FakeClock) -> ChallengeBook:
    """Give the book of a challenger that has come just now."""
    book = ChallengeBook(engine, tmp_path, clock)
    book.take_up(PAIRING, 1.0)
    return book


def read_and_answer(ledger: Ledger, study: str = "1", version: int = 1, *, image: str = "1") -> None:
    """Let an image arrive, be read by the champion, and be answered."""
    arrived = arrive(study, image, seconds=version)
    ledger.keep_reading(arrived.sha256, ReadImage(make_reading(arrived.sop_instance_uid, "1.2")))
    answer(ledger, study, version, image=image, recipients=())


def waiting(engine: Engine) -> list[str]:
    with looking(engine) as connection:
        return list(connection.execute(select(challenge.c.sop_instance_uid).order_by("sop_instance_uid")).scalars())


def test_what_was_answered_before_the_challenger_came_is_not_read(
    engine: Engine, ledger: Ledger, clock: FakeClock, tmp_path: Path
) -> None:
    read_and_answer(ledger)
    clock.advance(1)
    assert ChallengeBook(engine, tmp_path, clock).take_up(PAIRING, 1.0) == 0


def test_what_was_answered_between_the_start_and_the_first_look_is_read(
    engine: Engine, ledger: Ledger, clock: FakeClock, tmp_path: Path
) -> None:
    book = ChallengeBook(engine, tmp_path, clock)
    clock.advance(1)
    read_and_answer(ledger)
    clock.advance(5)
    assert book.take_up(PAIRING, 1.0) == 1


def test_an_image_of_two_answers_is_read_once(book: ChallengeBook, engine: Engine, ledger: Ledger) -> None:
    read_and_answer(ledger)
    read_and_answer(ledger, version=2, image="2")
    assert book.take_up(PAIRING, 1.0) == 2
    assert book.take_up(PAIRING, 1.0) == 0
    assert waiting(engine) == ["1.1.1.1", "1.1.1.2"]


def test_a_share_is_always_the_same_and_no_image_outside_stops_those_inside(
    book: ChallengeBook, engine: Engine, ledger: Ledger
) -> None:
    for study in range(12):
        read_and_answer(ledger, str(study))
    wanted = [f"1.{study}.1.1" for study in range(12) if is_in_share(f"1.{study}.1.1", 0.5)]
    assert 0 < len(wanted) < 12
    assert book.take_up(PAIRING, 0.5) == len(wanted)
    assert book.take_up(PAIRING, 0.5) == 0
    assert waiting(engine) == sorted(wanted)


def test_what_was_answered_in_shadow_mode_is_read_too(book: ChallengeBook, ledger: Ledger) -> None:
    arrived = arrive("1", "1")
    ledger.keep_reading(arrived.sha256, ReadImage(make_reading(arrived.sop_instance_uid, "1.2")))
    ledger.record_instance(arrived)
    close(ledger)
    ledger.keep_answer("1.1", 1, [make_document("1")], findings=say("1"), recipients=(), shadow=Shadow(NODE))
    assert book.take_up(PAIRING, 1.0) == 1


def test_other_models_read_the_same_image_again(book: ChallengeBook, ledger: Ledger) -> None:
    other = Pairing(PAIRING.champion, "e" * 64)
    book.take_up(other, 1.0)
    read_and_answer(ledger)
    assert (book.take_up(PAIRING, 1.0), book.take_up(other, 1.0)) == (1, 1)


def test_after_a_restart_it_goes_on_where_it_was(
    book: ChallengeBook, engine: Engine, ledger: Ledger, clock: FakeClock, tmp_path: Path
) -> None:
    read_and_answer(ledger, "1")
    book.take_up(PAIRING, 1.0)
    clock.advance(3600)
    read_and_answer(ledger, "2")
    clock.advance(60)
    assert ChallengeBook(engine, tmp_path, clock).take_up(PAIRING, 1.0) == 1


def test_pixels_that_were_purged_are_not_asked_for(book: ChallengeBook, engine: Engine, ledger: Ledger) -> None:
    read_and_answer(ledger)
    book.take_up(PAIRING, 1.0)
    Purging(engine, Path("/data"), FakeClock()).purge("images", "1.1")
    image = book.next(PAIRING)
    assert image is not None
    assert image.path is None


def test_with_the_history_of_a_study_goes_what_the_challenger_said_of_it(
    book: ChallengeBook, engine: Engine, ledger: Ledger
) -> None:
    read_and_answer(ledger)
    book.take_up(PAIRING, 1.0)
    image = book.next(PAIRING)
    assert image is not None
    Purging(engine, Path("/data"), FakeClock()).purge("history", "1.1")
    assert waiting(engine) == []
    book.keep(PAIRING, image, deny(make_reading("1.1.1.1", "1.2")))  # it was being read meanwhile
    assert waiting(engine) == []


def test_only_images_of_the_time_that_is_asked_for_are_compared(
    book: ChallengeBook, ledger: Ledger, clock: FakeClock
) -> None:
    read_and_answer(ledger)
    book.take_up(PAIRING, 1.0)
    assert book.challenged(PAIRING, BEGIN).states == {ChallengeState.WAITING: 1}
    assert book.challenged(PAIRING, clock.now() + timedelta(days=1)).states == {}


def test_a_study_of_which_an_image_was_not_read_is_not_whole(book: ChallengeBook, ledger: Ledger) -> None:
    read_and_answer(ledger)
    read_and_answer(ledger, version=2, image="2")
    book.take_up(PAIRING, 1.0)
    for partly in ({"1.1"}, set[str]()):
        image = book.next(PAIRING)
        assert image is not None
        book.keep(PAIRING, image, deny(make_reading(image.sop_instance_uid, "1.2")))
        assert book.challenged(PAIRING, BEGIN).partly == partly
