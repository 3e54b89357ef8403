import json
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import pytest

from dicom_node.cli.main import run
from inference.evidence import MAX_SIDE_PX
from tests.fakes.pixel_images import WHOLE_WINDOW, make_image, planted, save
from tests.fakes.stand_in_bundle import write_bundle

ROWS, COLUMNS, TARGET, SIDE = 500, 800, (640.0, 120.0), 70


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bundle(tmp_path_factory.mktemp("bundle"))


def _image(folder: Path, name: str = "hand.dcm") -> Path:
    folder.mkdir(exist_ok=True)
    return save(make_image(planted(ROWS, COLUMNS, TARGET, SIDE), **WHOLE_WINDOW), folder / name)


def _explain(bundle: Path, out: Path, *paths: Path, samples: int = 0) -> int:
    files = [str(path) for path in paths]
    return run(["explain", *files, "--out", str(out), "--samples", str(samples), "--bundle", str(bundle)])


def test_the_region_of_interest_lies_on_the_target_in_stored_pixels(bundle: Path, tmp_path: Path) -> None:
    assert _explain(bundle, tmp_path / "out", _image(tmp_path)) == 0
    told = json.loads((tmp_path / "out" / "hand.json").read_text())
    left, top, right, bottom = told["region_of_interest"]
    assert left < TARGET[0] < right <= COLUMNS
    assert top < TARGET[1] < bottom <= ROWS
    assert max(right - left, bottom - top) < 3 * SIDE
    assert told["fracture"]["state"] == "present"
    assert told["notice"].endswith("not a diagnosis")
    assert [each["name"] for each in told["models"]] == ["stand-in-region", "stand-in-fracture"]
    assert told["heat_map"] == {"method": "the model's own map", "model": "stand-in-fracture"}
    assert told["lime"] is None


def test_the_picture_is_coloured_at_the_target_and_grey_far_from_it(bundle: Path, tmp_path: Path) -> None:
    _explain(bundle, tmp_path / "out", _image(tmp_path))
    picture = cv2.imread(str(tmp_path / "out" / "hand-heat.png")).astype(int)
    colour = picture.max(axis=2) - picture.min(axis=2)
    assert max(picture.shape[:2]) < MAX_SIDE_PX
    # The banner above and the legend below are wider than nothing: the radiograph lies between them.
    above = int(np.flatnonzero((picture[:, 5] == picture[picture.shape[0] // 2, 5]).all(axis=1))[0])
    x, y = round(TARGET[0]), round(TARGET[1]) + above
    assert colour[y - 5 : y + 5, x - 5 : x + 5].min() > 60
    assert colour[y - 5 : y + 5, COLUMNS - x - 5 : COLUMNS - x + 5].max() < 10, "not mirrored"
    assert colour[above + 350 : above + 450, 100:700].max() < 10


def test_files_of_one_name_in_two_folders_both_stay(bundle: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert _explain(bundle, out, _image(tmp_path / "a"), _image(tmp_path / "b")) == 0
    expected = {"hand-heat.png", "hand.json", "hand_2-heat.png", "hand_2.json"}
    assert {path.name for path in out.iterdir()} == expected


def test_what_cannot_be_read_is_said_and_is_a_failure(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "noise.dcm").write_bytes(b"nothing")
    assert _explain(bundle, tmp_path / "out", tmp_path / "noise.dcm") == 1
    assert "not read: not-dicom" in capsys.readouterr().out
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.skipif(find_spec("lime") is not None, reason="lime is installed here")
def test_without_lime_the_message_names_both_ways_out(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _explain(bundle, tmp_path / "out", _image(tmp_path), samples=100) == 1
    shown = capsys.readouterr().err
    assert "make models" in shown
    assert "--samples 0" in shown
