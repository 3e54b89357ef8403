"""A person has earlier studies fetched: the commands, the running node, and an Orthanc as the archive."""

from io import BytesIO
from pathlib import Path

import pytest
from pydicom import dcmwrite

from dicom_node.service import Service
from domain.delivery import DeliveryState
from tests.fakes.hospital import draw_study, make_settings, send, wait_until, write_study
from tests.fakes.light_reader import LightReader, light
from tests.peers.orthanc import run_orthanc
from tests.system.command_line import run_command
from tests.system.free_port import free_port

pytestmark = [pytest.mark.system, pytest.mark.slow, pytest.mark.peer("orthanc")]

SITE = """\
[node]
data = "{data}"

[[query]]
sender = "ORTHANC"
ae_title = "ORTHANC"
host = "127.0.0.1"
port = {port}
"""


def test_the_priors_of_a_study_are_listed_fetched_and_answered(tmp_path: Path) -> None:
    now, earlier = draw_study(1), draw_study(1)
    for ds in earlier:
        ds.StudyInstanceUID, ds.StudyDate = "2.25.11", "20200229"
        ds.SeriesInstanceUID, ds.SOPInstanceUID = f"{ds.SeriesInstanceUID}.1", f"{ds.SOPInstanceUID}.1"
        ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    uid, node_port = str(now[0].StudyInstanceUID), free_port()
    known = {"node": ("OSTEONODE", "127.0.0.1", node_port)}
    with run_orthanc(tmp_path / "orthanc", modalities=known, DicomAlwaysAllowFind=True) as orthanc:
        for ds in (*now, *earlier):
            buffer = BytesIO()
            dcmwrite(buffer, ds, enforce_file_format=True)
            orthanc.post("/instances", buffer.getvalue())
        site = tmp_path / "site.toml"
        site.write_text(SITE.format(data=tmp_path / "data", port=orthanc.dicom_port))
        query = {"sender": "ORTHANC", "ae_title": "ORTHANC", "host": "127.0.0.1", "port": orthanc.dicom_port}
        senders = [{"ae_title": "MODALITY"}, {"ae_title": "ORTHANC"}]
        folder = {"name": "results", "kind": "folder", "folder": tmp_path / "results"}
        settings = make_settings(tmp_path / "data", port=node_port, query=[query], sender=senders, destination=[folder])
        with Service(settings, reader_factory=light(LightReader())) as node:
            send(write_study(tmp_path / "in", now), node.port)
            wait_until(lambda: node.view.counts().deliveries.get(DeliveryState.DELIVERED) == 1)
            listed = run_command("priors", uid, "--config", site)
            assert "2.25.11" in listed.stdout, listed.stderr
            assert (uid in listed.stdout, "20200229" in listed.stdout) == (False, True)
            assert "asked for" in run_command("priors", uid, "--fetch", "--config", site).stdout
            wait_until(lambda: node.view.counts().deliveries.get(DeliveryState.DELIVERED) == 2)
            history = node.view.history("2.25.11")
            assert history is not None
            assert {each.calling_ae_title for each in history.arrivals} == {"ORTHANC"}
            assert "done" in run_command("fetch", "--config", site).stdout
