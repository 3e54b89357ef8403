from pathlib import Path

import pytest
from sqlalchemy import Engine, insert

from dicom_node.ledger import tables
from dicom_node.ledger.change_watch import ChangeWatch, count_waiting
from dicom_node.ledger.database import database_url, open_engine, writing


def test_what_was_committed_is_another_number(engine: Engine) -> None:
    watch = ChangeWatch(engine)
    before = watch.number()
    with writing(engine) as connection:
        connection.execute(insert(tables.meta).values(name="a", value="1"))
    assert watch.number() != before


def test_of_a_new_ledger_nothing_waits_for_a_person(engine: Engine) -> None:
    assert count_waiting(engine) == {"quarantine": 0, "dead_letters": 0}


@pytest.mark.sqlite
def test_looking_is_no_change_and_neither_is_what_somebody_takes_back(engine: Engine, tmp_path: Path) -> None:
    watch = ChangeWatch(engine)
    before = watch.number()
    count_waiting(engine)
    theirs = open_engine(database_url(tmp_path))
    with theirs.connect() as connection:
        connection.execute(insert(tables.meta).values(name="a", value="1"))
        connection.rollback()
    theirs.dispose()
    assert watch.number() == before
