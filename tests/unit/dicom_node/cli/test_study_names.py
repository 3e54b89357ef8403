"""What a person may call a study on the command line: its UID, its accession number, what a log calls it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dicom_node.cli.main import run
from dicom_node.ledger import study_names
from dicom_node.log_events import name_uid
from tests.fakes.radiographs import PATIENT_VALUES
from tests.unit.dicom_node.pipeline.workbench import Workbench

ACCESSION = PATIENT_VALUES["AccessionNumber"]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    """Return a ledger with one answered study, 1.1; every image has the same accession number."""
    data = tmp_path / "data"
    data.mkdir()
    (tmp_path / "site.toml").write_text(f'[node]\ndata = "{data}"\n')
    bench = Workbench(data)
    bench.arrive("1", "1")
    bench.complete()
    yield bench
    bench.close()


def ask(bench: Workbench, *words: str) -> int:
    return run([*words, "--config", str(bench.folder.parent / "site.toml")])


@pytest.mark.parametrize("name", ["1.1", ACCESSION, name_uid("1.1"), name_uid("1.1.1.1"), "1.1.1.1", " 1.1 "])
def test_a_study_is_found_by_every_name_that_a_person_has_of_it(
    bench: Workbench, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask(bench, "show", name) == 0
    assert "1.1.1.1" in capsys.readouterr().out
    assert ask(bench, "route", name) == 0
    assert capsys.readouterr().out.startswith("study 1.1 version 1, answered")


def test_an_accession_number_is_enough_to_remove_a_study(bench: Workbench, capsys: pytest.CaptureFixture[str]) -> None:
    bench.deliver()
    assert ask(bench, "purge", "--study", ACCESSION, "--yes") == 0
    assert "1.1: purged" in capsys.readouterr().out


def test_a_name_of_several_studies_changes_none_and_names_them(
    bench: Workbench, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.arrive("2", "1")
    assert ask(bench, "retract", ACCESSION, "--reason", "other") == 1
    said = capsys.readouterr().err
    assert "2 studies have this name" in said
    assert "1.1, 1.2" in said or "1.2, 1.1" in said
    assert bench.history("1").retractions == ()


def test_nothing_is_done_to_a_study_while_another_may_have_its_number(
    bench: Workbench, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(study_names, "MOST_SECONDS", 0.0)
    monkeypatch.setattr(study_names, "BATCH", 1)
    bench.arrive("2", "1")
    bench.arrive("3", "1")
    assert ask(bench, "retract", ACCESSION, "--reason", "other") == 1
    said = capsys.readouterr().err
    assert "accession numbers of 2 studies are not in the ledger yet: ask again" in said
    assert "so far 1.1 has this name" in said
    assert bench.history("1").retractions == ()
    assert ask(bench, "studies", "--find", ACCESSION[:7]) == 0
    assert "accession numbers of 1 study are not in the ledger yet" in capsys.readouterr().out


def test_the_list_is_narrowed_to_what_begins_like_a_text(bench: Workbench, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(bench, "studies", "--find", ACCESSION[:7]) == 0
    assert "1.1" in capsys.readouterr().out
    assert ask(bench, "studies", "--find", "ACC-NOBODY") == 1
    assert "no study fits ACC-NOBODY: give" in capsys.readouterr().out


def test_a_name_that_nobody_has_is_told_with_where_to_look(
    bench: Workbench, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask(bench, "show", "ACC-NOBODY") == 1
    assert "osteonode studies --find" in capsys.readouterr().err
