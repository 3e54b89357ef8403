"""Who gets an association, as peers see it on the wire."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import (
    UID,
    ComputedRadiographyImageStorage,
    CTImageStorage,
    DigitalXRayImageStorageForPresentation,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGExtended12Bit,
    JPEGLosslessSV1,
)
from pynetdicom.presentation import AllStoragePresentationContexts

from dicom_node.receive.contexts import COMPRESSED_TRANSFER_SYNTAXES, NATIVE_TRANSFER_SYNTAXES, STORAGE_SOP_CLASSES
from domain.tier import Tier
from tests.fakes.radiographs import make_radiograph, save_radiograph
from tests.fakes.storage_node import StorageNode, make_store, rejection, send, wait_until
from tests.fuzz.wire import associate_request


@pytest.fixture
def node(tmp_path: Path) -> Iterator[StorageNode]:
    with StorageNode(tmp_path) as node:
        yield node


@pytest.mark.peer("dcmtk")
def test_echoscu_is_answered(node: StorageNode) -> None:
    output = node.run_dcmtk("echoscu")
    assert "Received Echo Response (Success)" in output
    assert output.endswith("exit 0")


@pytest.mark.peer("dcmtk")
@pytest.mark.parametrize(
    ("calling", "called", "reason"),
    [
        ("NOBODY", "OSTEONODE", "Calling AE Title Not Recognized"),
        ("mod1", "OSTEONODE", "Calling AE Title Not Recognized"),
        ("FAR", "OSTEONODE", "Calling AE Title Not Recognized"),
        ("MOD1", "OTHER", "Called AE Title Not Recognized"),
        ("MOD1", "osteonode", "Called AE Title Not Recognized"),
    ],
)
def test_dcmtk_is_told_why_it_is_refused(node: StorageNode, calling: str, called: str, reason: str) -> None:
    output = node.run_dcmtk("echoscu", calling=calling, called=called)
    assert "Result: Rejected Permanent, Source: Service User" in output
    assert f"Reason: {reason}" in output
    assert not output.endswith("exit 0")


@pytest.mark.parametrize(
    ("calling", "called", "bind", "expected"),
    [
        ("NOBODY", "OSTEONODE", "127.0.0.1", (1, 1, 3)),
        ("FAR", "OSTEONODE", "127.0.0.1", (1, 1, 3)),
        ("MOD1", "OTHER", "127.0.0.1", (1, 1, 7)),
    ],
)
def test_the_rejection_has_the_numbers_of_the_standard(
    node: StorageNode, calling: str, called: str, bind: str, expected: tuple[int, int, int]
) -> None:
    with node.associate(calling, called, bind=bind) as assoc:
        assert assoc.is_rejected
        assert rejection(assoc) == expected


def test_a_sender_bound_to_an_address_is_admitted_from_there(node: StorageNode) -> None:
    with node.associate("FAR", bind="127.0.0.2") as assoc:
        assert assoc.is_established


def test_spaces_around_a_title_do_not_matter(node: StorageNode) -> None:
    with node.associate(" MOD1 ", "OSTEONODE  ") as assoc:
        assert send(assoc, make_store(make_radiograph())) == (0x0000, "")
    (instance,) = node.ledger.instances.values()
    assert (instance.calling_ae_title, instance.called_ae_title) == ("MOD1", "OSTEONODE")


def test_a_refusal_is_explained_in_the_log(node: StorageNode, caplog: pytest.LogCaptureFixture) -> None:
    with node.associate("NOBODY"):
        pass
    assert "'NOBODY' at 127.0.0.1 may not send here" in caplog.text
    assert "[[sender]]" in caplog.text


def test_one_association_too_many_is_asked_to_come_again(tmp_path: Path) -> None:
    with StorageNode(tmp_path, associations=1) as node:
        with node.associate() as first, node.associate() as second:
            assert first.is_established
            assert rejection(second) == (2, 3, 2)
        wait_until(lambda: node.scp._open.count_here() == 0)
        with node.associate() as third:
            assert third.is_established


def test_too_many_open_connections_are_refused_and_explained(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with StorageNode(tmp_path, associations=1) as node:
        silent = [socket.create_connection(("127.0.0.1", node.scp.port)) for _ in range(6)]
        with node.associate() as assoc:
            assert rejection(assoc) == (2, 3, 2)
        for connection in silent:
            connection.close()
    assert "'MOD1' at 127.0.0.1 asked while more than 4 connections are open" in caplog.text


def test_connections_that_never_ask_do_not_use_up_the_associations(tmp_path: Path) -> None:
    with StorageNode(tmp_path, associations=1) as node:
        silent = [socket.create_connection(("127.0.0.1", node.scp.port)) for _ in range(2)]
        with node.associate() as assoc:
            assert assoc.is_established
        for connection in silent:
            connection.close()


def test_a_node_that_stops_refuses_newcomers_and_lets_the_sender_keep_its_images(tmp_path: Path) -> None:
    with StorageNode(tmp_path) as node, node.associate() as old:
        stopping = threading.Thread(target=node.scp.stop, args=(10.0,))
        stopping.start()
        wait_until(node.scp._stopping.is_set)
        with node.associate() as new:
            assert rejection(new) == (2, 3, 1)
        status, comment = send(old, make_store(make_radiograph()))
        assert (status, comment) == (0xA700, "Node is shutting down, send again later")
        old.release()
        stopping.join(timeout=8)
        assert not stopping.is_alive()
    assert node.files("incoming") == node.files("instances") == []


@pytest.mark.parametrize("syntax", NATIVE_TRANSFER_SYNTAXES + COMPRESSED_TRANSFER_SYNTAXES, ids=lambda uid: uid.name)
def test_every_syntax_of_the_table_is_accepted_for_every_class(node: StorageNode, syntax: UID) -> None:
    with node.associate(sop_class_uids=STORAGE_SOP_CLASSES, transfer_syntax_uids=(syntax,)) as assoc:
        accepted = {context.abstract_syntax: context.transfer_syntax for context in assoc.accepted_contexts}
        assert accepted == {uid: [syntax] for uid in STORAGE_SOP_CLASSES}


def test_the_peer_is_asked_to_decompress_when_it_can(node: StorageNode) -> None:
    proposed = (JPEGLosslessSV1, ImplicitVRLittleEndian, ExplicitVRLittleEndian)
    with node.associate(transfer_syntax_uids=proposed) as assoc:
        assert assoc.accepted_contexts[0].transfer_syntax == [ExplicitVRLittleEndian]


def test_what_is_not_taken_is_refused_context_by_context(node: StorageNode) -> None:
    classes = (CTImageStorage, ComputedRadiographyImageStorage)
    with node.associate(sop_class_uids=classes) as assoc:
        assert [context.result for context in assoc.rejected_contexts] == [3]
        assert len(assoc.accepted_contexts) == 1
    with node.associate(transfer_syntax_uids=(JPEGExtended12Bit,)) as assoc:
        assert [context.result for context in assoc.rejected_contexts] == [4]


#: Two own titles; one sender that may send CR only, one that must encrypt.
TABLES = {
    "sender": [
        {"ae_title": "MOD1"},
        {"ae_title": "CRONLY", "sop_classes": ["CR"]},
        {"ae_title": "SECRET", "tls": "required"},
        {"ae_title": "FAR", "address": ["127.0.0.2", "10.0.0.0/8"]},
    ],
    "application_entity": [{"ae_title": "TRAUMA", "senders": ["MOD1"], "tier": "types", "sop_classes": ["CR"]}],
}


@pytest.fixture
def ruled(tmp_path: Path) -> Iterator[StorageNode]:
    with StorageNode(tmp_path, tables=TABLES) as node:
        yield node


@pytest.mark.peer("dcmtk")
@pytest.mark.parametrize(
    ("calling", "called", "reason"),
    [
        ("CRONLY", "TRAUMA", "Reason: Calling AE Title Not Recognized"),
        ("SECRET", "OSTEONODE", "Reason: No Reason"),
        ("FAR", "OSTEONODE", "Reason: Calling AE Title Not Recognized"),
        ("MOD1", "trauma", "Reason: Called AE Title Not Recognized"),
    ],
)
def test_dcmtk_is_refused_by_the_rules_of_its_sender_or_of_the_title(
    ruled: StorageNode, caplog: pytest.LogCaptureFixture, calling: str, called: str, reason: str
) -> None:
    output = ruled.run_dcmtk("echoscu", calling=calling, called=called)
    assert "Result: Rejected Permanent, Source: Service User" in output
    assert reason in output
    assert f"'{calling}' at 127.0.0.1" in caplog.text


@pytest.mark.peer("dcmtk")
def test_dcmtk_sends_to_a_second_title_and_its_tier_is_kept_with_the_image(ruled: StorageNode, tmp_path: Path) -> None:
    file = save_radiograph(make_radiograph(), tmp_path / "a.dcm")
    assert "Received Store Response (Success)" in ruled.run_dcmtk("storescu", file, called="TRAUMA")
    (instance,) = ruled.ledger.instances.values()
    assert (instance.called_ae_title, instance.tier) == ("TRAUMA", Tier.TYPES)


@pytest.mark.peer("dcmtk")
def test_dcmtk_is_refused_the_context_of_a_class_that_its_sender_may_not_send(
    ruled: StorageNode, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = save_radiograph(make_radiograph(SOPClassUID=DigitalXRayImageStorageForPresentation), tmp_path / "dx.dcm")
    output = ruled.run_dcmtk("storescu", "--required", file, calling="CRONLY")
    assert "No Acceptable Presentation Contexts" in output
    assert "Digital X-Ray Image Storage - For Presentation: not among sop_classes of the [[sender]]" in caplog.text
    assert ruled.ledger.instances == {}


@pytest.mark.parametrize(("calling", "called"), [("CRONLY", "OSTEONODE"), ("MOD1", "TRAUMA")])
def test_contexts_follow_the_rules_of_the_sender_and_of_the_title(
    ruled: StorageNode, calling: str, called: str
) -> None:
    with ruled.associate(calling, called, sop_class_uids=STORAGE_SOP_CLASSES) as assoc:
        assert [context.abstract_syntax for context in assoc.accepted_contexts] == [ComputedRadiographyImageStorage]
        assert {context.result for context in assoc.rejected_contexts} == {3}


@pytest.mark.peer("dcmtk")
def test_a_sloppy_dcmtk_is_admitted_where_the_switch_is_on(tmp_path: Path) -> None:
    tables = {"node": {"port": 0, "ignore_ae_title_case": True}}
    with StorageNode(tmp_path, tables=tables) as node:
        assert node.run_dcmtk("echoscu", calling="mod1", called="osteonode").endswith("exit 0")


@pytest.mark.parametrize(("tolerant", "answer"), [(True, 2), (False, 3)])
def test_a_title_that_is_filled_up_with_nul_is_admitted_where_the_switch_is_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, tolerant: bool, answer: int
) -> None:
    asked = bytearray(associate_request("MOD1"))
    asked[26:42] = b"MOD1".ljust(16, b"\0")
    tables = {"node": {"port": 0, "end_ae_titles_at_nul": tolerant}}
    with (
        StorageNode(tmp_path, tables=tables) as node,
        socket.create_connection(("127.0.0.1", node.scp.port), timeout=10) as connection,
    ):
        connection.sendall(bytes(asked))
        assert connection.recv(1)[0] == answer  # A-ASSOCIATE-AC or -RJ
    assert ("node.end_ae_titles_at_nul" in caplog.text) is not tolerant


@pytest.mark.peer("dcmtk")
def test_dcmtk_is_told_to_come_again_while_its_own_associations_are_open(tmp_path: Path) -> None:
    with StorageNode(tmp_path, peer_associations=1) as node, node.associate("MOD1") as first:
        assert first.is_established
        output = node.run_dcmtk("echoscu", calling="MOD1")
        assert "Result: Rejected Transient" in output
        assert "Reason: Local Limit Exceeded" in output
        assert node.run_dcmtk("echoscu", calling="MOD2").endswith("exit 0")  # another peer is not held up


def test_a_connection_that_never_asks_is_closed_when_the_artim_timer_runs_out(tmp_path: Path) -> None:
    with StorageNode(tmp_path, artim_seconds=0.3) as node:
        silent = socket.create_connection(("127.0.0.1", node.scp.port), timeout=10)
        assert silent.recv(1) == b""
        silent.close()


def test_an_association_without_traffic_is_aborted_when_its_time_is_over(tmp_path: Path) -> None:
    with StorageNode(tmp_path, idle_seconds=0.3) as node, node.associate() as assoc:
        wait_until(lambda: assoc.is_aborted)


@pytest.mark.peer("dcmtk")
def test_dcmtk_is_asked_for_pdus_of_the_configured_size(tmp_path: Path) -> None:
    with StorageNode(tmp_path, pdu_bytes=8192) as node:
        assert "Their Max PDU Receive Size:  8192" in node.run_dcmtk("echoscu", "-d")


def test_of_all_storage_classes_there_are_those_of_the_fact_sheet_are_negotiated(node: StorageNode) -> None:
    sheet = (Path(__file__).parents[2] / "docs" / "dicom-network.md").read_text(encoding="utf-8")
    every = [context.abstract_syntax for context in AllStoragePresentationContexts]
    taken: set[str] = set()
    for start in range(0, len(every), 120):  # an association proposes 128 contexts at most
        with node.associate(sop_class_uids=tuple(every[start : start + 120])) as assoc:
            taken |= {str(context.abstract_syntax) for context in assoc.accepted_contexts}
    assert taken == {uid for uid in every if f" {uid} |" in sheet}


@pytest.mark.parametrize(("place", "reason"), [(10, 7), (26, 3)])
def test_a_title_of_blanks_is_rejected_on_the_wire_and_explained(
    node: StorageNode, caplog: pytest.LogCaptureFixture, place: int, reason: int
) -> None:
    titles = bytearray(b"\1\0\0\0\0\x44\0\1\0\0" + b"OSTEONODE".ljust(16) + b"MOD1".ljust(16) + bytes(32))
    titles[place : place + 16] = b" " * 16
    with socket.create_connection(("127.0.0.1", node.scp.port), timeout=10) as peer:
        peer.sendall(titles)
        assert peer.recv(10) == bytes((3, 0, 0, 0, 0, 4, 0, 1, 1, reason))
    wait_until(lambda: "blanks only" in caplog.text)


@pytest.mark.peer("dcmtk")
def test_dcmtk_is_told_to_keep_an_image_that_is_larger_than_the_limit(tmp_path: Path) -> None:
    file = save_radiograph(make_radiograph(rows=1024, columns=1024), tmp_path / "large.dcm")
    with StorageNode(tmp_path / "data", data_set_mib=1) as node:
        assert "Refused: OutOfResources" in node.run_dcmtk("storescu", file)
        assert node.files("instances") == node.files("quarantine") == []


@pytest.mark.peer("dcmtk")
def test_dcmtk_sends_sequences_nested_beyond_reason_and_they_are_put_aside(tmp_path: Path) -> None:
    ds = make_radiograph()
    for depth in range(70):
        outer = Dataset()
        outer.RequestAttributesSequence = ds.pop("RequestAttributesSequence").value if depth else [Dataset()]
        ds.RequestAttributesSequence = [outer]
    with StorageNode(tmp_path / "data") as node:
        output = node.run_dcmtk("storescu", save_radiograph(ds, tmp_path / "deep.dcm"))
        assert "CannotUnderstand" in output
        (aside,) = node.ledger.put_aside
        assert aside.reason_code == "DATA-SET-TOO-COMPLEX"
