"""STOW-RS and Orthanc's REST against an archive that answers in every way, and in some that it should not."""

import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydicom.uid import Comprehensive3DSRStorage, ComprehensiveSRStorage, SecondaryCaptureImageStorage

from config.settings import Destination
from dicom_node.deliver.registry import build, probe
from dicom_node.tls.contexts import make_server_context
from domain.delivery import Attempt, Outcome
from domain.document import DocumentKind
from tests.fakes.certificates import make_pki
from tests.fakes.documents import make_answer, make_dicom_document, make_hl7_document
from tests.fakes.web_archive import Reply, WebArchive, store_response

PKI = make_pki()
ANSWER = make_answer()
CAPTURE = make_dicom_document(DocumentKind.SECONDARY_CAPTURE)
BASIC = DocumentKind.STRUCTURED_REPORT_BASIC
SENT = {each.identifier: each.content for each in ANSWER if each.kind is not BASIC}
KINDS = pytest.mark.parametrize("kind", ["stow", "orthanc"])


def deliver(settings: Destination, documents: Any = ANSWER) -> Attempt:
    return build([settings], "OSTEONODE")[settings.name].deliver(documents)


def answer_once(reply: Reply, kind: str = "stow", **settings: Any) -> Attempt:
    """Deliver one capture to an archive with this answer."""
    with WebArchive(lambda _number: reply) as archive:
        return deliver(archive.destination(kind, **settings), [CAPTURE])


def answer_json(status: int, module: dict[str, Any], media_type: str = "application/dicom+json") -> Attempt:
    return answer_once(Reply(status, json.dumps(module).encode(), {"Content-Type": media_type}))


@KINDS
def test_each_document_arrives_byte_for_byte_and_a_stand_in_stays(kind: str) -> None:
    with WebArchive() as archive:
        attempt = deliver(archive.destination(kind))
    assert attempt.outcome is Outcome.DELIVERED
    assert archive.stored == SENT
    (spared,) = [each for each in attempt.receipts if each.identifier not in SENT]
    assert not spared.was_sent


def test_a_stand_in_goes_where_the_class_is_refused_and_no_further() -> None:
    with WebArchive(reasons={Comprehensive3DSRStorage: 0x0122}) as archive:
        attempt = deliver(archive.destination("stow"))
    assert attempt.outcome is Outcome.DELIVERED
    assert {each.identifier for each in ANSWER if each.kind is BASIC} <= set(archive.stored)
    with WebArchive(reasons={Comprehensive3DSRStorage: 0x0122, ComprehensiveSRStorage: 0x0122}) as archive:
        attempt = deliver(archive.destination("stow"))
        assert len(archive.heard) == 2
    assert attempt.outcome is Outcome.REFUSED
    assert sum(each.outcome is Outcome.REFUSED for each in attempt.receipts) == 2


@pytest.mark.parametrize(
    ("reason", "outcome", "words"),
    [
        (0xA700, Outcome.RETRY, "0xA700 Out of resources"),
        (0xA900, Outcome.REFUSED, "0xA900 Data set does not match SOP class"),
        (0xC000, Outcome.REFUSED, "0xC000 Cannot understand"),
        (0xC122, Outcome.REFUSED, "0xC122 Transfer syntax not supported"),
        (0x0110, Outcome.RETRY, "0x0110 Processing failure"),
        (0x0111, Outcome.DELIVERED, "0x0111 Duplicate SOP instance: the peer already holds it"),
        (0xB00E, Outcome.DELIVERED, "0xB00E Duplicate SOP instance: the peer already holds it"),
        (0xB000, Outcome.RETRY, "0xB000 Not stored, without a reason"),
    ],
)
def test_partial_success_is_told_instance_by_instance(reason: int, outcome: Outcome, words: str) -> None:
    with WebArchive(reasons={SecondaryCaptureImageStorage: reason}) as archive:
        attempt = deliver(archive.destination("stow"))
    captures = {each.identifier for each in ANSWER if each.sop_class_uid == SecondaryCaptureImageStorage}
    assert captures
    for receipt in attempt.receipts:
        assert receipt.outcome is (outcome if receipt.identifier in captures else Outcome.DELIVERED)
        assert (words in receipt.status) == (receipt.identifier in captures)
    assert bool(attempt.explanation) == (outcome is not Outcome.DELIVERED)


def test_a_409_for_every_instance_that_is_there_already_is_a_delivery() -> None:
    present = store_response([], {CAPTURE.identifier: 0x0111})
    assert answer_json(409, present).outcome is Outcome.DELIVERED
    assert answer_json(409, {}).outcome is Outcome.REFUSED


@pytest.mark.parametrize(
    ("status", "module", "media_type"),
    [
        (200, store_response([], {}), "application/dicom+json"),
        (200, store_response(["1.2.3"], {}), "application/dicom+json"),
        (202, store_response(["1.2.3"], {}), "application/dicom+json"),
        (200, store_response([CAPTURE.identifier], {CAPTURE.identifier: 0}), "application/dicom+json"),
        (200, {"00081199": 7}, "application/dicom+json"),
        (200, [], "application/dicom+xml"),
        (204, {}, ""),
    ],
)
def test_what_an_answer_does_not_name_as_stored_is_not_delivered(status: int, module: Any, media_type: str) -> None:
    attempt = answer_json(status, module, media_type)
    assert attempt.outcome is Outcome.RETRY
    assert attempt.explanation


def test_a_page_of_a_portal_is_no_success() -> None:
    for kind in ("stow", "orthanc"):
        attempt = answer_once(Reply(200, b"<html>Please log in</html>", {"Content-Type": "text/html"}), kind)
        assert attempt.outcome is Outcome.RETRY
        assert "not said to be stored" in attempt.explanation


def test_an_answer_in_a_list_with_a_charset_or_in_xml_is_read() -> None:
    module = store_response([CAPTURE.identifier], {}, warning=0xB000)
    attempt = answer_json(202, [module], "application/dicom+json; charset=utf-8")
    assert attempt.receipts[0].status == "202 0xB000 Stored, the peer coerced data elements"
    item = f'<Item number="1"><DicomAttribute tag="00081155" vr="UI"><Value number="1">{CAPTURE.identifier}</Value>'
    xml = f'<NativeDicomModel><DicomAttribute tag="00081199" vr="SQ">{item}</DicomAttribute></Item></DicomAttribute>'
    reply = Reply(200, f"{xml}</NativeDicomModel>".encode(), {"Content-Type": "application/dicom+xml"})
    assert answer_once(reply).outcome is Outcome.DELIVERED


@KINDS
@pytest.mark.parametrize(
    ("status", "outcome", "words"),
    [
        (301, Outcome.REFUSED, "set url of this destination to the address that the peer now has"),
        (400, Outcome.REFUSED, "Bad Request"),
        (401, Outcome.REFUSED, "check user and password_file, or token_file"),
        (404, Outcome.REFUSED, "leads to no such service"),
        (408, Outcome.RETRY, "Request Timeout"),
        (413, Outcome.REFUSED, "raise the largest upload"),
        (418, Outcome.REFUSED, "I'm a Teapot"),
        (429, Outcome.RETRY, "lower concurrency"),
        (500, Outcome.RETRY, "Internal Server Error"),
        (501, Outcome.REFUSED, "Not Implemented"),
        (503, Outcome.RETRY, "Service Unavailable"),
        (599, Outcome.RETRY, "a status that HTTP does not list"),
    ],
)
def test_each_status_has_its_outcome_and_advice(kind: str, status: int, outcome: Outcome, words: str) -> None:
    with WebArchive(lambda _number: Reply(status, headers={"Location": "/elsewhere"})) as archive:
        attempt = deliver(archive.destination(kind), [CAPTURE])
        assert len(archive.heard) == 1
    assert attempt.outcome is outcome
    assert f"{status} " in attempt.explanation
    assert words in attempt.explanation


@KINDS
def test_a_peer_that_asks_to_be_left_alone_says_for_how_long(kind: str) -> None:
    assert answer_once(Reply(503, headers={"Retry-After": "120"}), kind).left_alone_seconds == 120
    assert (
        answer_once(Reply(503, headers={"Retry-After": "Fri, 31 Dec 2027 23:59:59 GMT"}), kind).left_alone_seconds == 0
    )


@KINDS
def test_nobody_there_a_hang_and_garbage_are_tried_again(kind: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        hung = Destination.model_validate(
            {"name": kind, "kind": kind, "url": f"http://127.0.0.1:{port}", "timeout_seconds": 0.3}
        )
        attempt = deliver(hung, [CAPTURE])
        assert (attempt.outcome, "no answer in time" in attempt.explanation) == (Outcome.RETRY, True)
    attempt = deliver(hung, ANSWER)
    assert {each.outcome for each in attempt.receipts} == {Outcome.RETRY}
    assert "no connection, or it broke: Connection refused" in attempt.explanation


@KINDS
def test_orders_in_hl7_are_no_dicom_objects(kind: str) -> None:
    with WebArchive() as archive:
        attempt = deliver(archive.destination(kind), [make_hl7_document()])
        assert archive.heard == []
    assert attempt.outcome is Outcome.REFUSED


@KINDS
def test_who_calls_is_told_by_password_or_token_as_the_files_say_now(kind: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("pass word\n")
    with WebArchive() as archive:
        deliver(archive.destination(kind, user="node", password_file=secret), [CAPTURE])
        deliver(archive.destination(kind, token_file=secret), [CAPTURE])
        secret.write_text("renewed")
        deliver(archive.destination(kind, token_file=secret, token_header="X-Api-Key"), [CAPTURE])
        destination = build([archive.destination(kind, token_file=secret)], "OSTEONODE")[kind]
        secret.unlink()
        gone = destination.deliver([CAPTURE])
    told = [each.headers.get("Authorization") for each in archive.heard]
    assert told == ["Basic bm9kZTpwYXNzIHdvcmQ=", "Bearer pass word", None]
    assert {name.lower(): value for name, value in archive.heard[2].headers.items()}["x-api-key"] == "renewed"
    assert gone.outcome is Outcome.RETRY
    assert "token_file: " in gone.explanation


@KINDS
def test_nothing_is_taken_from_the_environment(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with WebArchive() as archive:
        assert deliver(archive.destination(kind), [CAPTURE]).outcome is Outcome.DELIVERED


@KINDS
@pytest.mark.parametrize(
    ("listener", "keys", "words"),
    [
        ("server", {}, ""),
        ("elsewhere", {"server_name": "pacs.hospital.test"}, ""),
        ("elsewhere", {"check_host_name": False}, ""),
        ("elsewhere", {}, "names another host"),
        ("expired-server", {}, "the certificate of the peer has expired"),
        ("server", {"authorities_file": PKI.path("other-ca.pem")}, "add"),
        ("server", {"authorities_file": None}, "is not believed here"),
        ("server", {"certificate_file": None, "key_file": None}, "certificate"),
    ],
)
def test_https_believes_whom_the_destination_believes(
    kind: str, listener: str, keys: dict[str, Any], words: str
) -> None:
    with WebArchive(tls=make_server_context(PKI.listener(listener))) as archive:
        settings = archive.destination(kind, tls=PKI.caller(**keys).model_dump())
        attempt = deliver(settings, [CAPTURE])
        assert probe(settings, "OSTEONODE").reachable == (not words)
    assert attempt.outcome is (Outcome.RETRY if words else Outcome.DELIVERED)
    assert words in attempt.explanation
    assert bool(archive.stored) == (not words)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("Success", Outcome.DELIVERED),
        ("AlreadyStored", Outcome.DELIVERED),
        ("FilteredOut", Outcome.REFUSED),
        ("Failure", Outcome.RETRY),
    ],
)
def test_each_word_of_orthanc_has_its_outcome(status: str, outcome: Outcome) -> None:
    attempt = answer_once(Reply(200, json.dumps({"Status": status}).encode()), "orthanc")
    assert attempt.outcome is outcome
    assert attempt.receipts[0].status == status


def test_labels_are_put_on_the_study_and_their_refusal_is_told_but_no_reason_to_send_again() -> None:
    with WebArchive() as archive:
        attempt = deliver(archive.destination("orthanc", labels=["read", "fracture"]), [CAPTURE])
    assert [each.line for each in archive.heard[1:]] == [
        "PUT /studies/study-1/labels/read",
        "PUT /studies/study-1/labels/fracture",
    ]
    assert attempt.explanation == ""
    with WebArchive(lambda number: Reply(404) if number else None) as archive:
        attempt = deliver(archive.destination("orthanc", labels=["read"]), [CAPTURE])
    assert attempt.outcome is Outcome.DELIVERED
    assert "did not take the labels read: they need Orthanc 1.12.0" in attempt.explanation


PROBES: list[tuple[str, int, bool]] = [
    ("stow", 204, True),
    ("stow", 404, True),
    ("stow", 405, True),
    ("stow", 401, False),
    ("stow", 503, False),
    ("orthanc", 401, False),
    ("orthanc", 200, False),
]


@pytest.mark.parametrize(("kind", "status", "reachable"), PROBES)
def test_a_probe_asks_for_nothing_of_a_patient(kind: str, status: int, reachable: bool) -> None:
    with WebArchive(lambda _number: Reply(status, b"{}")) as archive:
        assert probe(archive.destination(kind), "OSTEONODE").reachable is reachable
    asked = {"stow": "GET /studies?StudyInstanceUID=2.25.0&limit=1", "orthanc": "GET /system"}
    assert [each.line for each in archive.heard] == [asked[kind]]


def test_a_peer_that_never_stops_answering_is_read_no_further() -> None:
    endless: Callable[[int], Reply] = lambda _number: Reply(  # noqa: E731
        200, b" " * (5 << 20), {"Content-Type": "application/dicom+json"}
    )
    with WebArchive(endless) as archive:
        assert deliver(archive.destination("stow"), [CAPTURE]).outcome is Outcome.RETRY
