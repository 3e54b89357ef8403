from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inference.evidence import MAX_SIDE_PX, bound, write_evidence

CORNER = np.zeros((300, 200), dtype=np.uint8)
CORNER[:20, 150:] = 254


def test_pictures_are_written_upright_and_in_eight_bits(tmp_path: Path) -> None:
    files = write_evidence(tmp_path / "new", "1.2.3", CORNER, CORNER // 2)
    shown, heat = (np.asarray(Image.open(path)) for path in (files.display, files.heat_map) if path)
    assert np.array_equal(shown, CORNER)
    assert shown.shape == heat.shape == CORNER.shape
    assert heat[0, 199] == 127


def test_without_a_heat_map_there_is_only_the_display(tmp_path: Path) -> None:
    files = write_evidence(tmp_path, "1.2.3", CORNER, None)
    assert files.heat_map is None
    assert list(tmp_path.iterdir()) == [files.display]


def test_a_large_picture_is_averaged_down_so_that_a_thin_line_stays() -> None:
    large = np.zeros((MAX_SIDE_PX * 2, 600), dtype=np.uint8)
    large[1001] = 255
    small = bound(large)
    assert small.shape == (MAX_SIDE_PX, 300)
    assert (small[500] == 128).all()


@pytest.mark.parametrize("rows", [2100, 2500, 2730, 2900])
def test_a_line_of_one_pixel_stays_wherever_it_lies(rows: int) -> None:
    for row in range(1000, 1040):
        large = np.zeros((rows, 20), dtype=np.uint8)
        large[row] = 255
        assert bound(large).max() >= 255 * 0.33


def test_a_picture_of_the_bound_is_left_as_it_is() -> None:
    assert bound(np.zeros((MAX_SIDE_PX, 3), dtype=np.uint8)).shape == (MAX_SIDE_PX, 3)


def test_a_name_that_is_a_path_stays_in_its_folder(tmp_path: Path) -> None:
    files = write_evidence(tmp_path / "in", "../../out/1.2.3", CORNER, CORNER)
    assert files.display.parent == tmp_path / "in"
    assert files.heat_map is not None
    assert files.heat_map.parent == tmp_path / "in"
    assert [path.name for path in tmp_path.iterdir()] == ["in"]
