"""What a person who looks after quarantine may rely on, of the real ledger and of its fake."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from dicom_node.ledger.database import create_tables, database_url, open_engine
from dicom_node.ledger.ledger import Ledger
from dicom_node.ledger.quarantine import QuarantineBook
from dicom_node.ports import InstanceLedger
from dicom_node.quarantine_ports import DiscardedFile, QuarantineLedger
from tests.fakes.arrivals import arrive
from tests.fakes.clock import FakeClock
from tests.fakes.instance_ledger import FakeInstanceLedger
from tests.fakes.quarantine_ledger import FakeQuarantineLedger
from tests.fakes.starts import FakeStarts


@dataclass(frozen=True)
class Books:
    data: Path
    instances: InstanceLedger
    quarantine: QuarantineLedger

    def put_aside(self, name: str, reason_code: str = "UID-MISSING") -> Path:
        path = self.data / "quarantine" / name
        self.instances.quarantine(
            path, reason_code=reason_code, reason="No UID.", calling_ae_title="MOD1", called_ae_title="TRAUMA"
        )
        return path


@pytest.fixture(params=["ledger", "fake"])
def books(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Books]:
    if request.param == "fake":
        fake = FakeInstanceLedger()
        yield Books(tmp_path, fake, FakeQuarantineLedger(fake))
        return
    engine = open_engine(database_url(tmp_path))
    create_tables(engine)
    yield Books(tmp_path, Ledger(engine, tmp_path, FakeClock(), FakeStarts()), QuarantineBook(engine, tmp_path))
    engine.dispose()


def test_a_file_is_found_by_its_number_with_both_titles(books: Books) -> None:
    path = books.put_aside("a.dcm")
    (file,) = books.quarantine.files()
    assert books.quarantine.find(file.number) == file
    assert (file.path, file.reason_code, file.calling_ae_title, file.called_ae_title) == (
        path,
        "UID-MISSING",
        "MOD1",
        "TRAUMA",
    )


def test_what_comes_again_is_one_file_that_came_twice(books: Books) -> None:
    for _ in range(2):
        books.put_aside("a.dcm")
    books.put_aside("b.dcm")
    assert [file.times for file in books.quarantine.files()] == [1, 2]  # the newest first


def test_a_settled_file_is_forgotten_and_its_number_finds_nothing(books: Books) -> None:
    books.put_aside("a.dcm")
    (file,) = books.quarantine.files()
    books.quarantine.settle(file.number)
    assert books.quarantine.files() == []
    assert books.quarantine.find(file.number) is None
    books.put_aside("b.dcm")
    assert books.quarantine.files()[0].number > file.number  # a number never names another file


def test_who_gave_a_file_up_and_why_is_kept_once(books: Books) -> None:
    books.put_aside("a.dcm")
    (file,) = books.quarantine.files()
    discarded = DiscardedFile(file.number, file.reason_code, "MOD1", FakeClock().now(), "a test picture", "night shift")
    for _ in range(2):  # two persons at the same time: the first has said why
        books.quarantine.give_up(discarded)
    assert (list(books.quarantine.files()), list(books.quarantine.discarded())) == ([], [discarded])


def test_files_without_a_row_are_told_from_those_with_one(books: Books) -> None:
    known = replace(arrive("1", "1"), path=books.data / "instances" / "1.1.1.1.0123456789abcdef.dcm")
    books.instances.record_instance(known)
    stray = known.path.with_name("1.1.1.9.0123456789abcdef.dcm")
    assert books.quarantine.unrecorded([known.path, stray]) == {stray}
    listed = books.put_aside("a.dcm")
    unlisted = listed.with_name("b.dcm")
    assert books.quarantine.unlisted([listed, unlisted]) == {unlisted}
