"""What a whole node tells an audit record repository, by the schema of the Standard."""

from pathlib import Path

import pytest
from lxml import etree
from pynetdicom import AE

from dicom_node.demo_peers.archive import Archive
from dicom_node.openings import open_audit
from dicom_node.tls.contexts import make_server_context
from tests.fakes.audit_repository import AuditRepository
from tests.fakes.certificates import make_pki
from tests.fakes.hospital import LOOPBACK, draw_study, make_settings, send, wait_until, write_study
from tests.system.node_process import NodeProcess

pytestmark = pytest.mark.system
SCHEMA = etree.RelaxNG(etree.parse(Path(__file__).parents[1] / "schemas" / "audit_message.rng"))
TYPES = {"110120": "start", "110121": "stop", "110126": "refused"}


def test_a_study_a_stranger_a_start_and_a_stop_reach_the_repository(tmp_path: Path) -> None:
    pki = make_pki()
    paths = write_study(tmp_path / "in", draw_study(7))
    with Archive(tmp_path / "archive") as archive, AuditRepository(make_server_context(pki.listener())) as repository:
        audit = {"repository": LOOPBACK, "port": repository.port, "tls": pki.caller().model_dump()}
        settings = make_settings(tmp_path / "data", pacs=archive.port, audit=audit)
        with NodeProcess(settings, tmp_path) as node:
            port = node.start()
            call_as_a_stranger(port)
            send(paths, port)
            wait_until(lambda: len(list((tmp_path / "archive").rglob("*.dcm"))) > 2)
        messages = [each.partition(b"\xef\xbb\xbf")[2] for each in repository.messages]
    trees = [etree.fromstring(each) for each in messages]
    assert all(SCHEMA.validate(each) for each in trees)
    said = [describe(each) for each in trees]
    assert (said[0], said[-1]) == ("start", "stop")
    assert sorted(said[1:-1]) == ["MODALITY 2 P00007", "OSTEONODE", "refused"]
    assert open_audit(settings).verify().faults == ()
    assert "P00007" not in node.log()


def call_as_a_stranger(port: int) -> None:
    ae = AE("STRANGER")
    ae.add_requested_context("1.2.840.10008.1.1")
    assoc = ae.associate(LOOPBACK, port, ae_title="OSTEONODE", bind_address=(LOOPBACK, 0))
    assert assoc.is_rejected


def describe(message: etree._Element) -> str:
    """Return what a message is about: its type, or who sent images, how many of whom, where they came in."""
    found = message.xpath("string(//EventTypeCode/@csd-code)")
    if found in TYPES:
        return TYPES[found]
    sender = message.xpath("string(//ActiveParticipant[@UserIsRequestor='true']/@AlternativeUserID)")
    images = message.xpath("string(//SOPClass/@NumberOfInstances)")
    patient = message.xpath(
        "string(//ParticipantObjectIdentification[@ParticipantObjectTypeCode='1']/@ParticipantObjectID)"
    )
    title = sender.removeprefix("AETITLES=")
    return title if title == "OSTEONODE" else f"{title} {images} {patient}"
