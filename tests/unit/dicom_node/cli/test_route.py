"""route: which rule fires for a study and why, before anybody is sent anything."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from config.load import load_settings
from dicom_node.cli.main import run
from tests.fakes.radiographs import PATIENT_VALUES, make_radiograph, save_radiograph
from tests.unit.dicom_node.pipeline.workbench import Workbench

SITE = """
[node]
data = "{data}"
[[destination]]
name = "pacs"
kind = "dicom"
ae_title = "PACS"
host = "127.0.0.1"
port = 104
[[destination]]
name = "ris"
kind = "hl7"
host = "127.0.0.1"
port = 2575
"""
ROUTES = """
[[route]]
name = "hips"
region = "hip"
destinations = []
[[route]]
name = "suspicions"
finding = ["present", "doubt"]
tags = { BodyPartExamined = "HAND", PatientName = "Zzyzx*" }
destinations = ["pacs"]
documents = { pacs = ["structured_report"] }
[[route]]
name = "rest"
destinations = ["ris"]
"""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Path, Workbench]]:
    """Return a configuration with routes whose ledger has an answered study of a broken hand, 1.1."""
    (tmp_path / "data").mkdir()
    bench = Workbench(tmp_path / "data")
    config = tmp_path / "site.toml"
    config.write_text(SITE.format(data=tmp_path / "data") + ROUTES)
    bench.parts = replace(
        bench.parts, settings=load_settings(config).model_copy(update={"completion": bench.parts.settings.completion})
    )
    bench.arrive("1", "1")
    bench.complete()
    yield config, bench
    bench.close()


def ask(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert run(["route", *map(str, arguments)]) == 0
    return capsys.readouterr().out


def as_json(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(ask(capsys, *arguments, "--json"))
    return told


def test_a_study_says_which_route_fired_and_by_which_condition_another_did_not(
    site: tuple[Path, Workbench], capsys: pytest.CaptureFixture[str]
) -> None:
    out = ask(capsys, "1.1", "--config", site[0])
    lines = {line.split()[0]: line for line in out.splitlines() if line.strip()}
    assert lines["hips"].split() == ["hips", "no", "region", '"hip"', "hand", "no"]
    assert "fired" in lines["suspicions"]
    assert "not asked" in lines["rest"]
    assert 'Route "suspicions" decides' in out
    assert "structured_report" in lines["pacs"]
    assert "nothing" in lines["ris"]
    assert 'When it was answered: by route "suspicions", to pacs.' in out


def test_values_that_may_name_a_patient_are_compared_and_not_shown(
    site: tuple[Path, Workbench], capsys: pytest.CaptureFixture[str]
) -> None:
    out = ask(capsys, "1.1", "--config", site[0]) + ask(capsys, "1.1", "--config", site[0], "--json")
    assert "(not shown)" in out
    assert not [value for value in PATIENT_VALUES.values() if value in out]
    with site[1].engine.connect() as connection:
        assert "Quilla" not in str(connection.exec_driver_sql("SELECT judged FROM routing").all())


def test_other_routes_can_be_tried_on_a_study_and_what_was_decided_stays(
    site: tuple[Path, Workbench], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    other = tmp_path / "other.toml"
    other.write_text(SITE.format(data="elsewhere"))
    out = ask(capsys, "1.1", "--config", site[0], "--routes", other)
    assert "There is no [[route]]: every destination gets what it takes." in out
    assert "these routes decide otherwise" in out
    assert as_json(capsys, "1.1", "--config", site[0])["route"] == "suspicions"


def test_a_study_that_says_otherwise_is_tried_by_options(
    site: tuple[Path, Workbench], capsys: pytest.CaptureFixture[str]
) -> None:
    assert as_json(capsys, "1.1", "--config", site[0], "--finding", "absent")["route"] == "rest"
    assert as_json(capsys, "1.1", "--config", site[0], "--region", "hip")["destinations"] == {}


def test_files_that_nobody_read_say_what_is_missing_and_take_it(
    site: tuple[Path, Workbench], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = save_radiograph(make_radiograph(5), tmp_path / "new.dcm")
    told = as_json(capsys, path, "--config", site[0])
    assert (told["route"], told["unknown"]) == ("rest", ["--region", "--finding"])
    assert "Give --region, --finding." in ask(capsys, path, "--config", site[0])
    stated = ("--region", "wrist", "--finding", "doubt")
    assert as_json(capsys, path, "--config", site[0], *stated)["route"] == "suspicions"


def test_files_of_two_studies_are_refused(
    site: tuple[Path, Workbench], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    paths = [save_radiograph(make_radiograph(seed), tmp_path / f"{seed}.dcm") for seed in (5, 6)]
    assert run(["route", *map(str, paths), "--config", str(site[0])]) == 2
    assert "2 studies" in capsys.readouterr().err


def test_a_study_that_nobody_knows_is_told(site: tuple[Path, Workbench], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["route", "1.99", "--config", str(site[0])]) == 1
    assert "osteonode studies" in capsys.readouterr().err


def test_the_history_of_a_study_shows_its_route(
    site: tuple[Path, Workbench], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["show", "1.1", "--config", str(site[0])]) == 0
    shown = capsys.readouterr().out
    assert "pacs: structured_report" in shown
    assert "finding present or doubt" in shown
