from pathlib import Path

import pytest

from dicom_node.cli.main import DONE, FAILED, run
from dicom_node.ledger.audit_trail import LedgerAuditTrail
from dicom_node.ledger.database import create_tables, database_url, open_engine, writing
from domain.audit import AuditedPatient, EventType, Participant
from domain.audit_templates import instances_accessed, security_alert
from tests.fakes.clock import FakeClock


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A configuration whose node has refused a stranger and shown a study."""
    engine = open_engine(database_url(tmp_path))
    create_tables(engine)
    trail = LedgerAuditTrail(engine, FakeClock())
    stranger = Participant("STRANGER", is_requestor=True, address="127.0.0.9")
    alert = "add a [[sender]] with this ae_title"
    trail.record(security_alert(EventType.NODE_AUTHENTICATION, Participant("1"), alert, others=(stranger,)))
    trail.record(instances_accessed("ada", "1.2", patient=AuditedPatient("4711", "Doe^Jane")))
    engine.dispose()
    site = tmp_path / "site.toml"
    site.write_text(f'[node]\ndata = "{tmp_path}"\n')
    return site


def test_records_are_listed_in_words_and_patients_on_demand_only(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["audit", "list", "--config", str(site)]) == DONE
    told = capsys.readouterr().out
    assert "add a [[sender]] with this ae_title" in told
    assert "failure (4)" in told
    assert "4711" not in told
    assert run(["audit", "list", "--patients", "--study", "1.2", "--config", str(site)]) == DONE
    told = capsys.readouterr().out
    assert "4711 Doe^Jane" in told
    assert "STRANGER" not in told


def test_looking_is_a_record_too(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        run(["audit", "list", "--config", str(site)])
    assert capsys.readouterr().out.count("Audit Log Used") == 3


def test_the_proof_is_said_and_its_failure_is_the_exit_code(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", "verify", "--config", str(site)]) == DONE
    assert "3 records, none changed, none missing" in capsys.readouterr().out
    engine = open_engine(database_url(site.parent))
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE audit SET who = 'eve' WHERE number = 1")
    engine.dispose()
    assert run(["audit", "verify", "--config", str(site)]) == FAILED
    assert "record 1: the columns" in capsys.readouterr().err
