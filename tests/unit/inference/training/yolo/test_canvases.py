"""A planted target stands on the canvas where its box says, whatever file it came from."""

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from inference.training.datasets.labelled import LabelledBox, LabelledImage
from inference.training.yolo.canvases import draw_canvases
from inference.training.yolo.recipe import YoloRecipe
from tests.fakes.pixel_images import WHOLE_WINDOW, make_image, save

#: A bright block in a picture of 90 rows and 120 columns: nearer to the left than to the right, and to the bottom.
TARGET = LabelledBox("fracture", 20.0, 60.0, 50.0, 72.0)
#: On a canvas of 64 px: scale 64/120, 8 px of black above and below.
ON_CANVAS = (20 * 64 / 120, 8 + 60 * 48 / 90, 50 * 64 / 120, 8 + 72 * 48 / 90)


def make_recipe(*preprocess: str, side_px: int = 64) -> YoloRecipe:
    return YoloRecipe.model_validate(
        {
            "engine": "yolo",
            "name": "small",
            "about": "For a test.",
            "dataset": "fracatlas",
            "classes": ["fracture"],
            "shares": "published",
            "model": "yolov8n",
            "side_px": side_px,
            "preprocess": preprocess or ("letterbox",),
            "epochs": 1,
        }
    )


def plant() -> npt.NDArray[np.uint8]:
    pixels = np.full((90, 120), 40, dtype=np.uint8)
    pixels[60:72, 20:50] = 240
    return pixels


def labelled(path: Path) -> LabelledImage:
    return LabelledImage(path, patient="p", study="s", boxes=(TARGET,))


def write_png(folder: Path) -> LabelledImage:
    cv2.imwrite(str(folder / "planted.png"), plant())
    return labelled(folder / "planted.png")


def write_inverted_dicom(folder: Path) -> LabelledImage:
    stored = 4095 - plant().astype(np.uint16) * 16
    ds = make_image(stored, PhotometricInterpretation="MONOCHROME1", BodyPartExamined="LSPINE", **WHOLE_WINDOW)
    return labelled(save(ds, folder / "planted.dicom"))


def corners_of(image: LabelledImage) -> tuple[float, ...]:
    box = image.boxes[0]
    return box.x_min_px, box.y_min_px, box.x_max_px, box.y_max_px


@pytest.mark.parametrize("write", [write_png, write_inverted_dicom])
@pytest.mark.parametrize("steps", [("letterbox",), ("clahe", "letterbox"), ("stretch_contrast", "letterbox")])
def test_a_planted_target_and_its_box_lie_on_one_place(tmp_path: Path, write, steps: tuple[str, ...]) -> None:
    (drawn,) = draw_canvases([write(tmp_path)], make_recipe(*steps), tmp_path / "canvases")
    canvas = cv2.imread(str(drawn.path), cv2.IMREAD_UNCHANGED)
    assert canvas is not None
    assert (canvas.shape, canvas.dtype) == ((64, 64), np.uint8)
    rows, columns = np.nonzero(canvas > 150)
    found = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
    assert corners_of(drawn) == pytest.approx(ON_CANVAS)
    np.testing.assert_allclose(found, ON_CANVAS, atol=1.0)


def test_a_canvas_is_drawn_once_and_told_again(tmp_path: Path) -> None:
    image, recipe = write_png(tmp_path), make_recipe()
    (first,) = draw_canvases([image], recipe, tmp_path / "canvases")
    written_ns = first.path.stat().st_mtime_ns
    (second,) = draw_canvases([image], recipe, tmp_path / "canvases")
    assert second == first
    assert second.path.stat().st_mtime_ns == written_ns


@pytest.mark.parametrize("changed", [make_recipe("clahe", "letterbox"), make_recipe(side_px=96)])
def test_other_steps_draw_another_canvas(tmp_path: Path, changed: YoloRecipe) -> None:
    image = write_png(tmp_path)
    canvases = [draw_canvases([image], recipe, tmp_path / "canvases")[0].path for recipe in (make_recipe(), changed)]
    assert canvases[0] != canvases[1]
    assert all(path.is_file() for path in canvases)


def test_a_file_that_changed_is_drawn_again(tmp_path: Path) -> None:
    image, recipe = write_png(tmp_path), make_recipe()
    (first,) = draw_canvases([image], recipe, tmp_path / "canvases")
    cv2.imwrite(str(image.path), plant()[::-1])
    (second,) = draw_canvases([image], recipe, tmp_path / "canvases")
    assert first.path != second.path


def test_every_image_is_counted(tmp_path: Path) -> None:
    counted: list[int] = []
    draw_canvases([write_png(tmp_path)] * 2, make_recipe(), tmp_path / "c", on_image=lambda: counted.append(1))
    assert len(counted) == 2


def test_a_file_that_is_no_image_is_named(tmp_path: Path) -> None:
    (tmp_path / "torn.png").write_text("nothing")
    with pytest.raises(ValueError, match=r"torn\.png"):
        draw_canvases([labelled(tmp_path / "torn.png")], make_recipe(), tmp_path / "canvases")
