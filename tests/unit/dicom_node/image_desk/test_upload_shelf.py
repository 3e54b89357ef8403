import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dicom_node.desk_ports import DeskAnswer
from dicom_node.image_desk.json_lines import write_line
from dicom_node.image_desk.kept_upload import KeptUpload
from dicom_node.image_desk.upload_shelf import DISPLAY, HEAT, THUMBNAIL, UploadShelf, remove_leftovers
from domain.evidence_map import EvidenceMap
from tests.fakes.clock import FakeClock
from tests.fakes.light_reader import failed_reading, make_reading

READ = make_reading("1.2.3.4.5", "1.2.840.10008.5.1.4.1.1.1", 400, 300)
UNREAD = failed_reading("1.2.3.4.5", "1.2.840.10008.5.1.4.1.1.1", "multi-frame")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def shelf(tmp_path: Path, clock: FakeClock) -> UploadShelf:
    return UploadShelf(tmp_path / "uploads", clock, timedelta(days=7), most=3)


def _answer(folder: Path) -> DeskAnswer:
    display, heat = folder / "d.png", folder / "m.json"
    Image.fromarray(np.full((400, 300), 90, np.uint8)).save(display)
    cells = np.array([0.0, 0.5, 0.25, 1.0], "<f4").tobytes()
    heat.write_bytes(EvidenceMap("1.2.3.4.5", "a-model", "Grad-CAM", 2, 2, cells, -10, 0, 160, 200).encode())
    return DeskAnswer(write_line("SMITH^JOHN.dcm", "1.2.3", READ), 400, 300, display, heat)


def test_what_is_kept_is_found_again(shelf: UploadShelf, tmp_path: Path) -> None:
    kept = shelf.keep("ada", "DICOM", _answer(tmp_path))
    assert shelf.find("ada", kept.name) == kept
    assert (kept.kind, kept.rows, kept.columns) == ("DICOM", 400, 300)
    assert kept.reading["fracture"]["state"] == "present"
    assert kept.heat is not None
    assert (kept.heat.left_px, kept.heat.width_px, kept.heat.height_px) == (-10, 320, 400)


def test_nothing_that_is_kept_leads_to_a_patient(shelf: UploadShelf, tmp_path: Path) -> None:
    shelf.keep("ada", "DICOM", _answer(tmp_path))
    kept = b"".join(path.read_bytes() for path in shelf.folder.rglob("*") if path.is_file())
    assert b"SMITH" not in kept
    assert b"1.2.3" not in kept


def test_the_picture_is_the_one_that_was_shown(shelf: UploadShelf, tmp_path: Path) -> None:
    answer = _answer(tmp_path)
    kept = shelf.keep("ada", "PNG", answer)
    shown, small, heat = (_pixels(shelf.picture("ada", kept.name, picture)) for picture in (DISPLAY, THUMBNAIL, HEAT))
    assert np.array_equal(shown, _pixels(answer.display))
    assert max(small.shape) == 320
    assert heat[1, 1].tolist() == [250, 196, 42, 140]
    assert heat[0, 0, 3] == 0


def _pixels(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.array(image)


def test_an_image_that_could_not_be_decoded_has_no_picture(shelf: UploadShelf) -> None:
    kept = shelf.keep("ada", "DICOM", DeskAnswer(write_line("", "", UNREAD)))
    assert not kept.has_picture
    assert shelf.picture("ada", kept.name, DISPLAY) is None


def test_nobody_sees_what_somebody_else_uploaded(shelf: UploadShelf, tmp_path: Path) -> None:
    kept = shelf.keep("ada", "PNG", _answer(tmp_path))
    assert shelf.of_user("bob") == []
    assert shelf.find("bob", kept.name) is None
    assert shelf.picture("bob", kept.name, DISPLAY) is None
    assert not shelf.remove("bob", kept.name)


@pytest.mark.parametrize("name", ["..", "../x", "", "20260301T080000000000-0123456789abcdeg", "/etc"])
def test_a_name_that_is_none_is_not_looked_up(shelf: UploadShelf, name: str) -> None:
    assert shelf.find("ada", name) is None
    assert shelf.picture("ada", name, DISPLAY) is None
    assert not shelf.remove("ada", name)


def test_no_other_file_is_a_picture(shelf: UploadShelf, tmp_path: Path) -> None:
    kept = shelf.keep("ada", "PNG", _answer(tmp_path))
    assert shelf.picture("ada", kept.name, "reading.json") is None


def test_the_newest_come_first_and_the_oldest_go_first(shelf: UploadShelf, clock: FakeClock, tmp_path: Path) -> None:
    names = []
    for _ in range(5):
        names.append(shelf.keep("ada", "PNG", _answer(tmp_path)).name)
        clock.advance(1)
    assert [upload.name for upload in shelf.of_user("ada")] == names[:1:-1]


def test_what_is_too_old_is_not_shown_and_then_removed(shelf: UploadShelf, clock: FakeClock, tmp_path: Path) -> None:
    old = shelf.keep("ada", "PNG", _answer(tmp_path))
    clock.advance(6 * 86400)
    shelf.keep("bob", "PNG", _answer(tmp_path))
    clock.advance(86401)
    assert shelf.find("ada", old.name) is None
    assert shelf.expire() == 1
    assert len(list(shelf.folder.iterdir())) == 1
    assert len(shelf.of_user("bob")) == 1


def test_a_shelf_that_nobody_used_has_nothing_to_remove(shelf: UploadShelf) -> None:
    assert shelf.expire() == 0


def test_half_an_upload_is_none(shelf: UploadShelf, tmp_path: Path) -> None:
    kept = shelf.keep("ada", "PNG", _answer(tmp_path))
    (reading,) = shelf.folder.rglob("reading.json")
    reading.write_text(json.dumps({"name": kept.name}))
    assert shelf.of_user("ada") == []


def test_an_upload_is_the_same_after_it_was_written() -> None:
    upload = KeptUpload("n", FakeClock().now(), "PNG", 1, 2, {"a": None})
    assert KeptUpload.decode(upload.encode()) == upload


def test_an_image_that_nobody_waits_for_any_more_does_not_stay(tmp_path: Path) -> None:
    (tmp_path / "image-a").mkdir()
    (tmp_path / "image-a" / "image.dcm").write_bytes(b"Sekret^Person")
    made = datetime.fromtimestamp((tmp_path / "image-a").stat().st_mtime, UTC)
    assert remove_leftovers(tmp_path, made + timedelta(minutes=59)) == 0
    assert remove_leftovers(tmp_path, made + timedelta(minutes=61)) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_spool_that_is_not_there_has_no_leftovers(tmp_path: Path) -> None:
    assert remove_leftovers(tmp_path / "none", FakeClock().now()) == 0
