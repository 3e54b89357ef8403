"""Taking in what was put aside."""

from pathlib import Path

import pytest

from dicom_node.receive.door import Origin
from dicom_node.receive.part10 import encode_head
from dicom_node.receive.quarantine import Quarantine
from dicom_node.receive.statuses import Outcome
from domain.errors import InterventionRefused, LedgerError
from tests.fakes.clock import FakeClock
from tests.fakes.door import DoorBench
from tests.fakes.instance_ledger import FakeInstanceLedger
from tests.fakes.quarantine_ledger import FakeQuarantineLedger
from tests.fakes.radiographs import encode_data_set, make_radiograph, read_data_set_bytes


class Ward:
    """A door, its quarantine, and one way to fill it."""

    def __init__(self, folder: Path) -> None:
        self.bench = DoorBench(folder, FakeInstanceLedger())
        self.book = FakeQuarantineLedger(self.bench.ledger)
        self.quarantine = Quarantine(folder / "quarantine", lambda _called: self.bench.door, self.book, FakeClock())

    def put_aside(self, data: bytes, reason_code: str = "NOT-RECORDED") -> int:
        """Put a Part 10 file aside for a reason that an update has done away with; return its number."""
        ds = make_radiograph()
        head = encode_head(
            sop_class_uid=ds.SOPClassUID,
            sop_instance_uid=ds.SOPInstanceUID,
            transfer_syntax_uid="1.2.840.10008.1.2.1",
            calling_ae_title="MOD1",
            called_ae_title="TRAUMA",
        )
        path = self.bench.folder / "quarantine" / f"old.{reason_code.lower()}.dcm"
        path.write_bytes(head + data)
        self.bench.ledger.quarantine(
            path, reason_code=reason_code, reason="", calling_ae_title="MOD1", called_ae_title="TRAUMA"
        )
        return self.book.files()[0].number


@pytest.fixture
def ward(tmp_path: Path) -> Ward:
    return Ward(tmp_path)


def test_a_file_that_passes_now_is_taken_in_byte_for_byte_and_leaves_quarantine(ward: Ward) -> None:
    data = encode_data_set(make_radiograph())
    retried = ward.quarantine.retry(ward.put_aside(data))
    assert (retried.outcome, retried.taken_in) == (Outcome.STORED, True)
    (instance,) = ward.bench.ledger.instances.values()
    assert read_data_set_bytes(instance.path) == data
    assert (instance.calling_ae_title, instance.called_ae_title) == ("MOD1", "TRAUMA")
    assert list(ward.book.files()) == list((ward.bench.folder / "quarantine").glob("*.dcm")) == []


def test_a_file_that_is_here_already_only_leaves_quarantine(ward: Ward) -> None:
    data = encode_data_set(make_radiograph())
    ward.quarantine.retry(ward.put_aside(data))
    retried = ward.quarantine.retry(ward.put_aside(data))
    assert (retried.outcome, retried.taken_in) == (Outcome.DUPLICATE, True)
    assert ward.bench.files == {"incoming": 0, "instances": 1, "quarantine": 1}  # the lock


def test_a_file_that_is_still_refused_stays_once_with_the_reason_of_now(ward: Ward) -> None:
    number = ward.put_aside(encode_data_set(make_radiograph())[:-100])
    retried = ward.quarantine.retry(number)
    assert (retried.outcome, retried.taken_in) == (Outcome.TRUNCATED, False)
    (file,) = ward.book.files()
    assert (file.reason_code, file.path.is_file()) == ("TRUNCATED-DATA-SET", True)
    assert ward.quarantine.retry(file.number).outcome is Outcome.TRUNCATED  # and again: the same one file
    assert [each.number for each in ward.book.files()] == [file.number]
    assert len(list((ward.bench.folder / "quarantine").glob("*.dcm"))) == 1


def test_a_second_image_of_a_known_uid_stays_a_conflict(ward: Ward) -> None:
    ward.quarantine.retry(ward.put_aside(encode_data_set(make_radiograph())))
    for _ in range(2):
        number = ward.put_aside(encode_data_set(make_radiograph(PatientID="ELSEWHERE-4712")))
        assert ward.quarantine.retry(number).taken_in is False
        (file,) = ward.book.files()
        assert (file.reason_code, file.path.is_file()) == ("CONFLICTING-DUPLICATE", True)


def test_a_file_stays_where_the_ledger_fails_meanwhile(tmp_path: Path) -> None:
    ward = Ward(tmp_path)
    number = ward.put_aside(encode_data_set(make_radiograph()))
    ward.bench.ledger.failure = LedgerError("out of order")
    assert ward.quarantine.retry(number).outcome is Outcome.LEDGER_FAILED
    assert ward.book.files()[0].path.is_file()
    ward.bench.ledger.failure = None
    assert ward.quarantine.retry(number).taken_in


def test_a_file_that_was_no_dicom_file_is_kept_as_it_came(ward: Ward) -> None:
    incoming = ward.bench.door.open(Origin("MOD1", "OSTEONODE"))
    incoming.write(b"GET / HTTP/1.1")
    assert incoming.finish().outcome is Outcome.NOT_PART10
    assert ward.quarantine.retry(1).outcome is Outcome.NOT_PART10
    (file,) = ward.book.files()
    assert file.path.read_bytes() == b"GET / HTTP/1.1"


def test_discarding_removes_the_file_and_the_row(ward: Ward) -> None:
    number = ward.put_aside(b"x")
    ward.quarantine.discard(number)
    assert list(ward.book.files()) == []
    assert list((ward.bench.folder / "quarantine").glob("*.dcm")) == []


def test_who_removes_a_file_and_why_is_kept(ward: Ward) -> None:
    number = ward.put_aside(b"x")
    ward.quarantine.discard(number, "a test picture of the vendor", "night shift")
    (discarded,) = ward.book.discarded()
    assert (discarded.number, discarded.reason, discarded.by) == (number, "a test picture of the vendor", "night shift")
    assert list((ward.bench.folder / "quarantine").glob("*.dcm")) == []


def test_a_reason_that_cannot_be_kept_removes_nothing(ward: Ward) -> None:
    number = ward.put_aside(b"x")
    with pytest.raises(ValueError, match="reason is one line"):
        ward.quarantine.discard(number, "two\nlines")
    assert [file.path.is_file() for file in ward.book.files()] == [True]


def test_what_is_not_there_is_told_with_the_next_step(ward: Ward) -> None:
    with pytest.raises(InterventionRefused, match="number 7"):
        ward.quarantine.retry(7)
    number = ward.put_aside(b"x")
    ward.book.files()[0].path.unlink()
    with pytest.raises(InterventionRefused, match=f"discard {number}"):
        ward.quarantine.retry(number)
    ward.quarantine.discard(number)
