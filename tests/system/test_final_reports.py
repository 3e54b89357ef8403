"""A whole node that is told what the radiologist said: before the study, and again when the report is corrected."""

import urllib.request
from collections.abc import Iterator
from pathlib import Path

import hl7
import pytest
from hl7.client import MLLPClient

from dicom_node.agreement_ports import Comparison
from dicom_node.ledger.database import database_url, open_engine
from dicom_node.ledger.report_comparisons import ComparisonView
from dicom_node.pipeline import report_matching
from dicom_node.service import Service
from domain.final_report import ReportStatement, ReportStatus
from tests.fakes.hospital import LOOPBACK, draw_study, make_settings, send, wait_until, write_study
from tests.fakes.light_reader import light
from tests.fakes.scrape import sample
from tests.system.free_port import free_port

pytestmark = [pytest.mark.system, pytest.mark.slow]
STUDY = draw_study(7)
UID = str(STUDY[0].StudyInstanceUID)
REPORT = (
    "MSH|^~\\&|RIS|HOSPITAL|OSTEONODE|RADIOLOGY|20260301110000||ORU^R01^ORU_R01|{0}|P|2.5.1\r"
    "PID|1||{1}^^^NORTH^MR||Doe^Jane\r"
    "OBR|1|PL-7^RIS|FI-7^RIS|XRHAN2^XR hand^LOCAL||||||||||||||A00007|||||||{2}\r"
    "OBX|1|FT|19005-8^Impression^LN||{3}||||||{2}\r"
)


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def node(tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    monkeypatch.setattr(report_matching, "INTERVAL_SECONDS", 0.2)
    tables = {"orders": {"port": port}, "final_reports": {}, "metrics": {"enabled": True, "port": 0}}
    settings = make_settings(tmp_path / "data", quiet_seconds=0.5, **tables)
    with Service(settings, reader_factory=light()) as service:
        yield service


def report(port: int, *fields: str) -> str:
    """Send a report as an information system does, and return MSA-1."""
    with MLLPClient(LOOPBACK, port) as client:
        answer = hl7.parse(client.send_message(REPORT.format(*fields).encode()).strip(b"\x0b\x1c\r"))
    return str(answer.segment("MSA")[1])


def test_what_the_radiologist_said_stands_beside_the_answer(node: Service, port: int, tmp_path: Path) -> None:
    engine = open_engine(database_url(tmp_path / "data"))
    view = ComparisonView(engine)

    def stated() -> ReportStatement | None:
        found: Comparison | None = view.comparison_of(UID)
        return found.statement if found else None

    assert report(port, "R0", "SOMEBODY-ELSE", "F", "No fracture.") == "AA"
    assert report(port, "R1", "P00007", "F", "Acute fracture of the distal radius.") == "AA"
    send(write_study(tmp_path / "in", STUDY), node.port)
    wait_until(lambda: stated() is ReportStatement.FRACTURE, 30)
    assert report(port, "R2", "P00007", "C", "No acute fracture. Nutrient canal.") == "AA"
    wait_until(lambda: stated() is ReportStatement.NO_FRACTURE, 30)
    (kept,) = view.reports_of(UID)
    comparison = view.comparison_of(UID)
    assert comparison is not None
    assert (kept.status, kept.control_id, comparison.version) == (ReportStatus.CORRECTED, "R2", 1)
    with urllib.request.urlopen(f"http://{LOOPBACK}:{node.metrics_port}/metrics", timeout=20) as answer:
        assert sample(answer.read().decode(), "osteonode_final_reports", state="compared") == 1
    engine.dispose()
    written = b"".join(path.read_bytes() for path in (tmp_path / "data").glob("osteonode.sqlite*"))
    assert b"Nutrient" not in written
