"""What doctor says of Orthancs, each misconfigured in one way; one test per cause."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.settings import Destination
from dicom_node.association_failures.explanation import Place
from dicom_node.deliver.registry import build
from dicom_node.doctor.verdicts import Verdict
from domain.document import DocumentKind
from tests.fakes.documents import make_dicom_document
from tests.peers.doctor import examine_peer, find_faults
from tests.peers.orthanc import Orthanc, run_orthanc

pytestmark = [pytest.mark.peer("orthanc"), pytest.mark.peer("orthanc-dicomweb")]


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orthanc]:
    """Give an Orthanc that knows nobody, lets nobody do anything, and asks for a password."""
    keys = {
        "DicomAlwaysAllowEcho": False,
        "DicomAlwaysAllowStore": False,
        "AuthenticationEnabled": True,
        "RegisteredUsers": {"osteonode": "open sesame"},
        "Plugins": ["/usr/share/orthanc/plugins/libOrthancDicomWeb.so"],
    }
    with run_orthanc(tmp_path_factory.mktemp("strict"), **keys) as running:
        yield running


@pytest.fixture(scope="module")
def open_one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orthanc]:
    """Give an Orthanc that knows this node, without plugins."""
    us = ("OSTEONODE", "127.0.0.1", 11112)  # where nothing is sent to
    with run_orthanc(tmp_path_factory.mktemp("open"), modalities={"osteonode": us}) as running:
        yield running


def query(orthanc: Orthanc, **keys: Any) -> dict[str, Any]:
    return {"sender": "CR1", "ae_title": "ORTHANC", "host": "127.0.0.1", "port": orthanc.dicom_port, **keys}


def web(orthanc: Orthanc, **keys: Any) -> Destination:
    return Destination.model_validate({"name": "web", "kind": "stow", "url": f"{orthanc.url}/dicom-web", **keys})


def rest(orthanc: Orthanc, **keys: Any) -> Destination:
    return Destination.model_validate({"name": "rest", "kind": "orthanc", "url": orthanc.url, **keys})


def test_an_ae_title_that_orthanc_does_not_know(strict: Orthanc) -> None:
    (fault,) = find_faults(examine_peer(strict.destination()))
    assert (fault.code, fault.place) == ("1/1/3", Place.PEER)
    assert "does not know calling AE title OSTEONODE" in fault.meaning
    assert "Orthanc: DicomModalities" in fault.change


def test_an_orthanc_that_checks_how_it_is_called(open_one: Orthanc) -> None:
    misnamed = open_one.destination().model_copy(update={"ae_title": "PACS"})
    (fault,) = find_faults(examine_peer(misnamed))
    assert (fault.code, fault.place) == ("1/1/7", Place.HERE)
    assert "Orthanc: DicomAet" in fault.change


def test_an_orthanc_that_accepts_everything_and_breaks_off_at_the_first_object(tmp_path: Path) -> None:
    with run_orthanc(tmp_path, DicomAlwaysAllowStore=False) as orthanc:
        assert find_faults(examine_peer(orthanc.destination("pacs"))) == []
        destination = build([orthanc.destination("pacs")], "OSTEONODE")["pacs"]
        attempt = destination.deliver([make_dicom_document(DocumentKind.SECONDARY_CAPTURE)])
        assert orthanc.instances() == []
    assert "DicomAlwaysAllowStore" in attempt.explanation


def test_an_orthanc_as_source_that_knows_this_node(open_one: Orthanc) -> None:
    checks = examine_peer(query=query(open_one))
    assert [(check.probe, check.verdict) for check in checks[2:]] == [
        ("C-FIND", Verdict.GOOD),
        ("C-MOVE", Verdict.UNKNOWN),
    ]
    assert "answers 0xC000 to a study that nobody has" in checks[-1].meaning


def test_an_orthanc_that_commits(open_one: Orthanc) -> None:
    checks = examine_peer(open_one.destination("pacs", commitment=True))
    assert find_faults(checks) == []
    (commitment,) = [check for check in checks if check.probe == "storage commitment"]
    assert "reports by calling this node" in commitment.meaning


def test_an_orthanc_that_does_not_let_an_unknown_title_ask(open_one: Orthanc) -> None:
    faults = find_faults(examine_peer(query=query(open_one, calling_ae_title="NOBODY")))
    assert [fault.probe for fault in faults] == ["C-FIND", "C-MOVE"]
    assert all("AllowFind" in fault.change for fault in faults)


def test_an_orthanc_that_wants_a_password(strict: Orthanc) -> None:
    for destination in (web(strict), rest(strict)):
        (fault,) = find_faults(examine_peer(destination))
        assert "401 Unauthorized" in fault.meaning
        assert "check user and password_file" in fault.change


def test_an_orthanc_that_gets_the_wrong_password_and_then_the_right_one(strict: Orthanc, tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("open barley\n")
    known = rest(strict, user="osteonode", password_file=password)
    (fault,) = find_faults(examine_peer(known))
    assert "401" in fault.meaning
    password.write_text("open sesame\n")
    checks = examine_peer(known)
    assert find_faults(checks) == []
    assert "takes these credentials" in checks[1].meaning


def test_a_password_file_that_is_not_there(open_one: Orthanc) -> None:
    (fault,) = find_faults(examine_peer(rest(open_one, user="osteonode", password_file=Path("/gone"))))
    assert (fault.code, fault.place) == ("CONFIG", Place.HERE)


def test_an_orthanc_without_its_dicomweb_plugin(open_one: Orthanc) -> None:
    (fault,) = find_faults(examine_peer(web(open_one)))
    assert "its DICOMweb plugin is absent" in fault.meaning
    assert 'or set kind = "orthanc" here' in fault.change


def test_a_url_that_leads_to_no_orthanc(open_one: Orthanc) -> None:
    (fault,) = find_faults(examine_peer(rest(open_one, url=f"{open_one.url}/nowhere")))
    assert "404 Not Found" in fault.meaning
    assert fault.place is Place.HERE


def test_an_orthanc_with_its_plugin_and_a_password_is_good(strict: Orthanc, tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("open sesame\n")
    checks = examine_peer(web(strict, user="osteonode", password_file=password))
    assert [(check.probe, check.verdict) for check in checks] == [("TCP", Verdict.GOOD), ("DICOMweb", Verdict.GOOD)]


def test_labels_that_an_older_orthanc_does_not_have(open_one: Orthanc) -> None:
    checks = examine_peer(rest(open_one, labels=["read"]))
    is_older = any("Orthanc 1.10" in check.meaning or "Orthanc 1.11" in check.meaning for check in checks)
    assert any(check.probe == "labels" for check in checks) is is_older


def test_an_orthanc_that_is_followed_is_asked_for_its_version(open_one: Orthanc) -> None:
    checks = examine_peer(orthanc={"name": "source", "url": open_one.url})
    assert find_faults(checks) == []
    assert "answers" in checks[1].meaning
