from pathlib import Path

import pytest

from inference.header import read_header
from inference.radiograph import open_instance
from tests.fakes.pixel_images import make_image, ramp, save


def test_what_a_header_lacks_is_empty_or_zero() -> None:
    header = read_header(make_image(ramp(), BodyPartExamined=None, Rows=None, BitsStored=None, Modality=None))
    assert (header.body_part, header.rows, header.bits_stored, header.modality) == ("", 0, 0, "")
    assert header.frames == 1


@pytest.mark.parametrize(
    ("keyword", "spacing"),
    [("PixelSpacing", [0.3, 0.1]), ("ImagerPixelSpacing", [0.3, 0.1]), ("PixelAspectRatio", [3, 1])],
)
def test_rows_come_first_in_every_pixel_pitch(keyword: str, spacing: list[float]) -> None:
    assert read_header(make_image(ramp(), **{keyword: spacing})).row_pitch_to_column_pitch == pytest.approx(3.0)


def test_a_pixel_pitch_of_zero_counts_as_square() -> None:
    assert read_header(make_image(ramp(), PixelSpacing=[0, 0])).row_pitch_to_column_pitch == 1.0


def test_values_that_break_the_standard_are_read_without_a_word_of_them(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    body_part = "linke hand, Frau Muster!"
    ds = make_image(ramp(), BodyPartExamined=body_part, PatientID="x" * 99)
    header = read_header(open_instance(save(ds, tmp_path / "odd.dcm")))
    assert header.body_part == body_part
    assert caplog.text == ""


def test_the_length_of_the_pixel_data_is_known() -> None:
    assert read_header(make_image(ramp(96, 80))).pixel_bytes == 96 * 80 * 2
    assert not read_header(make_image(ramp(), PixelData=None)).has_pixels
