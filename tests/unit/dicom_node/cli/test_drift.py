import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert

from dicom_node.cli import main
from dicom_node.clock import SystemClock
from dicom_node.ledger import tables
from dicom_node.ledger.database import create_tables, database_url, open_engine, writing
from dicom_node.ledger.rows import reading_json
from domain.finding import Fracture, FractureState
from inference.zoo import load_manifest, model_set
from tests.fakes.arrivals import arrive
from tests.fakes.light_reader import make_reading
from tests.fakes.scores import put_reference


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(database_url(tmp_path))
    create_tables(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "site.toml"
    path.write_text(f'[node]\ndata = "{tmp_path}"\n[reading]\nbundle = "{put_reference(tmp_path)}"\n')
    return path


def keep(engine: Engine, folder: Path, probability: float, images: int) -> None:
    """Keep images and their readings, all at once: one fsync."""
    digest, now = model_set(load_manifest(folder)), SystemClock().now()
    fracture = Fracture(FractureState.DOUBT, probability, (probability, probability))
    with writing(engine) as connection:
        for number in range(images):
            image = arrive("1", str(number))
            reading = replace(make_reading(image.sop_instance_uid, "1.2"), fracture=fracture, model_set=digest)
            sent = {name: each for name, each in asdict(image).items() if name != "is_purged"}
            sent |= {"version": 1, "path": ""}
            connection.execute(insert(tables.instance).values(sent))
            said = {"status": reading.status, "content": reading_json(reading), "read_at": now}
            names = {name: sent[name] for name in ("sha256", "sop_instance_uid")}
            connection.execute(insert(tables.reading).values(names | said | {"model_set": digest}))


def drift(config: Path, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    assert main.run(["drift", "--config", str(config), *options]) == main.DONE
    return capsys.readouterr().out


def test_what_differs_is_said_in_words(
    engine: Engine, config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(engine, tmp_path, 0.3, 60)
    said = drift(config, capsys)
    assert "MODALITY" in said
    assert "differs: look at what this sender sends" in said
    (line,) = json.loads(drift(config, capsys, "--json"))["lines"]
    assert (line["region"], line["read"], line["verdict"]) == ("hand", 60, "differs")
    assert line["population_stability_index"] > line["limit"]


def test_few_images_are_said_to_be_too_few(
    engine: Engine, config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(engine, tmp_path, 0.3, 12)
    assert "too few images: 12 of 50" in drift(config, capsys)


def test_a_node_that_read_nothing_says_so(engine: Engine, config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert drift(config, capsys, "--days", "7") == "No image was read by these models in the last 7 days.\n"
