from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from domain.evidence_map import EvidenceMap
from inference.evidence import MAX_SIDE_PX, bound, write_display, write_map

CORNER = np.zeros((300, 200), dtype=np.uint8)
CORNER[:20, 150:] = 254


def _map(sop_instance_uid: str) -> EvidenceMap:
    return EvidenceMap(sop_instance_uid, "a-model", "grad-cam", 1, 2, np.float32([0.25, 1]).tobytes(), 0, 0, 9, 9)


def test_a_picture_is_written_upright_and_in_eight_bits(tmp_path: Path) -> None:
    shown = np.asarray(Image.open(write_display(tmp_path / "new", "1.2.3", CORNER)))
    assert shown.dtype == np.uint8
    assert np.array_equal(shown, CORNER)


def test_a_map_lies_beside_the_picture_of_its_image_and_comes_back_as_it_was(tmp_path: Path) -> None:
    display, evidence = write_display(tmp_path, "1.2.3", CORNER), write_map(tmp_path, _map("1.2.3"))
    assert EvidenceMap.decode(evidence.read_bytes()) == _map("1.2.3")
    assert sorted(tmp_path.iterdir()) == sorted([display, evidence])


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
    name = "../../out/1.2.3"
    written = [write_display(tmp_path / "in", name, CORNER), write_map(tmp_path / "in", _map(name))]
    assert [path.parent for path in written] == [tmp_path / "in"] * 2
    assert [path.name for path in tmp_path.iterdir()] == ["in"]
