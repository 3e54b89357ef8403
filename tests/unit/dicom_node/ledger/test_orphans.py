"""Files without a row go when they have lain for days; nothing that a row speaks of, and nothing young."""

import os
import time
from pathlib import Path

from sqlalchemy import Engine

from dicom_node.ledger.database import writing
from dicom_node.ledger.ledger import Ledger
from dicom_node.ledger.orphans import SECONDS_BEFORE, remove_orphans
from dicom_node.ledger.retention_tables import removal
from tests.fakes.answered import answer

OLD = time.time() - SECONDS_BEFORE - 60


def put(path: Path, *, old: bool = True) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"content")
    for each in (path, path.parent) if old else ():
        os.utime(each, (OLD, OLD))
    return path


def test_what_no_row_speaks_of_goes_when_it_is_old(engine: Engine, tmp_path: Path) -> None:
    image = put(tmp_path / "instances" / "ab" / "1.9" / "1.9.1.header.dcm")
    stage = put(tmp_path / "documents" / "1.9" / "1.abc.part" / "report.dcm")
    picture = put(tmp_path / "evidence" / "1.9" / "1.9.1" / "display.png")
    assert remove_orphans(engine, tmp_path) == 3
    assert not any(path.exists() for path in (image, stage, picture))


def test_what_was_just_written_stays_for_its_row(engine: Engine, tmp_path: Path) -> None:
    image = put(tmp_path / "instances" / "ab" / "1.9" / "1.9.1.header.dcm", old=False)
    assert remove_orphans(engine, tmp_path) == 0
    assert image.is_file()


def test_what_a_row_speaks_of_stays_however_old(engine: Engine, ledger: Ledger, tmp_path: Path) -> None:
    answer(ledger)
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE instance SET path = 'instances/ab/1.1/1.1.1.1.header.dcm'")
    image = put(tmp_path / "instances" / "ab" / "1.1" / "1.1.1.1.header.dcm")
    picture = put(tmp_path / "evidence" / "1.1" / "1.1.1.1" / "display.png")
    (document,) = (tmp_path / "documents" / "1.1" / "1").iterdir()
    os.utime(document.parent, (OLD, OLD))
    assert remove_orphans(engine, tmp_path) == 0
    assert all(path.is_file() for path in (image, picture, document))


def test_what_is_planned_to_go_is_left_to_its_plan(engine: Engine, tmp_path: Path) -> None:
    image = put(tmp_path / "instances" / "ab" / "1.9" / "1.9.1.header.dcm")
    with writing(engine) as connection:
        connection.execute(removal.insert().values(path="instances/ab/1.9/1.9.1.header.dcm"))
    assert remove_orphans(engine, tmp_path) == 0
    assert image.is_file()


def test_an_image_without_a_row_is_left_for_a_person_to_see(engine: Engine, tmp_path: Path) -> None:
    image = put(tmp_path / "instances" / "ab" / "1.9" / "1.9.1.abc.dcm")
    assert remove_orphans(engine, tmp_path) == 0
    assert image.is_file()
