"""What doctor says of DCMTK's programs, each misconfigured in one way; one test per cause."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dicom_node.association_failures.explanation import Place
from dicom_node.deliver.registry import build
from dicom_node.doctor.verdicts import Check, Verdict
from domain.document import DocumentKind
from tests.fakes.documents import make_dicom_document
from tests.peers.dcmqrscp import Dcmqrscp, run_dcmqrscp
from tests.peers.doctor import examine_peer, find_faults
from tests.peers.storescp import Storescp, run_storescp

pytestmark = pytest.mark.peer("dcmtk")

#: Association negotiation profiles of DCMTK (asconfig.txt).
PROFILES = """
[[TransferSyntaxes]]
[Plain]
TransferSyntax1 = LittleEndianExplicit
TransferSyntax2 = LittleEndianImplicit
[Compressed]
TransferSyntax1 = JPEG2000
[[PresentationContexts]]
[Old]
PresentationContext1 = SecondaryCaptureImageStorage\\Plain
PresentationContext2 = ComprehensiveSRStorage\\Plain
PresentationContext3 = GrayscaleSoftcopyPresentationStateStorage\\Compressed
[OtherModality]
PresentationContext1 = CTImageStorage\\Plain
[[Profiles]]
[Old]
PresentationContexts = Old
[OtherModality]
PresentationContexts = OtherModality
"""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dcmqrscp]:
    with run_dcmqrscp(tmp_path_factory.mktemp("dcmqrscp")) as running:
        yield running


def query(archive: Dcmqrscp, **keys: Any) -> dict[str, Any]:
    return {"sender": "CR1", "ae_title": "ARCHIVE", "host": "127.0.0.1", "port": archive.port, **keys}


def of(checks: list[Check], probe: str) -> Check:
    """Return the check of a probe that was made once."""
    (found,) = [check for check in checks if check.probe == probe]
    return found


def test_an_archive_that_is_as_it_should_be_is_good_in_every_probe(archive: Dcmqrscp) -> None:
    checks = examine_peer(archive.destination())
    assert [check.probe for check in checks] == ["TCP", "association", "contexts", "C-ECHO"]
    assert {check.verdict for check in checks} == {Verdict.GOOD}


def test_a_wrong_called_ae_title(archive: Dcmqrscp) -> None:
    (fault,) = find_faults(examine_peer(archive.destination(ae_title="PACS")))
    assert (fault.code, fault.place) == ("1/1/7", Place.HERE)
    assert "the peer is not called PACS" in fault.meaning
    assert "set ae_title of this destination to the peer's own title" in fault.change


def test_an_unknown_calling_ae_title_which_dcmqrscp_takes_for_a_wrong_called_one(archive: Dcmqrscp) -> None:
    (fault,) = find_faults(examine_peer(archive.destination(calling_ae_title="NOBODY")))
    assert fault.code == "1/1/7"
    assert "add calling AE title NOBODY at the peer: dcmqrscp answers so" in fault.change


def test_a_source_that_answers_questions_and_would_send(archive: Dcmqrscp) -> None:
    checks = examine_peer(query=query(archive))
    assert [check.probe for check in checks] == ["TCP", "association", "C-FIND", "C-MOVE"]
    assert {check.verdict for check in checks} == {Verdict.GOOD}


def test_a_source_with_c_get_switched_off(tmp_path: Path) -> None:
    with run_dcmqrscp(tmp_path, "--disable-get") as archive:
        (fault,) = find_faults(examine_peer(query=query(archive, retrieve="get")))
    assert (fault.probe, fault.code, fault.place) == ("C-GET", "context 3", Place.PEER)


def test_storage_commitment_that_an_archive_does_not_offer(archive: Dcmqrscp) -> None:
    (fault,) = find_faults(examine_peer(archive.destination(commitment=True)))
    assert (fault.probe, fault.code) == ("storage commitment", "context 3")
    assert "or set commitment = false" in fault.change


@pytest.fixture
def profiles(tmp_path: Path) -> Path:
    file = tmp_path / "profiles.cfg"
    file.write_text(PROFILES)
    return file


def test_an_archive_that_stores_only_ct(tmp_path: Path, profiles: Path) -> None:
    with run_storescp(tmp_path / "scp", "-xf", str(profiles), "OtherModality") as storescp:
        checks = examine_peer(storescp.destination())
    faults = find_faults(checks)
    assert {(fault.probe, fault.code) for fault in faults} == {("contexts", "context 3")}
    missed = " ".join(fault.meaning.partition("Not stored: ")[2] for fault in faults)
    assert {"structured_report", "secondary_capture,", "presentation_state"} <= set(missed.split())
    assert of(checks, "C-ECHO").verdict is Verdict.WARNING


def test_an_archive_of_before_3d_reports_and_with_a_class_that_it_only_takes_compressed(
    tmp_path: Path, profiles: Path
) -> None:
    with run_storescp(tmp_path / "scp", "-xf", str(profiles), "Old") as storescp:
        checks = examine_peer(storescp.destination())
    (warning, *_echo) = [check for check in checks if check.verdict is Verdict.WARNING]
    assert "structured_report goes as Comprehensive SR Storage" in warning.meaning
    (fault,) = find_faults(checks)
    assert fault.code == "context 4"
    assert "Not stored: presentation_state" in fault.meaning
    assert "enable Explicit or Implicit VR Little Endian" in fault.change


def test_an_archive_that_refuses_every_association(tmp_path: Path) -> None:
    with run_storescp(tmp_path, "--refuse") as storescp:
        (fault,) = find_faults(examine_peer(storescp.destination()))
    assert (fault.code, fault.place) == ("1/1/1", Place.PEER)
    assert "look in its log" in fault.change


def test_an_archive_that_aborts_when_it_is_sent_something_is_told_by_the_delivery(tmp_path: Path) -> None:
    with run_storescp(tmp_path, "--abort-after") as storescp:
        assert find_faults(examine_peer(storescp.destination())) == []  # it accepts all that may be asked
        destination = build([storescp.destination("pacs")], "OSTEONODE")["pacs"]
        attempt = destination.deliver([make_dicom_document(DocumentKind.SECONDARY_CAPTURE)])
    assert "broke the association (A-ABORT by the service-user)" in attempt.explanation
    assert "whether this node may store and query there" in attempt.explanation


def test_a_port_that_nobody_listens_at(tmp_path: Path) -> None:
    with run_storescp(tmp_path) as storescp:
        gone = storescp.destination()
    (fault,) = find_faults(examine_peer(gone))
    assert (fault.probe, fault.code) == ("TCP", "TCP-REFUSED")
    assert "no program listens at this port" in fault.meaning


def test_nothing_is_left_at_an_archive_that_was_examined(tmp_path: Path) -> None:
    with run_storescp(tmp_path) as storescp:
        assert find_faults(examine_peer(storescp.destination())) == []
        assert isinstance(storescp, Storescp)
        assert storescp.files() == ()
