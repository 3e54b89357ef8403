import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert

from dicom_node.act_records import name_commander
from dicom_node.cli import main
from dicom_node.clock import SystemClock
from dicom_node.ledger import image_measures, tables
from dicom_node.ledger.audit_book import AuditBook
from dicom_node.ledger.database import writing
from dicom_node.ledger.rows import reading_json
from dicom_node.ports import ReadImage
from domain.audit import EventID, EventOutcome, EventType
from domain.finding import Fracture, FractureState
from inference.zoo import load_manifest, model_set
from tests.fakes.arrivals import arrive
from tests.fakes.light_reader import make_reading
from tests.fakes.measures import draw_images, put_input_reference
from tests.fakes.scores import put_reference


@pytest.fixture
def config(config: Path, tmp_path: Path) -> Path:
    """Return the configuration of a node whose bundle has the scores of its validation images beside it."""
    config.write_text(f'{config.read_text()}[reading]\nbundle = "{put_reference(tmp_path)}"\n')
    return config


def keep(engine: Engine, folder: Path, probability: float, images: int) -> None:
    """Keep images and their readings, all at once: one fsync."""
    digest, now = model_set(load_manifest(folder)), SystemClock().now()
    fracture = Fracture(FractureState.DOUBT, probability, (probability, probability))
    measures = draw_images(images, seed=2, contrast=-0.3)
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
            image_measures.keep(connection, ReadImage(reading, measures=measures[number]), now)


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


def test_images_that_differ_are_said_by_the_names_of_their_measures(
    engine: Engine, config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put_input_reference(tmp_path, draw_images(200, seed=1))
    keep(engine, tmp_path, 0.3, 60)
    assert "differs: displayed contrast" in drift(config, capsys)
    said = drift(config, capsys, "--inputs")
    assert all(words in said for words in ("sharpness (log10)", "as the validation images", "learning"))
    assert "doubt" not in said
    inputs = json.loads(drift(config, capsys, "--inputs", "--json"))["inputs"]
    (hand,) = (each for each in inputs if each["region"] == "hand")
    assert [each["measure"] for each in hand["measures"] if each["verdict"] == "differs"] == ["contrast"]
    assert (hand["receiver"], hand["sender"], hand["first_images"]["found"]) == ("OSTEONODE", "MODALITY", 60)


def test_shares_of_doubt_and_of_not_analysed_stand_by_own_title_sender_and_region(
    engine: Engine, config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(engine, tmp_path, 0.3, 60)
    (line,) = json.loads(drift(config, capsys, "--json"))["lines"]
    assert (line["receiver"], line["sender"], line["region"]) == ("OSTEONODE", "MODALITY", "hand")
    assert (line["doubt_share"], line["not_analysed_share"]) == (1.0, 0.0)
    said = drift(config, capsys)
    assert all(words in said for words in ("receiver", "doubt", "not analysed", "100.0%"))


def test_a_sender_whose_change_is_right_is_learned_anew(
    engine: Engine, config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(engine, tmp_path, 0.3, 210)
    drift(config, capsys)
    assert "of MODALITY from now on" in drift(config, capsys, "--learn-anew", "MODALITY")
    assert "Nothing was learned of ROOM9 yet" in drift(config, capsys, "--learn-anew", "ROOM9")
    assert "learning the sender's first images: 0 of 200" in drift(config, capsys)


def test_who_has_a_sender_learned_anew_is_in_the_audit_trail_and_so_is_who_had_nothing_to_learn(
    engine: Engine, config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(engine, tmp_path, 0.3, 210)
    drift(config, capsys)
    for sender in ("MODALITY", "ROOM9"):
        drift(config, capsys, "--learn-anew", sender)
    refused, done = (each.event for each in AuditBook(engine).records())
    assert (done.event_id, done.types) == (EventID.SECURITY_ALERT, (EventType.SOFTWARE_CONFIGURATION,))
    assert {done.who, refused.who} == {name_commander()}
    assert [each.resources[0].identifier for each in (done, refused)] == ["MODALITY", "ROOM9"]
    assert [each.outcome for each in (done, refused)] == [EventOutcome.SUCCESS, EventOutcome.MINOR_FAILURE]


def test_no_image_that_was_measured_is_said_so(
    engine: Engine, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert drift(config, capsys, "--inputs", "--days", "1") == "No image was measured in the last 1 day.\n"
