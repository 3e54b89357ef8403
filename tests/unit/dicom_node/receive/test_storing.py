"""One C-STORE request, from the file that arrived to its outcome."""

from dataclasses import replace
from pathlib import Path

import pytest
from pydicom.uid import (
    DigitalXRayImageStorageForPresentation,
    DigitalXRayImageStorageForProcessing,
    ExplicitVRLittleEndian,
)

from dicom_node.ports import Recorded
from dicom_node.receive.incoming import IncomingDataSet, Spool
from dicom_node.receive.shelf import Shelf
from dicom_node.receive.statuses import ANSWERS, Outcome
from dicom_node.receive.storing import StoreRequest, Storing
from domain.errors import LedgerError, LedgerFull
from domain.instance import ReceivedInstance
from domain.tier import Tier
from tests.fakes.clock import FakeClock
from tests.fakes.instance_ledger import FakeInstanceLedger
from tests.fakes.radiographs import encode_data_set, make_radiograph, read_data_set_bytes


class Bench:
    """Everything around one `Storing`."""

    def __init__(self, folder: Path, ledger: FakeInstanceLedger | None = None) -> None:
        self.folder, self.ledger, self.clock = folder, ledger or FakeInstanceLedger(), FakeClock()
        self.arrived: list[IncomingDataSet] = []
        self.shelf = Shelf(folder)
        self.shelf.prepare()
        self.spool = Spool(self.shelf.incoming, most_bytes=1 << 20, free_bytes=0)
        self.storing = Storing(
            self.shelf,
            self.ledger,
            self.clock,
            most_bytes=1 << 20,
            tier_of=lambda calling, called: {("MOD1", "OSTEONODE"): Tier.TYPES}[calling, called],
        )

    def store(self, data: bytes, request: StoreRequest) -> Outcome:
        incoming = IncomingDataSet(self.spool, lambda: b"\0" * 128 + b"DICM\2\0\0\0UL\4\0\0\0\0\0")
        incoming.write(data)
        self.arrived.append(incoming)  # so that no collector tidies up what the code forgot
        return self.storing.store(request, incoming)

    @property
    def files(self) -> dict[str, int]:
        folders = ("incoming", "instances", "quarantine")
        return {name: sum(path.is_file() for path in (self.folder / name).rglob("*")) for name in folders}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def make_request(seed: int = 0) -> StoreRequest:
    ds = make_radiograph(seed)
    return StoreRequest(ds.SOPClassUID, ds.SOPInstanceUID, ds.SOPClassUID, ExplicitVRLittleEndian, "MOD1", "OSTEONODE")


def test_a_whole_instance_is_kept_verbatim_and_recorded(bench: Bench) -> None:
    ds = make_radiograph()
    data = encode_data_set(ds)
    assert bench.store(data, make_request()) is Outcome.STORED
    (instance,) = bench.ledger.instances.values()
    assert read_data_set_bytes(instance.path) == data
    assert (instance.study_instance_uid, instance.size_bytes) == (ds.StudyInstanceUID, len(data))
    assert instance.tier is Tier.TYPES  # of MOD1
    assert instance.received_at == bench.clock.now()
    assert bench.files == {"incoming": 0, "instances": 1, "quarantine": 0}


class LookingLedger(FakeInstanceLedger):
    """Notes what lies in the file at the moment it is recorded."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[bytes] = []

    def record_instance(self, instance: ReceivedInstance) -> Recorded:
        self.seen.append(read_data_set_bytes(instance.path))
        return super().record_instance(instance)


def test_the_file_is_in_its_final_place_before_it_is_recorded(tmp_path: Path) -> None:
    bench = Bench(tmp_path, ledger := LookingLedger())
    bench.store(encode_data_set(make_radiograph()), make_request())
    assert ledger.seen == [encode_data_set(make_radiograph())]


def test_the_same_bytes_again_are_one_file_and_one_record(bench: Bench) -> None:
    data = encode_data_set(make_radiograph())
    assert [bench.store(data, make_request()) for _ in range(3)] == [
        Outcome.STORED,
        Outcome.DUPLICATE,
        Outcome.DUPLICATE,
    ]
    assert bench.files == {"incoming": 0, "instances": 1, "quarantine": 0}


def test_other_bytes_under_a_known_uid_are_put_aside_and_the_first_is_untouched(bench: Bench) -> None:
    first = encode_data_set(make_radiograph())
    bench.store(first, make_request())
    second = encode_data_set(make_radiograph(PatientID="SOMEBODY-ELSE"))
    assert bench.store(second, make_request()) is Outcome.CONFLICT
    (instance,), (aside,) = bench.ledger.instances.values(), bench.ledger.put_aside
    assert read_data_set_bytes(instance.path) == first
    assert read_data_set_bytes(aside.path) == second
    assert aside.reason_code == "CONFLICTING-DUPLICATE"
    assert bench.files == {"incoming": 0, "instances": 1, "quarantine": 1}


def test_our_own_result_that_comes_back_is_acknowledged_and_dropped(tmp_path: Path) -> None:
    own = FakeInstanceLedger(own_results=frozenset({str(make_radiograph().SOPInstanceUID)}))
    bench = Bench(tmp_path, own)
    assert bench.store(encode_data_set(make_radiograph()), make_request()) is Outcome.OWN_RESULT
    assert ANSWERS[Outcome.OWN_RESULT].status == 0x0000
    assert bench.files == {"incoming": 0, "instances": 0, "quarantine": 0}


@pytest.mark.parametrize(
    ("failure", "outcome"),
    [
        (LedgerFull("full"), Outcome.LEDGER_FULL),
        (LedgerError("down"), Outcome.LEDGER_FAILED),
        (OSError(28, "No space left on device"), Outcome.DISK_FAILED),
    ],
)
def test_what_could_not_be_recorded_is_not_acknowledged_and_passes_when_sent_again(
    bench: Bench, failure: Exception, outcome: Outcome
) -> None:
    data = encode_data_set(make_radiograph())
    bench.ledger.failure = failure
    assert bench.store(data, make_request()) is outcome
    assert bench.files["incoming"] == 0
    bench.ledger.failure = None
    assert bench.store(data, make_request()) is Outcome.STORED
    assert bench.files == {"incoming": 0, "instances": 1, "quarantine": 0}


def test_a_failing_ledger_never_takes_away_a_copy_that_was_acknowledged(bench: Bench) -> None:
    data = encode_data_set(make_radiograph())
    bench.store(data, make_request())
    bench.ledger.failure = LedgerError("down")
    bench.store(data, make_request())
    (instance,) = bench.ledger.instances.values()
    assert read_data_set_bytes(instance.path) == data


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"sop_class_uid": DigitalXRayImageStorageForPresentation}, Outcome.CLASS_CONTRADICTION),
        ({"abstract_syntax_uid": DigitalXRayImageStorageForProcessing}, Outcome.CLASS_CONTRADICTION),
        ({"sop_instance_uid": "1.2.3"}, Outcome.INSTANCE_CONTRADICTION),
        ({"sop_instance_uid": "../../../tmp/x"}, Outcome.INSTANCE_CONTRADICTION),
    ],
)
def test_a_data_set_that_contradicts_its_request_is_put_aside(
    bench: Bench, change: dict[str, str], outcome: Outcome
) -> None:
    data = encode_data_set(make_radiograph())
    assert bench.store(data, replace(make_request(), **change)) is outcome
    (aside,) = bench.ledger.put_aside
    assert (aside.reason_code, aside.calling_ae_title) == (outcome.value, "MOD1")
    assert aside.path.parent == bench.shelf.quarantine
    assert bench.ledger.instances == {}
    assert bench.files == {"incoming": 0, "instances": 0, "quarantine": 1}


def test_a_damaged_data_set_is_kept_once_however_often_it_comes(bench: Bench) -> None:
    data = encode_data_set(make_radiograph())[:-100]
    outcomes = [bench.store(data, make_request()) for _ in range(3)]
    assert outcomes == [Outcome.TRUNCATED] * 3
    assert read_data_set_bytes(bench.ledger.put_aside[0].path) == data
    assert bench.files == {"incoming": 0, "instances": 0, "quarantine": 1}


def test_a_request_without_data_set_is_refused_and_nothing_is_put_aside(bench: Bench) -> None:
    incoming = IncomingDataSet(bench.spool, lambda: b"")
    assert bench.storing.store(make_request(), incoming) is Outcome.UNPARSABLE
    assert bench.ledger.put_aside == []


def test_a_quarantine_that_fails_does_not_change_the_answer(bench: Bench) -> None:
    bench.shelf.quarantine.rmdir()
    data = encode_data_set(make_radiograph())[:-100]
    assert bench.store(data, make_request()) is Outcome.TRUNCATED
    assert list(bench.shelf.incoming.iterdir()) == []


def test_a_conflict_that_cannot_be_put_aside_leaves_the_copy_with_the_sender(bench: Bench) -> None:
    bench.store(encode_data_set(make_radiograph()), make_request())
    bench.shelf.quarantine.rmdir()
    second = encode_data_set(make_radiograph(PatientID="SOMEBODY-ELSE"))
    assert bench.store(second, make_request()) is Outcome.DISK_FAILED
