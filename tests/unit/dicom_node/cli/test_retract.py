"""retract and reread: what a person is told, and that a note goes where it should and nowhere else."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dicom_node.cli.main import run
from dicom_node.ledger.interventions import Interventions
from domain.correction import Retraction, RetractionReason
from tests.fakes.clock import FakeClock
from tests.unit.dicom_node.pipeline.workbench import Workbench

NOTE = "Roe^Richard was read for Doe"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Path, Workbench]]:
    """Return a configuration whose ledger has one answered study, 1.1."""
    data = tmp_path / "data"
    data.mkdir()
    bench = Workbench(data)
    assert isinstance(bench.clock, FakeClock)
    bench.arrive("1", "1")
    bench.complete()
    config = tmp_path / "site.toml"
    config.write_text(f'[node]\ndata = "{data}"\n')
    yield config, bench
    bench.close()


def retract(config: Path, *more: str) -> int:
    return run(["retract", "1.1", "--config", str(config), *more])


def test_a_retracted_study_shows_why_by_whom_and_with_which_note(
    site: tuple[Path, Workbench], capsys: pytest.CaptureFixture[str]
) -> None:
    config, bench = site
    person = Interventions(bench.engine, bench.clock, bench.starts)
    person.retract("1.1", Retraction(RetractionReason.WRONG_PATIENT, "head of radiology", NOTE))
    assert run(["show", "1.1", "--config", str(config)]) == 0
    shown = capsys.readouterr().out
    assert all(words in shown for words in ("wrong-patient", "head of radiology", "Roe^Richard", "on request"))
    assert run(["studies", "--config", str(config)]) == 0
    assert "wrong-patient" in capsys.readouterr().out


def test_a_study_that_is_retracted_is_not_retracted_again_and_the_message_says_what_to_do(
    site: tuple[Path, Workbench], capsys: pytest.CaptureFixture[str]
) -> None:
    config, bench = site
    Interventions(bench.engine, bench.clock, bench.starts).retract("1.1", Retraction(RetractionReason.OTHER))
    assert retract(config, "--reason", "other") == 1
    said = capsys.readouterr().err
    assert "osteonode reread" in said
    assert "INTERVENTION-REFUSED" in said


@pytest.mark.parametrize("wrong", [("--reason", "boredom"), (), ("--reason", "other", "--note", "x" * 501)])
def test_wrong_usage_is_told_and_changes_nothing(
    site: tuple[Path, Workbench], wrong: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    config, bench = site
    assert retract(config, *wrong) == 2
    assert "x" * 100 not in capsys.readouterr().err
    assert bench.history("1").retractions == ()


def test_a_study_that_nobody_knows_is_an_error_that_says_so(
    site: tuple[Path, Workbench], capsys: pytest.CaptureFixture[str]
) -> None:
    config, _ = site
    assert run(["retract", "1.9", "--reason", "other", "--config", str(config)]) == 1
    assert "no such study" in capsys.readouterr().err
