from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from domain.errors import MalformedInstance
from inference.picture import is_picture, open_picture
from inference.radiograph import develop
from tests.fakes.pixel_images import ramp

GREY = (ramp() % 256).astype(np.uint8)


def test_an_eight_bit_png_is_shown_as_it_is(tmp_path: Path) -> None:
    Image.fromarray(GREY).save(tmp_path / "grey.png")
    assert np.array_equal(np.rint(develop(open_picture(tmp_path / "grey.png")).display * 255), GREY)


def test_a_sixteen_bit_png_keeps_its_depth(tmp_path: Path) -> None:
    deep = ramp(bits=16) * 8
    Image.fromarray(deep).save(tmp_path / "deep.png")
    ds = open_picture(tmp_path / "deep.png")
    assert ds.BitsStored == 16
    assert np.array_equal(np.frombuffer(ds.PixelData, np.uint16).reshape(96, 80), deep)


def test_a_colour_jpeg_becomes_grey(tmp_path: Path) -> None:
    flat = np.broadcast_to(np.arange(80, dtype=np.uint8)[:, None] * 3, (80, 96))
    Image.fromarray(np.stack([flat] * 3, axis=-1)).save(tmp_path / "colour.jpg", quality=95)
    assert np.abs(develop(open_picture(tmp_path / "colour.jpg")).display * 255 - flat).max() <= 3


@pytest.mark.parametrize("mode", ["1", "LA", "P", "RGBA", "CMYK", "YCbCr"])
def test_every_mode_of_a_picture_can_be_opened(mode: str, tmp_path: Path) -> None:
    path = tmp_path / ("picture.jpg" if mode in {"CMYK", "YCbCr"} else "picture.png")
    Image.fromarray(GREY).convert("RGB").convert(mode).save(path)
    assert develop(open_picture(path)).display.shape == (96, 80)


def test_an_exif_orientation_is_applied_so_that_the_picture_is_as_displayed(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees clockwise to display
    Image.fromarray(GREY).save(tmp_path / "turned.png", exif=exif)
    display = develop(open_picture(tmp_path / "turned.png")).display
    assert np.array_equal(np.rint(display * 255), np.rot90(GREY, -1))


def test_the_same_bytes_give_the_same_uids_and_other_bytes_give_others(tmp_path: Path) -> None:
    Image.fromarray(GREY).save(tmp_path / "one.png")
    Image.fromarray(GREY[::-1]).save(tmp_path / "two.png")
    one, again, two = (open_picture(tmp_path / name) for name in ("one.png", "one.png", "two.png"))
    assert one.SOPInstanceUID == again.SOPInstanceUID
    assert len({one.SOPInstanceUID, one.StudyInstanceUID, one.SeriesInstanceUID, two.SOPInstanceUID}) == 4
    assert one.PatientName == ""


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"\xff\xd8\xff\xe0 and so on"])
def test_a_file_that_is_no_picture_is_malformed(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_bytes(content)
    with pytest.raises(MalformedInstance):
        open_picture(tmp_path / "bad.png")


def test_a_picture_that_breaks_off_is_malformed(tmp_path: Path) -> None:
    Image.fromarray(GREY).save(tmp_path / "whole.jpg")
    (tmp_path / "cut.jpg").write_bytes((tmp_path / "whole.jpg").read_bytes()[:900])
    with pytest.raises(MalformedInstance):
        open_picture(tmp_path / "cut.jpg")


def test_pictures_are_told_by_their_suffix() -> None:
    assert is_picture(Path("A.JPG"))
    assert not is_picture(Path("a.dcm"))


def test_a_real_picture_keeps_its_size(shared_data: Path) -> None:
    path = shared_data / "fracatlas" / "images" / "IMG0003001.jpg"
    with Image.open(path) as image:
        size = image.size
    assert develop(open_picture(path)).display.shape == size[::-1]
