"""The drawn ledger of `bench console` is one that the node could have written: every read model understands it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from dicom_node.bench.console_ledger import DESTINATIONS, DrawnStudy, fill
from dicom_node.ledger.database import create_tables, database_url, open_engine
from dicom_node.ledger.search import StudySearch
from dicom_node.ledger.study_entries import StudyEntries
from dicom_node.ledger.study_files import StudyFiles
from dicom_node.ledger.today import DayBook
from dicom_node.study_ports import Standing, StudyQuery

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
STUDIES = 400


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = open_engine(database_url(tmp_path_factory.mktemp("ledger")))
    create_tables(engine)
    fill(engine, STUDIES, NOW)
    yield engine
    engine.dispose()


@pytest.mark.parametrize(
    "standing", [Standing.OPEN, Standing.ANSWERED, Standing.HELD, Standing.RETRACTED, Standing.UNDELIVERED]
)
def test_there_are_studies_of_every_kind(standing: Standing, engine: Engine) -> None:
    assert StudySearch(engine).search(StudyQuery(standing=standing)).rows


def test_every_study_is_found_by_what_the_benchmark_asks_for(engine: Engine) -> None:
    some = DrawnStudy(STUDIES // 2, NOW, latest=False)
    search = StudySearch(engine).search
    for text in (some.accession_number, some.uid, some.uid[-9:]):
        assert some.uid in {row.study_instance_uid for row in search(StudyQuery(text=text)).rows}


def test_a_day_of_it_has_numbers_and_a_destination_that_is_away(engine: Engine) -> None:
    today = DayBook(engine, DESTINATIONS).today(NOW - timedelta(days=30), NOW)
    assert min(today.images, today.read, today.answered, today.latency.number, today.sending.number) > 0
    assert [each.name for each in today.destinations if each.explanation] == ["ris"]


def test_a_study_of_it_has_a_whole_history(engine: Engine, tmp_path: Path) -> None:
    file = StudyFiles(engine, tmp_path).file(DrawnStudy(100, NOW, latest=False).uid)
    assert file is not None
    kinds = {each.kind.value for each in file.happenings}
    assert kinds >= {"received", "complete", "read", "composed", "delivered", "committed"}
    assert file.findings is not None


def test_nothing_of_it_is_left_to_be_noted(engine: Engine, tmp_path: Path) -> None:
    assert StudyEntries(engine, tmp_path).note() == 0
