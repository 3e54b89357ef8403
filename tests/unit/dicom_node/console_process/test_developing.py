from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from dicom_node.console_process.developing import Developer, draw
from tests.fakes.pixel_images import make_image, save


def corner() -> npt.NDArray[np.uint16]:
    """Low values everywhere, and a high mark at the upper left."""
    stored = np.full((200, 160), 400, np.uint16)
    stored[10:60, 10:60] = 3600
    return stored


def grey(picture: bytes) -> npt.NDArray[np.int64]:
    with Image.open(BytesIO(picture)) as opened:
        return np.asarray(opened.convert("L"), dtype=np.int64)


@pytest.mark.parametrize(("photometric", "mark", "ground"), [("MONOCHROME2", 255, 0), ("MONOCHROME1", 0, 255)])
def test_a_stored_image_is_shown_upright_and_bone_bright_whatever_its_photometric_interpretation(
    photometric: str, mark: int, ground: int, tmp_path: Path
) -> None:
    path = save(make_image(corner(), PhotometricInterpretation=photometric), tmp_path / "image.dcm")
    shown = grey(draw(path, 100))
    assert shown.shape == (100, 80)
    assert shown[18, 18] == pytest.approx(mark, abs=12)
    assert [shown[y, x] for y, x in ((18, 62), (82, 18), (82, 62))] == pytest.approx([ground] * 3, abs=12)


def test_what_is_no_image_gives_no_picture(tmp_path: Path) -> None:
    (tmp_path / "image.dcm").write_bytes(b"damage")
    with pytest.raises(OSError, match="no picture"):
        Developer().develop(tmp_path / "image.dcm", 100)
