"""Storage commitment with an archive that nobody here wrote, whose reports come on associations of its own (Orthanc).

And with one whose report comes when the node that asked is no more.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from config.settings import Settings
from dicom_node.demo_peers.archive import Archive
from dicom_node.service import Service
from domain.commitment import CommitmentState
from domain.delivery import DeliveryState
from tests.fakes.commitment_provider import CommitmentProvider, call_and_report, report_of
from tests.fakes.hospital import MODALITY, draw_study, make_settings, send, wait_until, write_study
from tests.fakes.light_reader import LightReader, light
from tests.peers.orthanc import Orthanc, run_orthanc
from tests.system.free_port import free_port

pytestmark = [pytest.mark.system, pytest.mark.slow, pytest.mark.peer("orthanc")]


class CommittingSite:
    """A node before an Orthanc that knows it."""

    def __init__(self, folder: Path, orthanc: Orthanc, port: int) -> None:
        self.folder, self.orthanc, self.port = folder, orthanc, port

    def node(self, *, commitment: bool) -> Service:
        pacs = self.orthanc.destination("pacs").model_dump(exclude_defaults=True) | {
            "commitment": commitment,
            "retry": {"first_seconds": 0.2, "cap_seconds": 1.0},
        }
        settings = {
            "node": {"data": self.folder / "data", "port": self.port},
            "sender": [
                {"ae_title": MODALITY, "address": "127.0.0.1"},
                {"ae_title": self.orthanc.ae_title, "commitment": {"port": self.orthanc.dicom_port}},
            ],
            "destination": [pacs],
            "completion": {"quiet_seconds": 0.5, "hard_cap_seconds": 60},
            "limits": {"free_disk_mib": 1},
        }
        return Service(Settings.model_validate(settings), reader_factory=light(LightReader()), rescue_seconds=2.0)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[CommittingSite]:
    port = free_port()
    with run_orthanc(tmp_path / "orthanc", modalities={"node": ("OSTEONODE", "127.0.0.1", port)}) as orthanc:
        yield CommittingSite(tmp_path, orthanc, port)


def commitments(node: Service, uid: str) -> list[CommitmentState]:
    history = node.view.history(uid)
    return [each.state for each in history.commitments] if history else []


def test_orthanc_commits_and_what_it_lost_is_sent_again_by_a_node_that_was_restarted(site: CommittingSite) -> None:
    study = draw_study(1)
    uid = str(study[0].StudyInstanceUID)
    with site.node(commitment=False) as node:
        assert set(send(write_study(site.folder / "in", study), node.port).values()) == {0}
        wait_until(lambda: node.view.counts().deliveries == {DeliveryState.DELIVERED: 1})
    before = {each["SOPInstanceUID"]: each["ID"] for each in site.orthanc.instances()}
    lost = sorted(before)[0]
    urlopen(Request(f"{site.orthanc.url}/instances/{before[lost]}", method="DELETE")).close()
    with site.node(commitment=True) as node:
        wait_until(lambda: commitments(node, uid) == [CommitmentState.COMMITTED])
        history = node.view.history(uid)
    assert history is not None
    assert (history.commitments[0].resends, history.commitments[0].ask) == (1, 2)
    assert {each["SOPInstanceUID"] for each in site.orthanc.instances()} == set(before)
    assert len(history.attempts) == 2


def test_orthanc_asks_the_node_to_commit_and_is_told_what_it_keeps(site: CommittingSite) -> None:
    """As SCU: Orthanc stores images here, asks for commitment, and takes the report on an association of ours."""
    study = draw_study(2)
    for path in write_study(site.folder / "in", study):
        site.orthanc.post("/instances", path.read_bytes())
    with site.node(commitment=False):
        stored = site.orthanc.get("/instances?expand")
        order = {"Resources": [each["ID"] for each in stored], "StorageCommitment": True}
        done = site.orthanc.post("/modalities/node/store", json.dumps(order).encode())
        report = f"/storage-commitment/{done['StorageCommitmentTransactionUID']}"
        wait_until(lambda: site.orthanc.get(report)["Status"] != "Pending")
        told = site.orthanc.get(report)
    assert (told["Status"], len(told["Success"]), told["Failures"]) == ("Success", 2, [])


def test_a_report_that_comes_after_a_restart_is_believed_and_nothing_is_asked_again(tmp_path: Path) -> None:
    study, provider = draw_study(3), CommitmentProvider()
    uid = str(study[0].StudyInstanceUID)
    with Archive(tmp_path / "archive") as archive:
        kept_by = {"ae_title": "ARCHIVE", "port": provider.start(), "answer_seconds": 3600, "linger_seconds": 0}
        pacs = {"name": "pacs", "kind": "dicom", "ae_title": "ARCHIVE", "host": "127.0.0.1", "port": archive.port}
        destination = [pacs | {"commitment": True, "commitment_provider": kept_by}]
        settings = make_settings(tmp_path / "data", destination=destination)
        with Service(settings, reader_factory=light()) as node:
            assert set(send(write_study(tmp_path / "in", study), node.port).values()) == {0}
            wait_until(lambda: commitments(node, uid) == [CommitmentState.ASKED])
        with Service(settings, reader_factory=light()) as node:
            assert commitments(node, uid) == [CommitmentState.ASKED]
            assert call_and_report(node.port, [report_of(provider.requests[0])]) == [0]
            wait_until(lambda: commitments(node, uid) == [CommitmentState.COMMITTED])
        assert len(provider.requests) == 1
        assert len(archive.files()) == len(provider.requests[0].ReferencedSOPSequence)
    provider.stop()
