from pathlib import Path

from sqlalchemy import insert

from dicom_node.ledger import tables
from dicom_node.ledger.change_watch import ChangeWatch, count_waiting
from dicom_node.ledger.database import create_tables, database_url, open_engine, writing


def test_what_somebody_commits_is_another_number_and_looking_is_none(tmp_path: Path) -> None:
    ours, theirs = (open_engine(database_url(tmp_path)) for _ in range(2))
    create_tables(ours)
    watch = ChangeWatch(ours)
    before = watch.number()
    assert count_waiting(ours) == {"quarantine": 0, "dead_letters": 0}
    assert watch.number() == before
    for engine in (theirs, ours):  # the console's own process writes, too
        with writing(engine) as connection:
            connection.execute(insert(tables.meta).values(name=f"by {id(engine)}", value="1"))
        assert watch.number() != before
        before = watch.number()


def test_a_change_that_is_not_committed_is_none(tmp_path: Path) -> None:
    ours, theirs = (open_engine(database_url(tmp_path)) for _ in range(2))
    create_tables(ours)
    watch = ChangeWatch(ours)
    before = watch.number()
    with theirs.connect() as connection:
        connection.execute(insert(tables.meta).values(name="a", value="1"))
        connection.rollback()
    assert watch.number() == before
