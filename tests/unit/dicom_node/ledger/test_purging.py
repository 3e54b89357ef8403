"""What purging asks of the database; what it removes: tests/unit/dicom_node/pipeline/test_retaining.py."""

from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event

from dicom_node.ledger.database import looking
from dicom_node.ledger.ledger import Ledger
from dicom_node.ledger.purging import KINDS, Purging
from domain.delivery import Attempt, Outcome, Receipt
from tests.fakes.answered import answer
from tests.fakes.clock import FakeClock

TAKEN = Attempt((Receipt("1.1.1.0", Outcome.DELIVERED, "0x0000 Success"),))
#: Few of their rows wait, or are there at all, however many studies there are; and what is no table.
SHORT = {"awaited_reading", "explanation", "retrieval", "(subquery-1)", "CONSTANT"}


def plan(connection: Connection, question: str) -> list[str]:
    values = (None,) * question.count("?")
    return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {question}", values)]


@pytest.mark.sqlite
def test_purging_a_study_reads_no_row_of_another(
    engine: Engine, tmp_path: Path, ledger: Ledger, clock: FakeClock
) -> None:
    answer(ledger)
    ledger.keep_attempt(ledger.delivery("1.1", 1, "pacs"), TAKEN, retry_after_seconds=None)
    purging, asked = Purging(engine, tmp_path, clock, committing=["elsewhere"]), list[str]()
    event.listen(engine, "before_cursor_execute", lambda _c, _cursor, statement, *_: asked.append(statement))
    for kind in KINDS:
        assert purging.purge(kind, "1.1").outstanding == ()
    with looking(engine) as connection:
        plans = {
            step
            for each in set(asked)
            if each.startswith(("SELECT", "UPDATE", "DELETE"))
            for step in plan(connection, each)
            if step.split()[1] not in SHORT
        }
    assert plans
    wide = {step for step in plans if step.startswith("SCAN") or "state=?" in step or "delivery_by" in step}
    assert wide == set()
