"""C-STORE delivery against archives that answer in every way the Standard allows, and in some it does not."""

import logging
import threading
from io import BytesIO
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.uid import (
    Comprehensive3DSRStorage,
    ComprehensiveSRStorage,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    SecondaryCaptureImageStorage,
)
from pynetdicom import _config, evt

from dicom_node.deliver.c_store_scu import CStoreDestination
from domain.delivery import Attempt, Outcome
from domain.document import Document, DocumentKind
from domain.implementation import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME
from tests.fakes.archive import (
    ScriptedArchive,
    WarningArchive,
    answer_once,
    destination_for,
    dicom_destination,
    encode_abort,
    encode_rejection,
)
from tests.fakes.documents import PATIENT_NAME, STUDY_INSTANCE_UID, make_answer, make_dicom_document

CAPTURE = DocumentKind.SECONDARY_CAPTURE
REPORT = DocumentKind.STRUCTURED_REPORT
BASIC = DocumentKind.STRUCTURED_REPORT_BASIC


def deliver(archive: ScriptedArchive, *documents: Document, timeout_seconds: float = 5.0) -> Attempt:
    return CStoreDestination(destination_for(archive, timeout_seconds=timeout_seconds), "OSTEONODE").deliver(documents)


def outcomes(attempt: Attempt) -> dict[str, Outcome]:
    return {receipt.identifier: receipt.outcome for receipt in attempt.receipts}


def identifiers(documents: tuple[Document, ...]) -> dict[DocumentKind, str]:
    return {document.kind: document.identifier for document in documents}


def test_report_goes_first_and_its_stand_in_stays(tmp_path: Path) -> None:
    answer = make_answer()
    with ScriptedArchive(tmp_path) as archive:
        attempt = deliver(archive, *answer)
    named = identifiers(answer)
    assert archive.order == [named[REPORT], named[CAPTURE], named[DocumentKind.PRESENTATION_STATE]]
    assert outcomes(attempt) == dict.fromkeys(named.values(), Outcome.DELIVERED)
    (spared,) = [receipt for receipt in attempt.receipts if receipt.identifier == named[BASIC]]
    assert spared.status.startswith(f"not sent: structured_report {named[REPORT]} goes in its place")


def test_the_bytes_that_arrive_are_the_documents_own(tmp_path: Path) -> None:
    document = make_dicom_document(CAPTURE, rows=300, columns=400)
    with ScriptedArchive(tmp_path) as archive:
        assert deliver(archive, document).outcome is Outcome.DELIVERED
    (file,) = archive.files()
    sent, kept = dcmread(BytesIO(document.content)), dcmread(file)
    assert kept.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
    assert file.read_bytes().endswith(document.content[document.content.index(b"\x08\x00\x05\x00CS") :])
    assert (kept.PatientName, kept.PixelData) == (sent.PatientName, sent.PixelData)


def test_only_the_classes_that_are_sent_are_proposed(tmp_path: Path) -> None:
    with ScriptedArchive(tmp_path) as archive:
        deliver(archive, make_dicom_document(CAPTURE, 1), make_dicom_document(CAPTURE, 2))
    assert archive.proposed == [{SecondaryCaptureImageStorage}] * 2


def test_the_node_names_itself_as_in_its_documents_and_where_it_is_called(tmp_path: Path) -> None:
    document = make_dicom_document(CAPTURE)
    with ScriptedArchive(tmp_path) as archive:
        deliver(archive, document)
    assert archive.implementations == [(IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME)]


def test_stand_in_is_sent_where_the_peer_refuses_comprehensive_3d_sr(tmp_path: Path) -> None:
    answer = make_answer()
    named = identifiers(answer)
    with ScriptedArchive(tmp_path, refuse=[Comprehensive3DSRStorage]) as archive:
        attempt = deliver(archive, *answer)
    assert named[BASIC] in archive.order
    assert named[REPORT] not in archive.order
    assert attempt.outcome is Outcome.DELIVERED
    assert any(f"structured_report_comprehensive {named[BASIC]}" in receipt.status for receipt in attempt.receipts)


def test_a_class_nobody_stands_in_for_is_refused_and_named(tmp_path: Path) -> None:
    with ScriptedArchive(tmp_path, refuse=[Comprehensive3DSRStorage, ComprehensiveSRStorage]) as archive:
        attempt = deliver(archive, *make_answer())
    assert len(archive.order) == 2
    assert sorted(outcomes(attempt).values()) == ["delivered", "delivered", "refused", "refused"]
    assert "does not accept Comprehensive 3D SR Storage" in attempt.explanation


def test_no_class_accepted_at_all_is_refused(tmp_path: Path) -> None:
    with ScriptedArchive(tmp_path, refuse=[SecondaryCaptureImageStorage]) as archive:
        attempt = deliver(archive, make_dicom_document(CAPTURE))
    assert attempt.outcome is Outcome.REFUSED
    assert "Secondary Capture Image Storage" in attempt.explanation


def test_implicit_only_peer_gets_the_same_values(tmp_path: Path) -> None:
    document = make_dicom_document(CAPTURE, rows=30, columns=40)
    with ScriptedArchive(tmp_path, transfer_syntax_uids=[ImplicitVRLittleEndian]) as archive:
        assert deliver(archive, document).outcome is Outcome.DELIVERED
    kept = dcmread(archive.files()[0])
    assert kept.file_meta.TransferSyntaxUID == ImplicitVRLittleEndian
    sent = dcmread(BytesIO(document.content))
    assert kept.PixelData == sent.PixelData
    del kept.PixelData, sent.PixelData  # whose VR is OW in Implicit VR, whatever it was (PS3.5 Annex A)
    assert kept == sent
    assert kept.PatientName == PATIENT_NAME


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(0xA700, Outcome.RETRY), (0x0110, Outcome.RETRY), (0xA900, Outcome.REFUSED), (0xC000, Outcome.REFUSED)],
)
def test_a_status_speaks_for_its_own_instance_only(tmp_path: Path, status: int, outcome: Outcome) -> None:
    documents = [make_dicom_document(CAPTURE, number) for number in range(3)]
    with ScriptedArchive(tmp_path, lambda _event, number: status if number == 1 else None) as archive:
        attempt = deliver(archive, *documents)
    assert [receipt.outcome for receipt in attempt.receipts] == [Outcome.DELIVERED, outcome, Outcome.DELIVERED]
    assert f"0x{status:04X}" in attempt.receipts[1].status
    assert "1 of 3" in attempt.explanation


@pytest.mark.parametrize("status", [0xB000, 0xB006, 0xB007])
def test_a_warning_is_delivered_with_a_note(tmp_path: Path, status: int) -> None:
    with WarningArchive(tmp_path, status) as archive:
        attempt = deliver(archive, make_dicom_document(CAPTURE))
    assert len(archive.files()) == 1
    assert attempt.outcome is Outcome.DELIVERED
    assert attempt.receipts[0].status.startswith(f"0x{status:04X} Stored")
    assert "1 of 1 documents" in attempt.explanation
    assert "not sent again" in attempt.explanation


def test_sending_again_makes_no_second_object(tmp_path: Path) -> None:
    document = make_dicom_document(CAPTURE)
    with ScriptedArchive(tmp_path) as archive:
        assert deliver(archive, document) == deliver(archive, document)
    assert len(archive.order) == 2
    assert len(archive.files()) == 1


def test_an_abort_half_way_leaves_the_first_delivered_and_the_rest_to_retry(tmp_path: Path) -> None:
    def abort_on_second(event: evt.Event, number: int) -> int | None:
        if number == 1:
            event.assoc.abort()
        return None

    with ScriptedArchive(tmp_path, abort_on_second) as archive:
        attempt = deliver(archive, *(make_dicom_document(CAPTURE, number) for number in range(3)))
    assert [receipt.outcome for receipt in attempt.receipts] == [Outcome.DELIVERED, Outcome.RETRY, Outcome.RETRY]
    assert len(archive.order) == 2
    assert "A-ABORT by the service-user" in attempt.explanation


def test_a_peer_that_never_answers_c_store_is_retried(tmp_path: Path) -> None:
    stop = threading.Event()
    with ScriptedArchive(tmp_path, lambda _event, _number: stop.wait(10) and None) as archive:
        attempt = deliver(archive, make_dicom_document(CAPTURE), timeout_seconds=0.3)
        stop.set()
    assert attempt.outcome is Outcome.RETRY
    assert "no answer" in attempt.receipts[0].status
    assert "0.3 s" in attempt.explanation


def test_a_peer_that_stops_reading_does_not_hold_the_sender(tmp_path: Path) -> None:
    stop = threading.Event()
    document = make_dicom_document(CAPTURE, rows=2048, columns=3000)
    with ScriptedArchive(tmp_path) as archive:
        server = archive._server
        assert server is not None
        server.bind(evt.EVT_DATA_RECV, lambda event: event.data[0] == 4 and stop.wait(150))
        settings = destination_for(archive, timeout_seconds=0.3)
        attempts: list[Attempt] = []
        sender = CStoreDestination(settings, "OSTEONODE")
        thread = threading.Thread(target=lambda: attempts.append(sender.deliver([document])))
        thread.start()
        thread.join(100)  # at worst the wait for an answer, which grows with the size of the object
        held = thread.is_alive()
        stop.set()
    assert not held
    assert [attempt.outcome for attempt in attempts] == [Outcome.RETRY]


@pytest.mark.parametrize(
    ("codes", "outcome", "words"),
    [
        ((1, 1, 3), Outcome.REFUSED, "does not know calling AE title OSTEONODE; add it"),
        ((1, 1, 7), Outcome.REFUSED, "not called ARCHIVE"),
        ((2, 3, 2), Outcome.RETRY, "as many associations as it allows"),
        ((2, 3, 1), Outcome.RETRY, "temporary-congestion"),
        ((1, 1, 1), Outcome.REFUSED, "no-reason-given"),
    ],
)
def test_a_rejected_association_is_retried_where_it_is_transient_and_explained(
    codes: tuple[int, int, int], outcome: Outcome, words: str
) -> None:
    with answer_once(encode_rejection(*codes)) as port:
        attempt = CStoreDestination(dicom_destination(port), "OSTEONODE").deliver([make_dicom_document(CAPTURE)])
    assert attempt.outcome is outcome
    assert "/".join(map(str, codes)) in attempt.explanation
    assert words in attempt.explanation


def test_a_real_peer_that_checks_titles_says_which_is_wrong(tmp_path: Path) -> None:
    with ScriptedArchive(tmp_path) as archive:
        archive.ae.require_calling_aet = ["MODALITY1"]
        unknown = deliver(archive, make_dicom_document(CAPTURE))
        wrong = dicom_destination(archive.port, ae_title="archive", calling_ae_title="MODALITY1")
        misnamed = CStoreDestination(wrong, "OSTEONODE").deliver([make_dicom_document(CAPTURE)])
    assert "1/1/3" in unknown.explanation
    assert "1/1/7" in misnamed.explanation
    assert not archive.order


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (encode_abort(0, 0), "A-ABORT by the service-user"),
        (encode_abort(2, 1), "unrecognized-PDU"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "did not answer the association request"),
        (b"", "did not answer the association request within 0.3 s"),
    ],
)
def test_whatever_else_answers_is_retried_and_explained(answer: bytes, words: str) -> None:
    with answer_once(answer) as port:
        destination = CStoreDestination(dicom_destination(port, timeout_seconds=0.3), "OSTEONODE")
        attempt = destination.deliver([make_dicom_document(CAPTURE)])
    assert attempt.outcome is Outcome.RETRY
    assert words in attempt.explanation


def test_a_closed_port_is_retried_and_explained() -> None:
    attempt = CStoreDestination(dicom_destination(1), "OSTEONODE").deliver(make_answer())
    assert set(outcomes(attempt).values()) == {Outcome.RETRY}
    assert len(attempt.receipts) == 4
    assert "no TCP connection to ARCHIVE at 127.0.0.1:1: connection refused" in attempt.explanation


def test_a_document_that_is_not_what_it_says_is_never_sent(tmp_path: Path) -> None:
    good, other = make_dicom_document(CAPTURE, 1), make_dicom_document(CAPTURE, 2)
    swapped = Document(CAPTURE, other.identifier, STUDY_INSTANCE_UID, 1, other.sop_class_uid, good.content)
    garbage = Document(CAPTURE, "2.25.7", STUDY_INSTANCE_UID, 1, other.sop_class_uid, b"not DICOM")
    with ScriptedArchive(tmp_path) as archive:
        attempt = deliver(archive, swapped, garbage, good)
    assert [receipt.outcome for receipt in attempt.receipts] == ["refused", "refused", "delivered"]
    assert archive.order == [good.identifier]


@pytest.mark.parametrize("status", [0x0000, 0xC000])
def test_neither_receipts_nor_logs_name_the_patient(
    tmp_path: Path, status: int, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_config, "LOG_HANDLER_LEVEL", "standard")  # a listener of the same process had silenced it
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="pynetdicom")
    with ScriptedArchive(tmp_path, lambda _event, _number: status or None) as archive:
        attempt = deliver(archive, *make_answer())
    assert "Store Request" in caplog.text
    assert not [word for word in ("Yamada", "PID123", "山田") if word in repr(attempt) + caplog.text]
