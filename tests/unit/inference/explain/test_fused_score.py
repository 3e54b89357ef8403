from pathlib import Path

import numpy as np
import pytest

from domain.errors import ModelUnavailable
from inference.explain.fused_score import FusedScore
from inference.explain.segments import Segments
from inference.reader import Reader
from tests.fakes.pixel_images import WHOLE_WINDOW, make_image, planted
from tests.fakes.stand_in_bundle import edit_manifest, write_bundle

ROWS, COLUMNS = 300, 200
#: Six parts of 100 x 100 px; the target lies in the middle of the fourth.
PARTS = Segments(np.arange(6, dtype=np.int16).reshape(3, 2), (ROWS, COLUMNS), 0.0, None)
TARGET, PART = (150.0, 150.0), 3


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bundle(tmp_path_factory.mktemp("bundle"))


def _reading(bundle: Path) -> tuple[float, np.ndarray]:
    found = Reader(bundle, threads=1).read(make_image(planted(ROWS, COLUMNS, TARGET, 60), **WHOLE_WINDOW))
    assert found.image.fracture is not None
    assert found.display is not None
    return found.image.fracture.probability, found.display


def test_of_the_whole_image_the_score_is_that_of_the_reading(bundle: Path) -> None:
    edit_manifest(bundle, lambda manifest: manifest["models"][1]["input"].update(flips=["none"]))
    probability, display = _reading(bundle)
    score = FusedScore(bundle, "hand", threads=1)
    assert score.of(display, PARTS)(np.ones((1, 6), dtype=np.bool_))[0] == pytest.approx(probability, abs=1e-6)
    assert score.names == ("stand-in-fracture",)


def test_only_hiding_the_part_with_the_target_takes_the_probability_away(bundle: Path) -> None:
    probability, display = _reading(bundle)
    told: list[int] = []
    found = FusedScore(bundle, "hand", threads=1).of(display, PARTS, told.append)(~np.eye(6, dtype=np.bool_))
    assert probability > 0.9
    assert [bool(each > 0.9) for each in found] == [part != PART for part in range(6)]
    assert sum(told) == 6


def test_a_specialist_of_another_region_is_not_asked(bundle: Path, tmp_path: Path) -> None:
    specialised = write_bundle(tmp_path / "specialised", regions=["leg"])
    with pytest.raises(ModelUnavailable, match="no member"):
        FusedScore(specialised, "hand")
    assert FusedScore(specialised, "leg").names == ("stand-in-fracture",)
