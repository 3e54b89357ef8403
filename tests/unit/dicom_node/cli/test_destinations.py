"""destinations: which is left alone, since when and why, and what waits for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dicom_node.cli.main import run
from dicom_node.ledger.database import database_url, open_engine
from dicom_node.ledger.interventions import Interventions
from domain.delivery import Outcome
from tests.fakes.clock import FakeClock
from tests.fakes.starts import FakeStarts
from tests.unit.dicom_node.pipeline.workbench import Workbench

SITE = """
[node]
data = "{data}"
[[destination]]
name = "ris"
kind = "hl7"
host = "127.0.0.1"
port = 2575
"""


@pytest.fixture
def config(tmp_path: Path) -> Iterator[Path]:
    """Return a configuration without the archive, which is left alone with two studies that wait."""
    data = tmp_path / "data"
    data.mkdir()
    bench = Workbench(data)
    bench.expect(pacs=[Outcome.RETRY] * 5)
    for study in "12":
        bench.arrive(study, "1")
    bench.complete()
    while bench.starts.deliveries:
        bench.deliver()
    path = tmp_path / "site.toml"
    path.write_text(SITE.format(data=data))
    yield path
    bench.close()


def test_each_destination_says_whether_deliveries_go_there_and_why_not(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["destinations", "--config", str(config)]) == 0
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines() if line.strip()}
    assert "wait: it is left alone" in lines["pacs"]
    assert "not in the configuration" in lines["pacs"]
    assert lines["pacs"].split()[-3:] == ["2", "0", "scripted"]
    assert lines["ris"].split()[:4] == ["ris", "hl7", "go", "there"]


def test_the_list_of_studies_says_that_deliveries_wait(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["studies", "--config", str(config)]) == 0
    assert "pacs is left alone and its deliveries wait: `osteonode destinations` says why." in capsys.readouterr().out


def test_a_person_who_retries_has_it_probed_at_once(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    engine = open_engine(database_url(config.parent / "data"))
    Interventions(engine, FakeClock(), FakeStarts()).retry_delivery("1.1", "pacs")
    engine.dispose()
    assert run(["destinations", "--config", str(config)]) == 0
    assert "at once" in capsys.readouterr().out
