"""The guard is measured over folders of images, and a share never profits from what was not judged."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from domain.finding import Fracture, FractureState, ImageReading, Labelled, ReadingStatus
from inference.reader import Reader
from inference.reasons import REASONS
from inference.training.guard_evaluation import (
    GuardedImage,
    GuardRow,
    measure_guard,
    render_guard,
    wilson,
)
from tests.fakes.stand_in_bundle import write_bundle


@dataclass(frozen=True)
class Answer:
    image: ImageReading


class ReaderByName:
    """Reads what is called limb, fails on what is called failed, declines the rest."""

    def read(self, image: Path) -> Answer:
        if image.stem.startswith("limb"):
            fracture = Fracture(FractureState.ABSENT, 0.1, (0.1, 0.1))
            region = Labelled("hand", float(f"0.{image.stem[4:]}"))
            return Answer(ImageReading("1", "2", ReadingStatus.READ, "m", None, region=region, fracture=fracture))
        failed = image.stem.startswith("failed")
        status = ReadingStatus.FAILED if failed else ReadingStatus.NOT_ANALYSED
        reason = REASONS["model-failed" if failed else image.stem.split("_")[0]]
        return Answer(ImageReading("1", "2", status, "m", reason, region=Labelled("leg", 0.01)))


def folder_of(root: Path, **classes: list[str]) -> Path:
    for name, files in classes.items():
        (root / name).mkdir(parents=True)
        for file in files:
            (root / name / file).write_bytes(b"")
    return root


def test_each_class_is_counted_with_its_reasons(tmp_path: Path) -> None:
    files = ["limb7.png", "region-not-recognised_1.png", "region-not-recognised_2.png", "image-without-contrast.png"]
    (row,) = measure_guard(ReaderByName(), folder_of(tmp_path, chest=files))
    assert row.name == "chest"
    assert row.refused.value == pytest.approx(0.75)
    assert row.reasons == {"region-not-recognised": 2, "image-without-contrast": 1}
    assert [image.name for image in row.accepted] == ["limb7.png"]


def test_classes_come_in_order_and_empty_ones_are_left_out(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, text=["limb1.png"], noise=["limb1.png"], photo=[])
    assert [row.name for row in measure_guard(ReaderByName(), folder)] == ["noise", "text"]


def test_the_surest_mistake_comes_first(tmp_path: Path) -> None:
    (row,) = measure_guard(ReaderByName(), folder_of(tmp_path, chest=["limb3.png", "limb9.png", "limb5.png"]))
    assert [image.name for image in row.accepted] == ["limb9.png", "limb5.png", "limb3.png"]


def test_hidden_files_and_folders_are_not_images(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, chest=["limb3.png", ".DS_Store"])
    (folder / "chest" / "more").mkdir()
    (row,) = measure_guard(ReaderByName(), folder)
    assert len(row.images) == 1


@pytest.mark.parametrize("name", ["failed.png", "not-dicom.png"])
def test_what_could_not_be_judged_is_no_refusal(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="could not be judged"):
        measure_guard(ReaderByName(), folder_of(tmp_path, chest=[name]))


def test_a_folder_without_classes_says_what_to_make(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="one per class"):
        measure_guard(ReaderByName(), tmp_path)


def test_the_reader_that_serves_is_measured_on_real_files(tmp_path: Path) -> None:
    for name, grey in (("bright", 200), ("dark", 0)):
        (tmp_path / "set" / name).mkdir(parents=True)
        pixels = np.zeros((96, 96), dtype=np.uint8)
        pixels[:grey, 30:90], pixels[0, 0] = grey, 255
        Image.fromarray(pixels).save(tmp_path / "set" / name / "one.png")
    bright, dark = measure_guard(Reader(write_bundle(tmp_path / "bundle"), threads=1), tmp_path / "set")
    assert bright.refused.value == 0
    assert dark.refused.value == 1
    assert dark.reasons == {"region-not-recognised": 1}
    assert dark.images[0].probability is not None


def test_the_table_has_a_line_for_each_class() -> None:
    row = GuardRow("chest", (GuardedImage("a", "region-not-recognised", 0.1), GuardedImage("b", "", 0.9)))
    assert "| chest | 2 | 0.500 | 0.095 to 0.905 | region-not-recognised 1 |" in render_guard([row])


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"), [(1, 1, 0.2065, 1.0), (0, 10, 0.0, 0.2775), (50, 100, 0.4038, 0.5962)]
)
def test_the_interval_is_wilson_s(successes: int, trials: int, low: float, high: float) -> None:
    estimate = wilson(successes, trials)
    assert (estimate.low, estimate.high) == pytest.approx((low, high), abs=1e-4)


def test_a_share_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one trial"):
        wilson(0, 0)
