from pathlib import Path

import pytest

from config.settings import Settings
from dicom_node.doctor.past_deliveries import examine_deliveries
from dicom_node.doctor.verdicts import Check, Verdict
from dicom_node.ledger.database import create_tables, database_url, open_engine
from dicom_node.ledger.ledger import Ledger
from domain.delivery import Attempt, Outcome, Receipt
from tests.fakes.answered import answer
from tests.fakes.clock import FakeClock
from tests.fakes.starts import FakeStarts

REFUSED = Attempt((Receipt("1.1.1.0", Outcome.REFUSED, "0x0122"),), "Enable this SOP class there.")


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    engine = open_engine(database_url(tmp_path))
    create_tables(engine)
    ledger = Ledger(engine, tmp_path, FakeClock(), FakeStarts())
    answer(ledger, recipients=["pacs", "ris"])
    return ledger


def examine(data: Path, name: str) -> list[Check]:
    return list(examine_deliveries(Settings.model_validate({"node": {"data": data}}), name))


def test_what_is_held_is_a_fault_with_the_words_of_the_peer(ledger: Ledger, tmp_path: Path) -> None:
    ledger.keep_attempt(ledger.delivery("1.1", 1, "pacs"), REFUSED, retry_after_seconds=None)
    (check,) = examine(tmp_path, "pacs")
    assert check.verdict is Verdict.FAULT
    assert check.meaning == "0 delivered, 0 waiting, 1 held; the longest held: Enable this SOP class there."


def test_what_waits_is_counted_and_no_fault(ledger: Ledger, tmp_path: Path) -> None:
    (check,) = examine(tmp_path, "ris")
    assert (check.verdict, check.meaning) == (Verdict.GOOD, "0 delivered, 1 waiting, 0 held")


def test_a_destination_that_nothing_went_to_and_a_folder_without_a_ledger_say_nothing(
    ledger: Ledger, tmp_path: Path
) -> None:
    assert examine(tmp_path, "archive") == []
    assert examine(tmp_path / "elsewhere", "pacs") == []
