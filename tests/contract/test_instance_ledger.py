"""What receiving may rely on, of the real ledger and of its fake."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from dicom_node.ledger.database import create_tables, database_url, open_engine
from dicom_node.ledger.ledger import Ledger
from dicom_node.ports import InstanceLedger, Recorded
from tests.fakes.arrivals import arrive
from tests.fakes.clock import FakeClock
from tests.fakes.instance_ledger import FakeInstanceLedger
from tests.fakes.starts import FakeStarts


@pytest.fixture(params=["ledger", "fake"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[InstanceLedger]:
    if request.param == "fake":
        yield FakeInstanceLedger()
        return
    engine = open_engine(database_url(tmp_path))
    create_tables(engine)
    yield Ledger(engine, tmp_path, FakeClock(), FakeStarts())
    engine.dispose()


def test_the_first_instance_of_a_uid_is_new(ledger: InstanceLedger) -> None:
    assert ledger.record_instance(arrive("1", "1")) is Recorded.NEW
    assert ledger.record_instance(arrive("1", "2")) is Recorded.NEW


def test_the_same_bytes_under_the_same_uid_are_a_duplicate_however_often(ledger: InstanceLedger) -> None:
    ledger.record_instance(arrive("1", "1"))
    again = [ledger.record_instance(arrive("1", "1", seconds=seconds)) for seconds in (1, 2)]
    assert again == [Recorded.DUPLICATE, Recorded.DUPLICATE]


def test_other_bytes_under_the_same_uid_are_a_conflict_and_the_first_stay(ledger: InstanceLedger) -> None:
    ledger.record_instance(arrive("1", "1"))
    assert ledger.record_instance(arrive("1", "1", content="other")) is Recorded.CONFLICT
    assert ledger.record_instance(arrive("1", "1")) is Recorded.DUPLICATE


def test_a_uid_is_known_whatever_study_it_comes_in(ledger: InstanceLedger) -> None:
    ledger.record_instance(arrive("1", "1"))
    stray = dataclasses.replace(arrive("2", "1"), sop_instance_uid="1.1.1.1")
    assert ledger.record_instance(stray) is Recorded.CONFLICT


def test_a_file_can_be_put_aside_although_nothing_is_known_of_it(ledger: InstanceLedger) -> None:
    ledger.quarantine(Path("/data/x.dcm"), reason_code="not-dicom", reason="No DICOM.", calling_ae_title="MODALITY")
