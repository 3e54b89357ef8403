"""What `osteonode studies` and `show` tell of impressions: how often a phrase model worded them, and why not."""

from pathlib import Path

import pytest

from dicom_node.cli.main import run
from dicom_node.ledger.database import create_tables, database_url, open_engine
from dicom_node.ledger.ledger import Ledger
from domain.impression import TOO_SLOW, Impression
from tests.fakes.answered import close, make_document, say
from tests.fakes.arrivals import arrive
from tests.fakes.clock import FakeClock
from tests.fakes.starts import FakeStarts

REFUSALS = ("", "otherwise:side", "otherwise:side", TOO_SLOW)


def write_ledger(folder: Path, *refusals: str) -> str:
    """Answer a study with each refusal, and return the file of the node that did."""
    folder.joinpath("data").mkdir()
    engine = open_engine(database_url(folder / "data"))
    create_tables(engine)
    ledger = Ledger(engine, folder / "data", FakeClock(), FakeStarts())
    for study, refusal in enumerate(map(str, refusals), 1):
        ledger.record_instance(arrive(str(study), "1"))
        close(ledger, str(study))
        impression = Impression("phrases 1.0.0", text="" if refusal else "Nobody may read this.", refusal=refusal)
        documents = [make_document(str(study))]
        ledger.keep_answer(f"1.{study}", 1, documents, findings=say(str(study)), recipients=(), impression=impression)
    engine.dispose()
    file = folder / "site.toml"
    file.write_text('[node]\ndata = "./data"\n')
    return str(file)


def test_studies_counts_who_worded_impressions_and_why_not_the_model(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["studies", "--config", write_ledger(tmp_path, *REFUSALS)]) == 0
    said = capsys.readouterr().out
    counted = "1 by the phrase model, 3 by the template (2 x otherwise:side, 1 x too-slow)"
    assert f"impressions: {counted}" in said


def test_without_a_model_studies_says_nothing_of_impressions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["studies", "--config", write_ledger(tmp_path)]) == 0
    assert "impressions" not in capsys.readouterr().out


def test_show_says_which_model_was_asked_and_what_was_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write_ledger(tmp_path, *REFUSALS)
    for study, wording in (("1.1", "the model's"), ("1.2", "template: otherwise:side")):
        assert run(["show", study, "--config", file]) == 0
        said = capsys.readouterr().out
        assert "phrases 1.0.0" in said
        assert wording in said
        assert "Nobody may read" not in said
