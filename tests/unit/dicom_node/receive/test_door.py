"""Files that come through the door: the same checks and the same durability as over an association."""

import logging
from pathlib import Path

import pytest
from pydicom import Dataset, dcmread
from pydicom.uid import (
    CTImageStorage,
    DeflatedExplicitVRLittleEndian,
    DigitalXRayImageStorageForPresentation,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGExtended12Bit,
)

from config.image_classes import ImageClass, uids_of
from dicom_node.receive.door import Origin, Passage, sweep
from dicom_node.receive.part10 import encode_head
from dicom_node.receive.statuses import Outcome
from domain.errors import LedgerError
from domain.tier import Tier
from tests.fakes.door import DoorBench
from tests.fakes.instance_ledger import FakeInstanceLedger
from tests.fakes.radiographs import encode_data_set, make_radiograph, read_data_set_bytes

EMPTY = {"incoming": 0, "instances": 0, "quarantine": 0}
ORIGIN = Origin("FOLDER", "OSTEONODE")


@pytest.fixture
def bench(tmp_path: Path) -> DoorBench:
    return DoorBench(tmp_path)


def make_file(ds: Dataset | None = None, data: bytes | None = None, **head: str) -> bytes:
    ds = ds or make_radiograph()
    syntax = head.get("transfer_syntax_uid", ExplicitVRLittleEndian)
    fields = {
        "sop_class_uid": ds.SOPClassUID,
        "sop_instance_uid": ds.SOPInstanceUID,
        "transfer_syntax_uid": syntax,
        "calling_ae_title": "ELSEWHERE",
        "called_ae_title": "",
    }
    return encode_head(**fields | head) + (encode_data_set(ds) if data is None else data)


def bring(bench: DoorBench, file: bytes, origin: Origin = ORIGIN, piece_bytes: int = 100_000) -> Passage:
    incoming = bench.door.open(origin)
    for at in range(0, len(file), piece_bytes):
        incoming.write(file[at : at + piece_bytes])
    return incoming.finish()


@pytest.mark.parametrize("piece_bytes", [1, 7, 1000, 100_000])
def test_a_file_is_kept_verbatim_and_recorded_however_it_is_cut(bench: DoorBench, piece_bytes: int) -> None:
    ds = make_radiograph(rows=256, columns=256)
    passage = bring(bench, make_file(ds), piece_bytes=piece_bytes)
    (instance,) = bench.ledger.instances.values()
    assert passage == Passage(Outcome.STORED, ds.SOPClassUID, ds.SOPInstanceUID)
    assert read_data_set_bytes(instance.path) == encode_data_set(ds)
    assert (instance.calling_ae_title, instance.called_ae_title, instance.tier) == ("FOLDER", "OSTEONODE", Tier.TYPES)
    assert bench.files == EMPTY | {"instances": 1}


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian])
def test_what_is_kept_can_be_read_in_its_own_transfer_syntax(bench: DoorBench, syntax: str) -> None:
    ds = make_radiograph()
    file = make_file(ds, encode_data_set(ds, syntax), transfer_syntax_uid=syntax)
    assert bring(bench, file).outcome is Outcome.STORED
    (instance,) = bench.ledger.instances.values()
    kept = dcmread(instance.path)
    assert (kept.PixelData, kept.file_meta.TransferSyntaxUID) == (ds.PixelData, syntax)


def test_a_head_without_class_and_instance_takes_those_of_the_data_set(bench: DoorBench) -> None:
    ds = make_radiograph()
    passage = bring(bench, make_file(ds, sop_class_uid="", sop_instance_uid=""))
    assert passage == Passage(Outcome.STORED, ds.SOPClassUID, ds.SOPInstanceUID)


def test_the_same_data_set_under_another_head_is_a_duplicate(bench: DoorBench) -> None:
    bring(bench, make_file(calling_ae_title="ONE"))
    assert bring(bench, make_file(calling_ae_title="OTHER")).outcome is Outcome.DUPLICATE
    assert bench.files == EMPTY | {"instances": 1}


def test_an_own_result_that_comes_back_is_dropped(tmp_path: Path) -> None:
    own = FakeInstanceLedger(own_results=frozenset({str(make_radiograph().SOPInstanceUID)}))
    bench = DoorBench(tmp_path, own)
    assert bring(bench, make_file()).outcome is Outcome.OWN_RESULT
    assert bench.files == EMPTY


@pytest.mark.parametrize(
    ("file", "outcome"),
    [
        (b"\xff\xd8 a photograph" * 10_000, Outcome.NOT_PART10),
        (b"\0" * 128 + b"DICM", Outcome.NOT_PART10),
        (make_file()[:140], Outcome.NOT_PART10),
        (make_file(transfer_syntax_uid=""), Outcome.NOT_PART10),
        (make_file(data=b"anything", transfer_syntax_uid=JPEGExtended12Bit), Outcome.SYNTAX_UNSUPPORTED),
        (make_file()[:-50], Outcome.TRUNCATED),
        (make_file(sop_instance_uid="1.2.3"), Outcome.INSTANCE_CONTRADICTION),
        (make_file(make_radiograph(StudyInstanceUID="")), Outcome.UID_MISSING),
    ],
)
def test_what_cannot_be_understood_is_put_aside_once(bench: DoorBench, file: bytes, outcome: Outcome) -> None:
    assert [bring(bench, file).outcome for _ in range(2)] == [outcome] * 2
    assert {each.reason_code for each in bench.ledger.put_aside} == {outcome.value}
    assert bench.files == EMPTY | {"quarantine": 1}


def test_what_is_no_dicom_file_is_put_aside_as_it_came(bench: DoorBench) -> None:
    bring(bench, b"%PDF-1.7 and so on")
    assert bench.ledger.put_aside[0].path.read_bytes() == b"%PDF-1.7 and so on"


def test_a_uid_with_a_path_in_it_never_becomes_one(bench: DoorBench) -> None:
    # The head of a hostile file, element by element: encode_head leaves such a UID out.
    path = b"\2\0\3\0UI\x0a\0../../etc/" + b"\2\0\x10\0UI\x14\x001.2.840.10008.1.2.1\0"
    passage = bring(bench, b"\0" * 128 + b"DICM" + path + encode_data_set(make_radiograph()))
    assert passage == Passage(Outcome.UID_INVALID)
    assert bench.files == EMPTY | {"quarantine": 1}


@pytest.mark.parametrize(
    ("file", "outcome"),
    [
        (make_file(make_radiograph(SOPClassUID=CTImageStorage)), Outcome.CLASS_UNSUPPORTED),
        (make_file(make_radiograph(SOPClassUID=CTImageStorage), sop_class_uid=""), Outcome.CLASS_UNSUPPORTED),
    ],
)
def test_what_is_not_for_this_node_is_refused_and_not_kept(bench: DoorBench, file: bytes, outcome: Outcome) -> None:
    assert bring(bench, file).outcome is outcome
    assert bench.files == EMPTY


def test_a_kind_of_image_that_is_not_taken_from_a_source_is_refused(bench: DoorBench) -> None:
    passage = bring(bench, make_file(), Origin("FOLDER", "OSTEONODE", sop_class_uids=uids_of((ImageClass.DX,))))
    assert passage.outcome is Outcome.CLASS_UNSUPPORTED
    assert bench.files == EMPTY


def test_the_rules_of_the_nodes_own_title_hold_for_files_too(tmp_path: Path) -> None:
    entity = {"ae_title": "OSTEONODE", "tier": "classification", "sop_classes": ["CR"]}
    bench = DoorBench(tmp_path, application_entity=[entity])
    assert bring(bench, make_file()).outcome is Outcome.STORED
    (instance,) = bench.ledger.instances.values()
    assert instance.tier is Tier.CLASSIFICATION
    dx = make_radiograph(1, SOPClassUID=DigitalXRayImageStorageForPresentation)
    assert bring(bench, make_file(dx)).outcome is Outcome.CLASS_UNSUPPORTED


def test_an_instance_of_another_study_than_announced_is_put_aside(bench: DoorBench) -> None:
    passage = bring(bench, make_file(), Origin("FOLDER", "OSTEONODE", study_instance_uid="1.2.3"))
    assert passage.outcome is Outcome.STUDY_CONTRADICTION
    assert bench.files == EMPTY | {"quarantine": 1}


def test_a_file_over_the_limit_leaves_nothing(tmp_path: Path) -> None:
    bench = DoorBench(tmp_path, data_set_mib=1)
    big = make_radiograph(rows=1024, columns=1024)
    assert bring(bench, make_file(big)).outcome is Outcome.TOO_LARGE
    assert bring(bench, b"no DICOM" * 200_000).outcome is Outcome.TOO_LARGE
    assert bench.files == EMPTY


def test_a_full_disk_refuses_before_anything_is_written(tmp_path: Path) -> None:
    bench = DoorBench(tmp_path, free_disk_mib=1 << 30)
    assert not bench.door.has_room()
    assert bring(bench, make_file()).outcome is Outcome.DISK_HIGH_WATER
    assert bench.files == EMPTY


def test_that_files_wait_for_room_is_said_once_and_so_is_their_end(
    bench: DoorBench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    spool, free = bench.door._spool, iter([0, 0, 1 << 40, 1 << 40])
    spool._measure_free_bytes = lambda _folder: next(free)
    assert [bench.door.has_room() for _ in range(4)] == [False, False, True, True]
    assert [record.levelno for record in caplog.records] == [logging.WARNING, logging.INFO]


def test_what_could_not_be_recorded_passes_when_it_comes_again(bench: DoorBench) -> None:
    bench.ledger.failure = LedgerError("down")
    assert bring(bench, make_file()).outcome is Outcome.LEDGER_FAILED
    bench.ledger.failure = None
    assert bring(bench, make_file()).outcome is Outcome.STORED


@pytest.mark.parametrize("length", [10, 100_000])
def test_a_file_that_stops_coming_leaves_nothing(bench: DoorBench, length: int) -> None:
    incoming = bench.door.open(ORIGIN)
    incoming.write(make_file(make_radiograph(rows=512, columns=512))[:length])
    incoming.discard()
    assert bench.files == EMPTY


def test_what_a_crash_left_is_swept_and_what_associations_bring_meanwhile_is_not(bench: DoorBench) -> None:
    (bench.folder / "incoming" / "of-an-association.part").write_bytes(b"x")
    bench.door.open(ORIGIN).write(make_file(make_radiograph(rows=512, columns=512)))
    (bench.folder / "incoming" / "files" / "left.part").write_bytes(b"x")
    assert sweep(bench.folder) >= 1
    assert bench.files == EMPTY | {"incoming": 1}
