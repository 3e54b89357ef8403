"""C-STORE over loopback: what is kept, what is put aside, and what the sender is told."""

import hashlib
import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.uid import (
    JPEG2000,
    UID,
    DeflatedExplicitVRLittleEndian,
    DigitalXRayImageStorageForPresentation,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)
from pynetdicom.dimse_messages import C_FIND_RQ
from pynetdicom.dimse_primitives import C_FIND

from dicom_node.receive.statuses import Outcome
from domain.implementation import IMPLEMENTATION_CLASS_UID
from tests.fakes.radiographs import encode_data_set, make_radiograph, read_data_set_bytes, save_radiograph
from tests.fakes.storage_node import StorageNode, make_store, send, send_beginning, wait_until

STORED = (0x0000, "")


@pytest.fixture
def node(tmp_path: Path) -> Iterator[StorageNode]:
    with StorageNode(tmp_path / "data") as node:
        yield node


@pytest.mark.peer("dcmtk")
def test_storescu_hands_over_an_image_and_it_is_a_part_10_file_of_ours(node: StorageNode, tmp_path: Path) -> None:
    ds = make_radiograph(1, rows=500, columns=400)
    output = node.run_dcmtk("storescu", save_radiograph(ds, tmp_path / "a.dcm"))
    assert "Received Store Response (Success)" in output
    (instance,) = node.ledger.instances.values()
    stored = dcmread(instance.path)
    assert stored.PixelData == ds.PixelData
    assert stored.file_meta.ImplementationClassUID == IMPLEMENTATION_CLASS_UID
    assert stored.file_meta.SourceApplicationEntityTitle == "MOD1"
    assert instance.sha256 == hashlib.sha256(read_data_set_bytes(instance.path)).hexdigest()
    assert node.files("incoming") == []


#: How DCMTK and GDCM make the file, and which option lets storescu propose its syntax.
ENCODERS: dict[UID, tuple[tuple[str, ...], str]] = {
    ImplicitVRLittleEndian: (("dcmconv", "+ti"), "-xi"),
    ExplicitVRBigEndian: (("dcmconv", "+tb"), "-xb"),
    DeflatedExplicitVRLittleEndian: (("dcmconv", "+td"), "-xd"),
    JPEGBaseline8Bit: (("dcmcjpeg", "+eb"), "-xy"),
    JPEGLosslessSV1: (("dcmcjpeg", "+e1"), "-xs"),
    JPEGLSLossless: (("dcmcjpls", "+el"), "-xt"),
    RLELossless: (("dcmcrle",), "-xr"),
}


@pytest.mark.peer("dcmtk")
@pytest.mark.parametrize("syntax", ENCODERS, ids=lambda uid: uid.name)
def test_storescu_hands_over_the_syntaxes_it_can_write(node: StorageNode, tmp_path: Path, syntax: UID) -> None:
    plain, encoded = save_radiograph(make_radiograph(2, rows=64, columns=64), tmp_path / "a.dcm"), tmp_path / "b.dcm"
    command, option = ENCODERS[syntax]
    subprocess.run([*command, str(plain), str(encoded)], check=True, capture_output=True)
    output = node.run_dcmtk("storescu", option, encoded)
    assert "Received Store Response (Success)" in output
    (instance,) = node.ledger.instances.values()
    assert instance.transfer_syntax_uid == syntax
    assert dcmread(instance.path).pixel_array.shape == (64, 64)


@pytest.mark.parametrize("syntax", [JPEG2000Lossless, JPEGLossless], ids=lambda uid: uid.name)
def test_a_compressed_data_set_is_stored_byte_for_byte(node: StorageNode, syntax: UID) -> None:
    ds = make_radiograph(2, PixelData=b"\xfe\xff\x00\xe0\0\0\0\0\xfe\xff\x00\xe0\x04\0\0\0ABCD")
    ds["PixelData"].VR, ds["PixelData"].is_undefined_length = "OB", True
    data = encode_data_set(ds)
    with node.associate(transfer_syntax_uids=(syntax,)) as assoc:
        assert send(assoc, make_store(ds, data)) == STORED
    (instance,) = node.ledger.instances.values()
    assert (instance.transfer_syntax_uid, read_data_set_bytes(instance.path)) == (syntax, data)


@pytest.mark.parametrize(
    ("charset", "name"),
    [
        (["", "ISO 2022 IR 87"], "Yamada^Tarou=山田^太郎=やまだ^たろう"),
        ("ISO_IR 127", "قباني^لنزار"),
        ("ISO_IR 192", "山田^太郎=قباني"),
    ],
)
def test_names_in_any_script_are_stored_verbatim(node: StorageNode, charset: str | list[str], name: str) -> None:
    ds = make_radiograph(3, SpecificCharacterSet=charset, PatientName=name)
    data = encode_data_set(ds)
    with node.associate() as assoc:
        assert send(assoc, make_store(ds, data)) == STORED
    (instance,) = node.ledger.instances.values()
    assert read_data_set_bytes(instance.path) == data
    assert dcmread(instance.path).PatientName == name


def test_the_same_bytes_again_are_acknowledged_and_kept_once(node: StorageNode) -> None:
    with node.associate() as assoc:
        assert [send(assoc, make_store(make_radiograph())) for _ in range(2)] == [STORED, STORED]
    assert len(node.files("instances")) == len(node.ledger.instances) == 1
    assert node.files("quarantine") == []


def test_other_bytes_under_the_same_uid_are_put_aside_and_the_first_stays(node: StorageNode) -> None:
    first, second = make_radiograph(), make_radiograph(PatientID="SOMEBODY-ELSE")
    with node.associate() as assoc:
        assert [send(assoc, make_store(ds)) for ds in (first, second)] == [STORED, STORED]
    (instance,), (aside,) = node.ledger.instances.values(), node.ledger.put_aside
    assert dcmread(instance.path).PatientID == "PID-SECRET-4711"
    assert dcmread(aside.path).PatientID == "SOMEBODY-ELSE"
    assert aside.reason_code == Outcome.CONFLICT
    assert [path for path in node.files("instances")] == [instance.path]


DAMAGED = {
    "truncated in its pixels": (encode_data_set(make_radiograph())[:-100], 0xC000, Outcome.TRUNCATED),
    "truncated in its header": (encode_data_set(make_radiograph())[:333], 0xC000, Outcome.TRUNCATED),
    "not DICOM": (b"GET / HTTP/1.1\r\n" * 20, 0xC000, Outcome.UNPARSABLE),
    "without study": (encode_data_set(make_radiograph(StudyInstanceUID="")), 0xC000, Outcome.UID_MISSING),
    "without pixels": (encode_data_set(make_radiograph(PixelData=b"")), 0xA900, Outcome.NO_PIXEL_DATA),
    "of another class": (
        encode_data_set(make_radiograph(SOPClassUID=DigitalXRayImageStorageForPresentation)),
        0xA900,
        Outcome.CLASS_CONTRADICTION,
    ),
    "of another instance": (encode_data_set(make_radiograph(9)), 0xA900, Outcome.INSTANCE_CONTRADICTION),
}


@pytest.mark.parametrize("what", DAMAGED)
def test_a_data_set_is_refused_and_put_aside(node: StorageNode, what: str) -> None:
    data, status, outcome = DAMAGED[what]
    with node.associate() as assoc:
        answered, comment = send(assoc, make_store(make_radiograph(), data))
        assert (answered, bool(comment)) == (status, True)
        assert send(assoc, make_store(make_radiograph(77))) == STORED  # the association goes on
    (aside,) = node.ledger.put_aside
    assert (aside.reason_code, aside.calling_ae_title) == (outcome.value, "MOD1")
    assert read_data_set_bytes(aside.path) == data
    assert list(node.ledger.instances) == [make_radiograph(77).SOPInstanceUID]
    assert node.files("incoming") == []


def test_a_class_other_than_that_of_the_context_is_refused(node: StorageNode) -> None:
    ds = make_radiograph(SOPClassUID=DigitalXRayImageStorageForPresentation)
    with node.associate() as assoc:  # negotiates CR only
        assert send(assoc, make_store(ds))[0] == 0xA900


def test_a_data_set_over_the_size_limit_is_refused_without_filling_the_disk(tmp_path: Path) -> None:
    large = make_radiograph(rows=1024, columns=1024)
    with StorageNode(tmp_path, data_set_mib=1) as node, node.associate() as assoc:
        assert send(assoc, make_store(large)) == (0xA700, "Data set larger than this node takes")
        assert send(assoc, make_store(make_radiograph(5))) == STORED
        assert len(node.files("instances")) == 1
        assert node.files("incoming") == node.files("quarantine") == []


def test_our_own_failure_is_a_processing_failure(node: StorageNode, caplog: pytest.LogCaptureFixture) -> None:
    node.ledger.failure = ZeroDivisionError("Zzyzx^Quilla")
    with node.associate() as assoc:
        assert send(assoc, make_store(make_radiograph()))[0] == 0x0110
    assert "receive.handler_failed: ZeroDivisionError" in caplog.text
    assert "Zzyzx" not in caplog.text


def test_a_connection_that_breaks_inside_a_data_set_leaves_nothing(node: StorageNode) -> None:
    with node.associate() as assoc:
        send_beginning(assoc, make_store(make_radiograph(rows=400, columns=400)))
        wait_until(lambda: len(node.files("incoming")) == 1)
        assoc.abort()
    wait_until(lambda: node.files("incoming") == [])
    assert node.ledger.instances == {}


def test_a_peer_that_stalls_inside_a_pdu_is_dropped(tmp_path: Path) -> None:
    with StorageNode(tmp_path, idle_seconds=0.5) as node, node.associate() as assoc:
        assert assoc.dul.socket is not None
        assoc.dul.socket.send(b"\x04\0\0\1\0\0stall")
        wait_until(lambda: node.scp._open.count_here() == 0)


def test_a_peer_that_stalls_inside_a_data_set_is_dropped_and_leaves_nothing(tmp_path: Path) -> None:
    with StorageNode(tmp_path, idle_seconds=0.5) as node, node.associate() as assoc:
        send_beginning(assoc, make_store(make_radiograph(rows=400, columns=400)))
        wait_until(lambda: len(node.files("incoming")) == 1)
        wait_until(lambda: node.scp._open.count_here() == 0)
        wait_until(lambda: node.files("incoming") == [])
        assert node.ledger.instances == {}


@pytest.mark.peer("dcmtk")
def test_associations_that_come_and_go_leave_no_descriptor_and_no_thread(node: StorageNode) -> None:
    def count() -> tuple[int, int]:
        return len(os.listdir("/proc/self/fd")), threading.active_count()

    before = count()
    for _ in range(8):
        assert "exit 0" in node.run_dcmtk("echoscu")
    wait_until(lambda: count() == before)


def test_a_query_in_a_storage_context_is_aborted_and_leaves_nothing(node: StorageNode) -> None:
    query = C_FIND()
    query.MessageID, query.Priority = 1, 0
    query.AffectedSOPClassUID = make_radiograph().SOPClassUID
    query.Identifier = make_store(make_radiograph()).DataSet
    message = C_FIND_RQ()
    message.primitive_to_message(query)
    with node.associate() as assoc:
        for fragment in message.encode_msg(1, 16384):
            assoc.dul.send_pdu(fragment)
        wait_until(lambda: assoc.is_aborted)
    wait_until(lambda: node.files("incoming") == [])


@pytest.mark.peer("dcmtk")
def test_two_senders_at_once_do_not_mix_their_patients(node: StorageNode, tmp_path: Path) -> None:
    titles = {"MOD1": "ALPHA", "MOD2": "BETA"}
    outputs: list[str] = []

    def send_all(calling: str) -> None:
        folder = tmp_path / calling
        folder.mkdir()
        files = [
            save_radiograph(
                make_radiograph(1000 * len(titles[calling]) + n, rows=300, columns=300, PatientID=titles[calling]),
                folder / f"{n}.dcm",
            )
            for n in range(12)
        ]
        outputs.append(node.run_dcmtk("storescu", *files, calling=calling))

    threads = [threading.Thread(target=send_all, args=(calling,)) for calling in titles]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [output.count("Received Store Response (Success)") for output in outputs] == [12, 12]
    assert len(node.ledger.instances) == 24
    for instance in node.ledger.instances.values():
        stored = dcmread(instance.path)
        assert stored.PatientID == titles[instance.calling_ae_title]
        assert (stored.SOPInstanceUID, stored.StudyInstanceUID) == (
            instance.sop_instance_uid,
            instance.study_instance_uid,
        )
        assert hashlib.sha256(read_data_set_bytes(instance.path)).hexdigest() == instance.sha256


#: The real radiographs are JPEG 2000; these options let storescu propose it.
REAL_SYNTAXES = {JPEG2000Lossless: "-xv", JPEG2000: "-xw"}


@pytest.mark.peer("dcmtk")
def test_real_radiographs_are_taken_and_their_pixels_are_untouched(node: StorageNode, shared_data: Path) -> None:
    files = sorted((shared_data / "dicom").glob("*.dcm"))
    assert files
    for file in files:
        sent = dcmread(file)
        output = node.run_dcmtk("storescu", REAL_SYNTAXES[sent.file_meta.TransferSyntaxUID], file)
        assert "Received Store Response (Success)" in output
        assert dcmread(node.ledger.instances[sent.SOPInstanceUID].path).PixelData == sent.PixelData
    assert node.ledger.put_aside == []
