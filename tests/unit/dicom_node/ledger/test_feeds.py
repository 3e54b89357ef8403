"""Which studies a source is to be told of; the rest of the port is in the contract suite."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert

from dicom_node.ledger import tables
from dicom_node.ledger.feeds import Feeds
from domain.delivery import DeliveryState
from domain.study import StudyState
from tests.fakes.arrivals import BEGIN
from tests.fakes.clock import FakeClock

UID = "1.2.3"
Answer = Callable[..., None]


@pytest.fixture
def feeds(engine: Engine, clock: FakeClock) -> Feeds:
    feeds = Feeds(engine, clock)
    feeds.note_study("ward", "s", UID)
    return feeds


def keep(engine: Engine, version: int, state: StudyState, **deliveries: DeliveryState) -> None:
    """Keep a version of the study and its deliveries."""
    key = {"study_instance_uid": UID, "version": version}
    with engine.begin() as connection:
        times = {"first_arrival_at": BEGIN, "last_arrival_at": BEGIN}
        connection.execute(insert(tables.study).values(key | times | {"state": state}))
        for destination, delivery in deliveries.items():
            connection.execute(insert(tables.delivery).values(key | {"destination": destination, "state": delivery}))


def told(feeds: Feeds) -> list[tuple[int, bool]]:
    return [(study.version, study.is_answered) for study in feeds.studies_to_mark("ward")]


@pytest.mark.parametrize("state", [StudyState.OPEN, StudyState.COMPLETE, StudyState.HELD])
def test_a_study_without_an_answer_is_not_answered(engine: Engine, feeds: Feeds, state: StudyState) -> None:
    keep(engine, 1, state)
    assert told(feeds) == []


def test_without_destinations_an_answer_is_enough(engine: Engine, feeds: Feeds) -> None:
    keep(engine, 1, StudyState.ANSWERED)
    assert told(feeds) == [(1, True)]
    assert list(feeds.studies_to_mark("another")) == []


@pytest.mark.parametrize(
    ("ris", "answered"),
    [(DeliveryState.DELIVERED, [(1, True)]), (DeliveryState.WAITING, []), (DeliveryState.HELD, [])],
)
def test_every_destination_must_have_the_answer(
    engine: Engine, feeds: Feeds, ris: DeliveryState, answered: list[tuple[int, bool]]
) -> None:
    keep(engine, 1, StudyState.ANSWERED, pacs=DeliveryState.DELIVERED, ris=ris)
    assert told(feeds) == answered


def test_what_was_told_is_told_once_until_a_later_version_opens(engine: Engine, feeds: Feeds) -> None:
    keep(engine, 1, StudyState.ANSWERED)
    (study,) = feeds.studies_to_mark("ward")
    feeds.keep_mark(study, 1)
    assert told(feeds) == []
    keep(engine, 2, StudyState.OPEN)
    (study,) = feeds.studies_to_mark("ward")
    assert (study.version, study.is_answered, study.marked_version) == (2, False, 1)
    feeds.keep_mark(study, 0)
    assert told(feeds) == []


def test_an_earlier_ledger_gets_the_tables(engine: Engine, tmp_path: Path) -> None:
    assert {"feed", "feed_item", "feed_study"} <= set(tables.metadata.tables)
