"""STOW-RS and REST to an Orthanc of Debian, and STOW-RS to a node of our own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.settings import Destination
from dicom_node.deliver.registry import build, probe
from domain.delivery import Outcome
from domain.document import DocumentKind
from tests.conftest import VIEWERS
from tests.fakes.documents import STUDY_INSTANCE_UID, make_answer
from tests.fakes.web_archive import web_destination
from tests.peers.orthanc import Orthanc, run_orthanc

DICOMWEB = {"Plugins": [VIEWERS["orthanc-dicomweb"]], "DicomWeb": {"Enable": True, "Root": "/dicom-web/"}}
SENT = {
    each.identifier: each.content for each in make_answer() if each.kind is not DocumentKind.STRUCTURED_REPORT_BASIC
}
PASSWORD = "a password of a test"


@pytest.fixture(scope="module")
def orthanc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orthanc]:
    folder = tmp_path_factory.mktemp("orthanc")
    with run_orthanc(folder, **DICOMWEB) as running:
        yield running


def to(orthanc: Orthanc, kind: str, **settings: Any) -> Destination:
    root = "/dicom-web" if kind == "stow" else "/"
    return web_destination(kind, orthanc.url + root, timeout_seconds=20, **settings)


@pytest.mark.peer("orthanc", "orthanc-dicomweb")
@pytest.mark.parametrize("kind", ["stow", "orthanc"])
def test_orthanc_holds_each_document_byte_for_byte_however_often_it_is_sent(orthanc: Orthanc, kind: str) -> None:
    settings = to(orthanc, kind)
    assert probe(settings, "OSTEONODE").reachable
    destination = build([settings], "OSTEONODE")[kind]
    attempts = [destination.deliver(make_answer()) for _ in range(2)]
    assert [(attempt.outcome, attempt.explanation) for attempt in attempts] == [(Outcome.DELIVERED, "")] * 2
    files = orthanc.study_files(STUDY_INSTANCE_UID)
    assert sorted(files) == sorted(SENT.values())


@pytest.mark.peer("orthanc", "orthanc-dicomweb")
def test_a_url_that_is_no_dicomweb_service_is_refused_with_what_to_change(orthanc: Orthanc) -> None:
    wrong = web_destination("stow", f"{orthanc.url}/nowhere")
    attempt = build([wrong], "OSTEONODE")["stow"].deliver(make_answer())
    assert attempt.outcome is Outcome.REFUSED
    assert "404 Not Found; url of this destination leads to no such service: correct it" in attempt.explanation
    assert "answers, but 404 to a search" in probe(wrong, "OSTEONODE").explanation


@pytest.mark.peer("orthanc", "orthanc-dicomweb")
def test_orthanc_takes_who_is_known_to_it_and_what_it_does_not_take_is_told_alone(tmp_path: Path) -> None:
    script, secret = tmp_path / "filter.lua", tmp_path / "secret"
    script.write_text("function ReceivedInstanceFilter(dicom, origin) return dicom.Modality ~= 'PR' end\n")
    secret.write_text(PASSWORD)
    users = {"AuthenticationEnabled": True, "RegisteredUsers": {"node": PASSWORD}}
    with run_orthanc(tmp_path / "orthanc", LuaScripts=[str(script)], **users, **DICOMWEB) as orthanc:
        # Its DICOMweb plugin 1.7 names what the filter drops as stored: docs/delivery.md says so.
        for kind, statuses in (("stow", []), ("orthanc", ["FilteredOut"])):
            known = build([to(orthanc, kind, user="node", password_file=secret)], "OSTEONODE")[kind]
            attempt = known.deliver(make_answer())
            refused = [receipt.status for receipt in attempt.receipts if receipt.outcome is not Outcome.DELIVERED]
            assert refused == statuses
            unknown = build([to(orthanc, kind)], "OSTEONODE")[kind].deliver(make_answer())
            assert unknown.outcome is Outcome.REFUSED
            assert "401 Unauthorized; check user and password_file" in unknown.explanation
