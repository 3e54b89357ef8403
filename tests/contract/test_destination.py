"""What every ports.Destination keeps, the fake as well as those that deliver."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from config.settings import Destination
from dicom_node import ports
from dicom_node.deliver.registry import build
from dicom_node.demo_peers.archive import Archive
from dicom_node.demo_peers.mllp_receiver import MllpReceiver
from domain.delivery import Outcome
from domain.document import Document
from tests.fakes.archive import destination_for, dicom_destination
from tests.fakes.destination import FakeDestination
from tests.fakes.documents import make_answer, make_hl7_document
from tests.fakes.mllp_receiver import hl7_destination
from tests.fakes.web_archive import WebArchive, web_destination

Case = tuple[ports.Destination, tuple[Document, ...]]


def fake(_folder: Path) -> Iterator[Case]:
    yield FakeDestination(), make_answer()


def folder(folder: Path) -> Iterator[Case]:
    yield _build(Destination(name="files", kind="folder", folder=folder)), (*make_answer(), make_hl7_document())


def dicom(folder: Path) -> Iterator[Case]:
    with Archive(folder) as archive:
        yield _build(destination_for(archive)), make_answer()


def hl7(_folder: Path) -> Iterator[Case]:
    with MllpReceiver() as receiver:
        yield _build(hl7_destination(receiver.port)), (make_hl7_document("A1"), make_hl7_document("A2"))


def stow(_folder: Path) -> Iterator[Case]:
    with WebArchive() as archive:
        yield _build(archive.destination("stow")), make_answer()


def orthanc(_folder: Path) -> Iterator[Case]:
    with WebArchive() as archive:
        yield _build(archive.destination("orthanc")), make_answer()


@pytest.fixture(params=[fake, folder, dicom, hl7, stow, orthanc])
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Case]:
    make: Callable[[Path], Iterator[Case]] = request.param
    yield from make(tmp_path)


def test_every_document_gets_one_receipt(case: Case) -> None:
    destination, documents = case
    attempt = destination.deliver(documents)
    assert sorted(receipt.identifier for receipt in attempt.receipts) == _identifiers(documents)
    assert attempt.outcome is Outcome.DELIVERED
    assert attempt.explanation == ""
    assert all(receipt.status for receipt in attempt.receipts)


def test_the_same_again_is_answered_the_same(case: Case) -> None:
    destination, documents = case
    assert destination.deliver(documents) == destination.deliver(documents)


def test_one_document_alone_is_delivered_alone(case: Case) -> None:
    destination, documents = case
    assert [receipt.identifier for receipt in destination.deliver(documents[:1]).receipts] == _identifiers(
        documents[:1]
    )


def test_a_probe_of_what_is_there_says_so_and_delivers_nothing(case: Case) -> None:
    destination, _documents = case
    found = destination.probe()
    assert found.reachable
    assert found.explanation


@pytest.mark.parametrize(
    ("destination", "documents"),
    [
        (FakeDestination(outcomes=[Outcome.RETRY]), make_answer()),
        (Destination(name="files", kind="folder", folder=Path("/dev/null")), make_answer()),
        (dicom_destination(1), make_answer()),
        (hl7_destination(1), [make_hl7_document()]),
        *((web_destination(kind), make_answer()) for kind in ("stow", "orthanc")),
    ],
    ids=["fake", "folder", "dicom", "hl7", "stow", "orthanc"],
)
def test_a_failure_is_a_receipt_for_each_document_and_an_explanation(
    destination: ports.Destination | Destination, documents: Sequence[Document]
) -> None:
    attempt = (_build(destination) if isinstance(destination, Destination) else destination).deliver(documents)
    assert sorted(receipt.identifier for receipt in attempt.receipts) == _identifiers(documents)
    assert {receipt.outcome for receipt in attempt.receipts} == {Outcome.RETRY}
    assert attempt.explanation


@pytest.mark.parametrize(
    "settings",
    [
        Destination(name="files", kind="folder", folder=Path("/dev/null")),
        dicom_destination(1),
        hl7_destination(1),
        web_destination("stow"),
        web_destination("orthanc"),
    ],
    ids=["folder", "dicom", "hl7", "stow", "orthanc"],
)
def test_a_probe_of_what_is_not_there_says_why(settings: Destination) -> None:
    found = _build(settings).probe()
    assert not found.reachable
    assert len(found.explanation) > 20


def _build(settings: Destination) -> ports.Destination:
    return build([settings], "OSTEONODE")[settings.name]


def _identifiers(documents: Sequence[Document]) -> list[str]:
    return sorted(document.identifier for document in documents)
